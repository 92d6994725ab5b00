"""The door every request passes: limits, a body that can be read, metrics and log by route template only."""

import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any

import orjson
import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import metrics
from shared.flow.errors import Transient
from shared.flow.trace import trace_id, traceparent
from shared.web.answers import AT_ONCE, TAKE, Answer, Taker
from shared.web.bodies import WHOLE, Gone, Limits, Room, check_media_type, parse, read_body
from shared.web.problems import Problem, unavailable

log = structlog.get_logger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNLOGGED = frozenset({"/health/live", "/health/ready", "/metrics"})
Endpoint = Callable[[Request], Awaitable[Response]]
Hot = Mapping[tuple[str, str], Endpoint]
NOTHING: Mapping[str, Any] = {}
ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


class Face:
    """Pure ASGI. What came in stands in the request's state: `headers` by name, `body` (bytes), `json`, `trace`.

    `hot`: endpoints by method and path that are asked at once, past all that is between here and a route.
    `owner`: the app this is the face of; whoever serves the face itself is past what its framework puts before it.
    """

    def __init__(self, app: ASGIApp, owner: Any, service: str, limits: Limits, hot: Hot) -> None:
        self.app, self.owner, self.service, self.limits, self.hot = app, owner, service, limits, hot
        self.room, self._log = Room(), log.bind()  # bound once: the name alone is looked up at every line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self.owner
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, answer = time.perf_counter(), _Answer(send)
        headers = dict(reversed(scope["headers"]))  # of one that comes twice the first counts, as everywhere else
        trace = traceparent(headers)
        try:
            await self._take(scope, headers, trace, receive, answer)
        except Gone:
            answer.status = 499
        except Problem as problem:
            await answer.problem(problem, scope)
        except Transient:
            await answer.problem(unavailable(), scope)
        except Exception as bug:
            log.error("a request failed", defect=type(bug).__name__, at=_place(bug), trace=trace_id(trace))
            await answer.problem(Problem("internal"), scope)
        self._note(scope, answer.status, time.perf_counter() - began, trace)

    async def _take(
        self, scope: Scope, headers: Mapping[bytes, bytes], trace: bytes, receive: Receive, answer: "_Answer"
    ) -> None:
        state: dict[str, Any] = scope.setdefault("state", {})
        state["trace"], state["headers"] = trace, headers
        size = 0
        for name, value in scope["headers"]:
            size += len(name) + len(value)
        if size > self.limits.headers or len(scope["headers"]) > self.limits.header_count:
            raise Problem("headers-too-large", f"at most {self.limits.headers} bytes in {self.limits.header_count}")
        whole = WHOLE in scope.get("extensions", ())
        body = await read_body(headers, receive, self.limits, self.room, whole)
        try:
            state["body"] = body
            if body:
                check_media_type(headers)
            state["json"] = parse(body, self.limits) if body else None
            hot = self.hot.get((scope["method"], scope["path"]))
            again = _replayed(state["json"] if body else b"", receive)
            if hot is None:
                await self.app(scope, again, answer.send)
            else:
                response = await hot(Request(scope, again))
                if not (type(response) is Answer and answer.at_once(response, scope)):
                    await response(scope, again, answer.send)
        finally:
            self.room.taken -= len(body)
            state["body"], state["json"] = b"", None  # a line that stays open keeps its last scope

    def _note(self, scope: Scope, status: int, seconds: float, trace: bytes) -> None:
        route = str(getattr(scope.get("route"), "path", "unmatched"))
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        counted, timed = _measures(self.service, method, route, status)
        counted.inc()
        timed.observe(seconds)
        if route not in UNLOGGED:
            self._log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1),
                           trace=trace_id(trace))  # fmt: skip


@lru_cache(maxsize=1024)
def _measures(service: str, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    requests = metrics.REQUESTS.labels(service, method, route, str(status))
    return requests, metrics.REQUEST_SECONDS.labels(service, route)


class _Answer:
    """Sends the response on, with the headers every answer carries, and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send, self.status = send, 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message["headers"]
            names = [name for name, _ in given]
            message["headers"] = [*given, *(header for header in ALWAYS if header[0] not in names)]
        await self._send(message)

    def at_once(self, whole: Answer, scope: Scope) -> bool:
        """Head and body together, where the server takes them so; whether it did."""
        take: Taker | None = scope.get("extensions", NOTHING).get(AT_ONCE, NOTHING).get(TAKE)
        if take is None or not take(scope, whole.status_code, [*whole.raw_headers, *ALWAYS], bytes(whole.body)):
            return False
        self.status = whole.status_code
        return True

    async def problem(self, problem: Problem, scope: Scope) -> None:
        """Answers with a problem, unless an answer is under way already."""
        if not self.status:
            await problem.response()(scope, _nothing, self.send)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _replayed(read: Any, receive: Receive) -> Receive:
    """The body again as it was read here, for whoever reads it another way; then the caller's own messages."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        body = read if isinstance(read, bytes) else orjson.dumps(read)
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _place(bug: BaseException) -> str:
    """Where it happened, without its message: that may hold what was sent."""
    last = traceback.extract_tb(bug.__traceback__)[-1:]
    return f"{last[0].name}:{last[0].lineno}" if last else ""


def trace_of(request: Request) -> bytes:
    """The trace context of a request, for what it sets going."""
    trace: bytes = request.state.trace
    return trace
