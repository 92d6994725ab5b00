"""Requests onto the log, and their answers out of the documents."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.flow.codec import request_event
from shared.flow.errors import Transient
from shared.flow.messages import Lane, Reply, Request, higher
from shared.flow.records import Log, Store
from shared.flow.service import Service

WAIT_S = 2.0
POLL_S = 0.02


@dataclass(slots=True)
class _Waiting:
    request: Request
    answer: asyncio.Future[Reply]


class Edge:
    """The way in for HTTP: append first, answer after the log has acknowledged."""

    def __init__(self, service: Service[Any], logs: Mapping[Lane, Log], store: Store) -> None:
        self.service, self.logs, self.store = service, logs, store
        self._requests: dict[int, _Waiting] = {}
        self._poller: asyncio.Task[None] | None = None
        self._written = asyncio.Event()

    def written(self) -> None:
        """The stage of this process wrote documents: who waits need not wait for the next look."""
        self._written.set()

    async def append(self, request: Request, lane: Lane, trace: bytes | None = None) -> None:
        """Onto the inbox; Transient when the log did not acknowledge, and the caller repeats with its key."""
        await self.logs[lane].publish([request_event(request, self.service.inbox(lane), trace)])

    async def ask(self, request: Request, screened: Lane = "standard", trace: bytes | None = None) -> Reply | None:
        """Appends and waits for the answer in the document; None when it takes longer: it will be there later.

        The lane is the higher of the screen's and the thing's, when the store says. Nothing is refused from
        that look-up: what was appended before must be answered by the stage.
        """
        await self.append(request, await self._lane(request, screened), trace)
        return await self.answer(request)

    async def answer(self, request: Request, wait_s: float = WAIT_S) -> Reply | None:
        """The answer to a request already appended, polled for all waiting callers in one query."""
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._requests[id(waiting)] = waiting
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            return await asyncio.wait_for(waiting.answer, wait_s)
        except TimeoutError:
            return None
        finally:
            self._requests.pop(id(waiting), None)

    async def _lane(self, request: Request, screened: Lane) -> Lane:
        try:
            found = await asyncio.wait_for(self.store.load([request.thing]), 0.5)
        except (Transient, TimeoutError):
            return screened
        return higher(screened, found.get(request.thing, {}).get("lane", "standard"))

    async def _poll(self) -> None:
        pause = POLL_S
        while self._requests:
            began = time.monotonic()
            self._written.clear()
            try:
                await self._look()
                pause = max(POLL_S, time.monotonic() - began)
            except Transient:
                pause = min(pause * 2, 0.5)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._written.wait(), pause)

    async def _look(self) -> None:
        waiting = list(self._requests.values())
        documents = await self.store.load(sorted({w.request.thing for w in waiting}))
        for one in waiting:
            reply = find_answer(documents.get(one.request.thing), one.request)
            if reply is not None and not one.answer.done():
                one.answer.set_result(reply)


def find_answer(document: Mapping[str, Any] | None, request: Request) -> Reply | None:
    """The answer that stands in a document for this id and this body."""
    for known in (document or {}).get("requests", ()):
        if known["id"] == request.id and known["fp"] == request.fingerprint:
            answer = known["answer"] or {"status": 202, "body": {}}
            return Reply(answer["status"], answer["body"])
    return None
