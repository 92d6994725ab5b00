"""Orders to other servers: each is tried within a time limit, and its answer goes onto the log."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from shared import clock, metrics
from shared.flow.codec import answer_event, order_of, read
from shared.flow.deadletters import dead_letter
from shared.flow.errors import Poison, Transient
from shared.flow.messages import Answer, Lane, Order, Verdict
from shared.flow.records import Log, Outgoing, Part, Record
from shared.flow.service import Service

log = structlog.get_logger(__name__)

MOST_IN_HAND = 200
PARTING_S = 2.0
MOST_SAID = 32_000
"""Bytes of an answer kept in the thing's document; a longer one keeps its verdict alone."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a provider said: done, refused for good, or open (later, time-out, unknown)."""

    verdict: Verdict
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """How one kind of order is carried out. `at_once`: tries in flight; `waiting`: more wait for as long as a try may
    take. Who finds no room waits `brief_s` for it, then is told later: a quick provider makes room for a crowd in that
    time. Before one that has let nobody in and finished with nobody for so long, nobody waits: it hangs, and the places
    are for the orders of others.
    """

    carry_out: Callable[[Order], Awaitable[Result]]
    limit_s: float = 10.0
    at_once: int = 10
    waiting: int = 50
    brief_s: float = 1.0


class Effects:
    """The orders of one lane. A provider that hangs fills only its own places; the lane goes on."""

    def __init__(
        self, service: Service[Any], lane: Lane, log: Log, kinds: Mapping[str, Effect],
        now: Callable[[], datetime] = clock.now,
    ) -> None:  # fmt: skip
        self.service, self.lane, self.log, self.kinds, self.now = service, lane, log, kinds, now
        self._places = {kind: asyncio.Semaphore(effect.at_once) for kind, effect in kinds.items()}
        self._room = {kind: asyncio.Semaphore(effect.at_once + effect.waiting) for kind, effect in kinds.items()}
        self._stirred = dict.fromkeys(kinds, 0.0)
        self._open: dict[Part, set[int]] = {}
        self._next: dict[Part, tuple[int, int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._fault: Transient | None = None
        log.drain = self._forget

    def stop(self) -> None:
        """Asks the loop to finish what is in hand and end."""
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop`: take orders while places are free, commit up to the first one still in hand."""
        pause = 0.1
        while not self._stopping.is_set():
            try:
                await self._turn()
                pause = 0.1
            except Transient as fault:
                log.warning("effects wait", service=self.service.name, lane=self.lane, why=str(fault))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
        if self._tasks:
            longest = max((each.brief_s + each.limit_s for each in self.kinds.values()), default=1.0)
            await asyncio.wait(self._tasks, timeout=longest)
        with contextlib.suppress(Transient):
            async with self.log.lock:
                await self._commit()

    async def _turn(self) -> None:
        room = MOST_IN_HAND - len(self._tasks)
        records = await self.log.fetch(min(room, 50), 0.1 if self._tasks else 0.5) if room > 0 else []
        if not room:
            await asyncio.wait(self._tasks, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
        async with self.log.lock:
            for record in self.log.current(records):
                self._begin(record)
            fault, self._fault = self._fault, None
            if fault is not None:  # an answer could not be appended: its order is read again
                again = {part: min(open) for part, open in self._open.items() if open}
                self.log.seek(again)
                for part in again:  # of the others everything is answered: that is committed, or nobody ever would
                    del self._open[part], self._next[part]
                await self._commit()
                raise fault
            await self._commit()

    def _begin(self, record: Record) -> None:
        self._open.setdefault(record.part, set()).add(record.offset)
        self._next[record.part] = record.offset + 1, record.assignment
        task = asyncio.create_task(self._carry_out(record))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, record: Record) -> None:
        """One order to its answer on the log; the order stays open until that is acknowledged."""
        try:
            await self.log.publish([await self._answer(record)])
        except Transient as fault:
            self._fault = fault
            return
        self._open.get(record.part, set()).discard(record.offset)

    async def _answer(self, record: Record) -> Outgoing:
        try:
            if record.unreadable:
                raise Poison(record.unreadable)
            attributes, data = read(record)
            order = order_of(attributes, data)
            if order.kind not in self.kinds:
                raise Poison("no such kind of effect here", "/data/kind")
            begun = record.time if order.begun is None else clock.from_ms(order.begun)
            if self.now() - begun > self.service.keys_remembered:  # it lay, or is told or carried out once more
                order = replace(order, ask_first=True)
        except Poison as fault:
            return dead_letter(record, self.service, fault)
        except Exception as bug:  # it would stay open, and nothing behind it ever be committed
            return dead_letter(record, self.service, Poison(f"a defect while reading: {type(bug).__name__}"))
        result = await self._try(order)
        metrics.EFFECTS.labels(self.service.name, self.lane, order.kind, result.verdict).inc()
        answer = Answer(order.thing, order.effect, order.key, order.attempt, result.verdict, dict(result.body))
        lane: Lane = "express" if attributes.get("lane") == "express" else "standard"
        return _answer_out(answer, self.service.inbox(lane))

    async def _try(self, order: Order) -> Result:
        """One try within its limit; a crowd before a slow provider is told `open` soon and comes again."""
        effect, room, time = self.kinds[order.kind], self._room[order.kind], asyncio.get_running_loop().time
        if room.locked() and time() - self._stirred[order.kind] > effect.brief_s:
            return Result("open", {"reason": "too many in hand"})
        try:
            async with asyncio.timeout(effect.brief_s):
                await room.acquire()
        except TimeoutError:
            return Result("open", {"reason": "too many in hand"})
        self._stirred[order.kind] = time()
        try:
            async with asyncio.timeout(effect.limit_s), self._places[order.kind]:
                result = await effect.carry_out(order)
            self._stirred[order.kind] = time()
            return result
        except TimeoutError:
            return Result("open", {"reason": "time limit"})
        except Exception as bug:
            log.error("effect failed", kind=order.kind, defect=type(bug).__name__)
            return Result("open", {"reason": type(bug).__name__})
        finally:
            room.release()

    async def _commit(self) -> None:
        """Everything before the first order still in hand."""
        for part, (upto, assignment) in list(self._next.items()):
            open = self._open.get(part)
            done = min(open) if open else upto
            if done > (self.log.owned().get(part) or 0):
                await self.log.commit({part: done}, assignment)

    async def _forget(self) -> None:
        """Before partitions go: what is nearly done is waited for, since some of it has no key and would be done again.

        The rest comes again to whoever holds them; keys make that harmless.
        """
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PARTING_S)
        with contextlib.suppress(Transient):
            await self._commit()
        self._open.clear()
        self._next.clear()


def _answer_out(answer: Answer, inbox: str) -> Outgoing:
    """The answer for the log; where its body is too long or no JSON, the verdict still counts."""
    with contextlib.suppress(ValueError, TypeError):
        out = answer_event(answer, inbox)
        if len(out.value or b"") <= MOST_SAID:
            return out
    log.error("a provider's answer is not kept", effect=answer.effect.split("/")[0])
    return answer_event(replace(answer, body={"reason": "the answer was too long to keep"}), inbox)
