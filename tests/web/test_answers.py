"""An answer that stands whole comes over the wire as any other: on lines that stay, that end, and one after another."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest

from shared.testing.memory_log import MemoryBroker
from shared.testing.memory_store import MemoryStore
from shared.web.bodies import Limits, Room, read_body
from shared.web.door import Door as WireDoor
from shared.web.problems import Problem
from tests.hostile.doors import Door, served
from tests.hostile.wire import Line
from tests.web.faces import body, face


def post(key: str, *more: bytes, version: bytes = b"1.1") -> bytes:
    told = body(text=key)
    head = [
        b"POST /v1/told HTTP/" + version, b"host: x", b"content-type: application/json",
        b"idempotency-key: " + key.encode(), b"content-length: %d" % len(told), *more,
    ]  # fmt: skip
    return b"\r\n".join(head) + b"\r\n\r\n" + told


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with served(Door(face(), MemoryBroker(), MemoryStore(), [], "")) as opened:
        yield opened.url


async def test_calls_sent_together_on_one_line_are_answered_in_their_order(url: str) -> None:
    async with Line(url) as line:
        await line.send(post("k1") + post("k2") + post("k3", b"connection: close"))
        said = await line.reader.read(-1)
    heads = [part.split(b"\r\n\r\n")[0] for part in said.split(b"HTTP/1.1 202 Accepted")[1:]]
    assert [said.find(b'"text":"k%d"' % n) for n in (1, 2, 3)] == sorted(
        said.find(b'"text":"k%d"' % n) for n in (1, 2, 3)
    )
    assert [b"connection: close" in head for head in heads] == [False, False, True]
    for head in heads:
        for wanted in (
            b"date: ",
            b"location: /v1/told/1",
            b"x-content-type-options: nosniff",
            b"cache-control: no-store",
        ):
            assert wanted in head, (wanted, head)


async def test_a_caller_of_the_old_kind_sees_the_line_end_after_its_answer(url: str) -> None:
    async with Line(url) as line:
        await line.send(post("k1", version=b"1.0"))
        said = await line.reader.read(-1)
    assert said.startswith(b"HTTP/1.1 202") and b"connection: close" in said and said.endswith(b"}")


async def test_who_asks_before_sending_is_told_to_go_on_and_then_answered(url: str) -> None:
    whole = post("k1", b"expect: 100-continue", b"connection: close")
    head, told = whole.split(b"\r\n\r\n")
    async with Line(url) as line:
        await line.send(head + b"\r\n\r\n")
        assert await line.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await line.send(told)
        said = await line.reader.read(-1)
    assert said.startswith(b"HTTP/1.1 202") and b'"text":"k1"' in said


async def test_a_body_that_came_whole_is_held_to_its_limit_like_any_other() -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * 20, "more_body": False}

    room = Room()
    with pytest.raises(Problem) as fault:
        await read_body({}, receive, Limits(body=10), room, whole=True)
    assert (fault.value.kind, room.taken) == ("too-large", 0)
    assert await read_body({}, receive, Limits(), room, whole=True) == b"x" * 20
    assert room.taken == 20


async def test_what_came_in_is_let_go_with_its_answer_and_the_line_with_its_end(url: str) -> None:
    marker = "kept"
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            async with Line(url) as line:
                await line.send(post(marker, b"connection: close"))
                await line.reader.read(-1)
        async with Line(url) as line:
            await line.send(post(marker))
            await line.reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.05)
            assert not [one for one in gc.get_objects() if isinstance(one, WireDoor) and one.transport.is_closing()]
            held = [one.scope["state"] for one in gc.get_objects() if isinstance(one, WireDoor)]
            assert [(state["body"], state["json"]) for state in held] == [(b"", None)]
    finally:
        gc.enable()
