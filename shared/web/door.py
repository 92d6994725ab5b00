"""The wire before any request is one: how many connections, how long a head may take, and how much of it is read.

The server bounds none of these itself: a head that never ends is kept in memory as long as it comes, a connection
that sends nothing stays for ever.
"""

import asyncio
import resource
import time
from typing import Any

import orjson
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.web.answers import AT_ONCE, TAKE, Header
from shared.web.bodies import WHOLE
from shared.web.problems import MEDIA_TYPE, Problem

HEAD_BYTES = 65_536
"""Of request line and headers; well above what is then allowed, so that most are answered why."""
REST_BYTES = 48_000_000
"""Of what follows a head until its answer, whatever it is: above what is drained of a body that is too large."""
HEAD_S, STALLED_S, LINGER_S = 10.0, 30.0, 2.0
"""To send a head; to take an answer that waits to be taken; to take the last words before the line is cut."""
MOST_CONNECTIONS, MOST_PIPELINED = 2_000, 32


def most_connections() -> int:
    """Never more than half of the files this process may open: the log and the store need theirs."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST_CONNECTIONS, soft // 2) if soft > 0 else MOST_CONNECTIONS


class Door(HttpToolsProtocol):
    """uvicorn's protocol with bounds; give it as `http` to its configuration."""

    _head: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _head_bytes, _rest_bytes = 0, 0
    _offers: dict[str, dict[Any, Any]]
    _since = 0.0

    # Connections -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = time.monotonic()
        self._offers = {WHOLE: {}, AT_ONCE: {TAKE: self._take}}
        self._await_head()
        if len(self.connections) > most_connections():
            self._make_room()

    def _make_room(self) -> None:
        """The one that has done nothing for the longest time goes; where all are at work, the newcomer."""
        others = (each for each in self.connections if each is not self and isinstance(each, Door) and each.idle)
        oldest = min(others, key=lambda each: each._since, default=self)
        oldest.transport.abort()

    @property
    def idle(self) -> bool:
        """Whether no request is being answered on it."""
        return self.cycle is None or self.cycle.response_complete

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stalled = _cancelled(self._stalled)
        super().connection_lost(exc)
        self._offers.clear()  # they hold this door, and its last scope holds them: a circle that keeps a body in memory

    # Heads -------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.idle:
            self._await_head()
        super().data_received(data)
        if self._head is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(Problem("headers-too-large"))
        else:
            self._rest_bytes += len(data)
            if self._rest_bytes > REST_BYTES:
                self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._rest_bytes = 0
        super().on_headers_complete()
        if len(self.pipeline) > MOST_PIPELINED:
            self.transport.abort()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.scope["extensions"] = self._offers  # one for all its requests: none must hold on to itself

    def on_response_complete(self) -> None:
        self._since = time.monotonic()
        super().on_response_complete()

    def _await_head(self) -> None:
        if self._head is None:
            self._head_bytes = 0
            self._head = self.loop.call_later(HEAD_S, self._too_slow)

    def _stop_waiting(self) -> None:
        self._head = _cancelled(self._head)

    def _too_slow(self) -> None:
        self._head = None
        if self.flow.read_paused:  # it is we who do not read: a request before it is being answered
            self._await_head()
        elif self._head_bytes:
            self._refuse(Problem("too-slow"))
        else:
            self.transport.close()

    # Answers -----------------------------------------------------------------------------------

    def _take(self, scope: Scope, status: int, headers: list[Header], body: bytes) -> bool:
        """A whole answer, as its cycle would send it in two steps; not while its caller is slow to read, nor where
        others wait behind it on the same line."""
        cycle = self.cycle
        if cycle.scope is not scope or cycle.disconnected or cycle.response_started or self.flow.write_paused:
            return False
        cycle.response_started = cycle.response_complete = True
        lines = [STATUS_LINE[status]]
        for name, value in (*cycle.default_headers, *headers):
            lines += name, b": ", value, b"\r\n"
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        self.transport.write(b"".join((*lines, b"\r\n", body)))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self._stalled or self.loop.call_later(STALLED_S, self.transport.abort)

    def resume_writing(self) -> None:
        self._stalled = _cancelled(self._stalled)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self._refuse(Problem("bad-request"))

    def _refuse(self, problem: Problem) -> None:
        """Says why, unless an answer is under way, and hangs up."""
        self._stop_waiting()
        if self.transport.is_closing():
            return
        if self.idle:
            body = orjson.dumps(problem.body())
            line = f"HTTP/1.1 {problem.status} Refused\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
            self.transport.write(line.encode() + b"connection: close\r\n\r\n" + body)
        self.transport.close()
        self.loop.call_later(LINGER_S, self.transport.abort)


def _cancelled(timer: asyncio.TimerHandle | None) -> Any:
    if timer is not None:
        timer.cancel()
