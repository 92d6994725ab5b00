"""Callers that keep to no rule, on real sockets of the loopback, and honest ones beside them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx

from tests.web.faces import JSON, body

CUT = b""


@dataclass
class Honest:
    """What honest callers were answered meanwhile."""

    statuses: list[int] = field(default_factory=list)
    slowest_s: float = 0.0


@contextlib.asynccontextmanager
async def honest_callers(url: str, each_s: float = 0.05) -> AsyncIterator[Honest]:
    """One call after another, each on a line of its own, until the block ends; every one must be taken."""
    told, stopping = Honest(), asyncio.Event()

    async def call() -> None:
        while not stopping.is_set():
            began = asyncio.get_running_loop().time()
            async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
                answer = await http.post("/v1/told", content=body(), headers=JSON)
            told.statuses.append(answer.status_code)
            told.slowest_s = max(told.slowest_s, asyncio.get_running_loop().time() - began)
            await asyncio.sleep(each_s)

    task = asyncio.create_task(call())
    try:
        yield told
    finally:
        stopping.set()
        await task
    assert told.statuses and set(told.statuses) == {202}, told.statuses


class Line:
    """One connection that sends bytes, and hears what comes back until it is cut."""

    def __init__(self, url: str) -> None:
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)

    async def __aenter__(self) -> "Line":
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()  # what is still to be sent nobody waits for

    async def send(self, data: bytes) -> bool:
        """Whether the other side still takes it."""
        try:
            self.writer.write(data)
            await self.writer.drain()
        except OSError:
            return False
        return not self.writer.transport.is_closing()

    async def heard(self, seconds: float = 30.0) -> bytes:
        """All that comes until the line is cut; TimeoutError when it is not."""
        async with asyncio.timeout(seconds):
            with contextlib.suppress(OSError):
                return await self.reader.read()
        return CUT

    async def first(self, seconds: float = 30.0) -> bytes:
        """The first thing that comes."""
        async with asyncio.timeout(seconds):
            with contextlib.suppress(OSError):
                return await self.reader.read(65_536)
        return CUT


async def flood(url: str, begin: bytes, more: bytes, most: int) -> tuple[int, bytes]:
    """Sends without end, up to `most` bytes; how many were taken, and what was said."""
    async with Line(url) as line:
        sent = len(begin)
        going = await line.send(begin)
        while going and sent < most:
            going = await line.send(more)
            sent += len(more)
        return sent, await line.heard() if sent < most else b"still going"


def refused(said: bytes) -> bool:
    """A 4xx, or nothing at all."""
    return said == CUT or said.startswith(b"HTTP/1.1 4")
