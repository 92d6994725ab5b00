"""Calls to a real server on the loopback that answers in every way servers do."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from shared.outbound.client import AT_ONCE, Provider


class Server:
    """Speaks just enough HTTP; the path says how to answer."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.keys: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next((int(x[15:]) for x in head.lower().split("\r\n") if x.startswith("content-length:")), 0)
                await reader.readexactly(length)
                self.keys += [x[17:] for x in head.split("\r\n") if x.lower().startswith("idempotency-key: ")]
                self.now += 1
                self.most = max(self.most, self.now)
                await self._answer(head.split()[1].strip("/"), writer)
                self.now -= 1
        writer.close()

    async def _answer(self, how: str, writer: asyncio.StreamWriter) -> None:
        if how == "hang":
            await asyncio.sleep(5)
        if how == "slow":
            await asyncio.sleep(0.05)
        if how == "cut":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            writer.close()
            return
        status = int(how) if how.isdigit() else 200
        body = {"html": b"<html>", "list": b"[1]", "large": b'"' + b"x" * 2_000_000 + b'"', "204": b""}.get(
            how, b'{"a": 1}'
        )
        writer.write(b"HTTP/1.1 %d X\r\nLocation: /200\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body)
        await writer.drain()


def address_of(listening: asyncio.Server) -> str:
    return f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, Provider]]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    provider = Provider(address_of(listening))
    yield server, provider
    await provider.close()
    listening.close()


@pytest.mark.parametrize(
    ("how", "verdict"),
    [
        ("200", "done"), ("201", "done"), ("204", "done"), ("list", "done"),
        ("400", "refused"), ("404", "refused"), ("410", "refused"), ("422", "refused"),
        ("408", "open"), ("409", "open"), ("425", "open"), ("429", "open"),
        ("302", "open"), ("500", "open"), ("503", "open"),
        ("cut", "open"), ("html", "open"), ("large", "open"),
    ],
)  # fmt: skip
async def test_every_answer_is_done_refused_or_open(server, how, verdict):
    result = await server[1].post(f"/{how}", {"amount": "27.50"}, idempotency_key="key-1")
    assert result.verdict == verdict
    assert server[0].keys[0] == '"key-1"'


async def test_a_server_that_hangs_past_the_limit_is_open():
    listening = await asyncio.start_server(Server().serve, "127.0.0.1", 0)
    impatient = Provider(address_of(listening), limit_s=0.3)
    assert (await impatient.post("/hang", {})).verdict == "open"
    await impatient.close()
    listening.close()


async def test_a_done_answer_brings_its_body(server):
    assert (await server[1].get("/200")).body == {"a": 1}
    assert (await server[1].get("/list")).body == {"value": [1]}


async def test_nobody_there_is_open():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        provider = Provider(f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert (await provider.post("/x", {})).verdict == "open"
        await provider.close()


async def test_at_most_ten_are_in_flight_and_the_others_wait_their_turn(server):
    results = await asyncio.gather(*(server[1].get("/slow") for _ in range(40)))
    assert {result.verdict for result in results} == {"done"}
    assert 2 <= server[0].most <= AT_ONCE
