"""Slow senders, floods, garbage and idle lines on a real server: cut off or told why, honest callers served."""

import asyncio
import resource
from collections.abc import AsyncIterator

import pytest

from shared.testing.memory_log import MemoryBroker
from shared.testing.memory_store import MemoryStore
from shared.web import door as bounds
from shared.web.bodies import Limits
from tests.hostile.doors import Door, served
from tests.hostile.effort import chance, times
from tests.hostile.wire import Line, flood, honest_callers, refused
from tests.web.faces import face

HEAD = b"POST /v1/told HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nidempotency-key: k\r\n"
GET = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"
MUCH = 40_000_000


@pytest.fixture
async def url(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.setattr(bounds, "HEAD_S", 1.0)
    monkeypatch.setattr(bounds, "STALLED_S", 1.0)
    monkeypatch.setattr(bounds, "MOST_CONNECTIONS", 150)
    monkeypatch.setattr(bounds, "REST_BYTES", 10_000_000)
    app = face(limits=Limits(seconds=1.0, drained=4_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with served(Door(app, MemoryBroker(), MemoryStore(), [], "")) as opened:
        yield opened.url
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150_000, f"{grown} kB more"


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"GET / HTTP/1.1\r\n", b"x-flood: " + b"y" * 1000 + b"\r\n"),
        (b"GET / HTTP/1.1\r\nx-long: ", b"y" * 60_000),
        (b"GET /", b"y" * 60_000),
        (b"G" * 100, b"G" * 60_000),
        (b"", b"\r\n" * 30_000),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n", b"FFFF\r\n" + b" " * 65_535 + b"\r\n"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n1;", b"y" * 60_000),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"x-trailer: " + b"y" * 1000 + b"\r\n"),
        (HEAD + b"content-length: 99999999\r\n\r\n", b"[" * 60_000),
    ],
    ids=["headers", "one header", "an address", "a method", "empty lines", "chunks", "a chunk's extension", "trailers",
         "a long body"],
)  # fmt: skip
async def test_what_never_ends_is_cut_off_and_not_kept(url: str, begin: bytes, more: bytes) -> None:
    async with honest_callers(url):
        sent, said = await flood(url, begin, more, MUCH)
    assert sent < MUCH and refused(said), (sent, said[:200])


@pytest.mark.parametrize(
    ("begin", "drop"),
    [(b"", b"\r\n"), (b"GET / HT", b"T"), (b"GET / HTTP/1.1\r\n", b"x: y\r\n"),
     (HEAD + b"content-length: 500\r\n\r\n", b"x"), (GET, b"G"),
     (HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n")],
    ids=["empty lines", "a request line", "headers", "a body", "the next request", "chunks"],
)  # fmt: skip
async def test_slow_senders_are_cut_off_in_time(url: str, begin: bytes, drop: bytes) -> None:
    async def slowly() -> bytes:
        async with Line(url) as line:
            going = await line.send(begin)
            for _ in range(200):
                if not going or line.reader.at_eof():
                    break
                going = await line.send(drop)
                await asyncio.sleep(0.1)
            assert line.reader.at_eof() or not going, "still listened to after twenty seconds"
            return await line.heard()

    async with honest_callers(url):
        said = await asyncio.gather(*(slowly() for _ in range(times(30, 10))))
    assert all(refused(one) or one.startswith(b"HTTP/1.1 200") for one in said)


async def test_idle_lines_beyond_the_bound_make_room_for_honest_callers(url: str) -> None:
    lines = [Line(url) for _ in range(600)]
    try:
        async with honest_callers(url):
            for line in lines:
                await line.__aenter__()
            await asyncio.sleep(0.5)
            assert sum(not line.reader.at_eof() for line in lines) <= 150
    finally:
        for line in lines:
            await line.__aexit__()


async def test_who_never_reads_the_answers_is_cut_off(url: str) -> None:
    async with honest_callers(url), Line(url) as line:
        line.reader._limit = 1  # type: ignore[attr-defined]
        going, until = True, asyncio.get_running_loop().time() + 20
        while going and asyncio.get_running_loop().time() < until:
            going = await asyncio.wait_for(line.send(b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n" * 100), 20)
            await asyncio.sleep(0.05)
        assert not going, "answers are made for nobody"


GARBAGE = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 400,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 50,
    b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\nhost: x\n\n\n", b"GET  /  HTTP/1.1\r\n\r\n", b"\x00" * 1000,
    b"GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n", b"GET / HTTP/1.1\r\nx: a\x00b\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n", b"GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /%00%ff/..%2f HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n",
    HEAD + b"content-length: -5\r\n\r\n", HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
    HEAD + b"content-length: 99999999999999999999999\r\n\r\n",
    HEAD + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + GET,
    HEAD + b"transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx",
    HEAD + b"transfer-encoding: chunked\r\n\r\n-1\r\nx\r\n",
    HEAD + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n", HEAD + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\n\r\n" + GET,
    b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: x\r\n\r\n",
    HEAD + b"expect: 100-continue\r\ncontent-length: 10\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n", GET * 5000,
]  # fmt: skip


async def test_garbage_is_refused_or_cut_off_and_never_a_defect(url: str) -> None:
    rng = chance("garbage")
    drawn = [rng.randbytes(rng.randrange(1, 3000)) for _ in range(times(40, 300))]
    mixed = [_mixed(one, rng) for one in (HEAD, GET) for _ in range(times(40, 300))]
    async with honest_callers(url):
        for data in (*GARBAGE, *drawn, *mixed):
            async with Line(url) as line:
                await line.send(data)
                line.writer.write_eof()
                said = await line.heard(15)
            assert b"HTTP/1.1 5" not in said, (data[:200], said[:300])
            assert b"host: x" not in said.lower() and b"/v1/told" not in said


def _mixed(data: bytes, rng: object) -> bytes:
    """A request with bytes changed, cut out and doubled."""
    raw = bytearray(data + b"content-length: 2\r\n\r\n{}" if data is HEAD else data)
    for _ in range(rng.randrange(1, 6)):  # type: ignore[attr-defined]
        at = rng.randrange(len(raw))  # type: ignore[attr-defined]
        raw[at : at + rng.choice((0, 1, 1, 4))] = rng.randbytes(rng.choice((0, 1, 1, 9)))  # type: ignore[attr-defined]
    return bytes(raw)
