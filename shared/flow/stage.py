"""The one loop that decides and writes: fetch, decide, write, publish, commit; the offset is the outbox."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from shared import metrics
from shared.flow.batch import Batch, Plan
from shared.flow.errors import Transient
from shared.flow.lanes import DeadLetterLimit, LaneStatus, Switch
from shared.flow.messages import Lane
from shared.flow.pacing import WriteTime
from shared.flow.records import Log, Part, Store
from shared.flow.service import Service
from shared.flow.standing import Standing
from shared.flow.work import SHARE

log = structlog.get_logger(__name__)

SHARES = 8
"""Shares of a batch: reading, publishing and committing cost by the batch, and a slow store must not make them many."""

MOST = 500
"""Records a batch holds at most in any version, whatever its pace: a stopped lane looks as far as another replica may
have decided. Before it is raised, every replica must already look that far."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a lane takes its work: records per batch, things at least written at once, waits and pauses in seconds."""

    most: int = MOST
    least: int = 20
    write_least: int = 10
    wait_s: float = 0.5
    write_target_s: float = 0.020
    pause_s: float = 0.1
    pause_most_s: float = 5.0

    def __post_init__(self) -> None:
        if self.most > MOST:
            raise ValueError(f"a stopped lane looks for batches of up to {MOST} records")

    @classmethod
    def of(cls, lane: Lane) -> "Pace":
        return cls(most=50, least=50) if lane == "express" else cls()


class Stage:
    """One lane of one service. `run` ends when `stop` was called and the batch in hand is committed."""

    def __init__(self, service: Service[Any], lane: Lane, log: Log, store: Store, switch: Switch, epoch: int) -> None:
        self.service, self.lane, self.log, self.store = service, lane, log, store
        self.switch, self.epoch = switch, epoch
        self.status = LaneStatus(lane)
        self.pace = Pace.of(lane)
        self.limit = DeadLetterLimit()
        self.size, self.at_once = self.pace.most, SHARE
        self.standing = Standing(service, log, store, 2 * MOST)
        self.written: Callable[[], None] = lambda: None
        self.before: LaneStatus | None = None
        self.write_time = WriteTime(self.pace.write_target_s, self.pace.write_least)
        self._outstanding: tuple[asyncio.Task[None], Plan] | None = None
        self._stopping = asyncio.Event()
        # Short again (0) once a batch is out or nothing waits, not by a turn that only begins what then fails again.
        self._pause = 0.0
        self._read_ahead = False
        self._too_many: str | None = None
        log.drain = self._drain_before_revocation

    def stop(self) -> None:
        """Asks the loop to finish the batch in hand and end."""
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop`; a world that is down is waited for with growing pauses."""
        while not self._stopping.is_set():
            try:
                await self._turn()
            except Transient as fault:
                self.status.waits(str(fault))
                metrics.WAITS.labels(self.service.name, self.lane).inc()
                log.warning("lane waits", service=self.service.name, lane=self.lane, why=str(fault))
                pause = self._pause or self.pace.pause_s
                await self._sleep(pause)
                self._pause = min(pause * 2, self.pace.pause_most_s)
        self.status.state = "draining"
        async with self.log.lock:
            with contextlib.suppress(Transient):
                await self._settle()

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _turn(self) -> None:
        await self._stop_if_too_many()
        reason = await self.switch.stopped(self.lane)
        if reason is not None:
            await self._stand(reason)
            return
        if self._read_ahead:  # resumed, whatever came between: what was read while stopped is read again
            self.standing.forget()
            self._read_ahead = False
            self.limit.forget()
            self.log.seek(self.log.owned())
        records = await self.log.fetch(self.size, self.pace.wait_s)
        async with self.log.lock:
            records = self.log.current(records)
            if not records:
                await self._settle()
                self._pause = 0.0
                if self.log.lag() == 0:  # nothing fetched though something waits is no progress
                    self.status.running(0)
                return
            self.status.takes(len(records))
            plan = await self._decide(records)
            self.written()
            await self._settle(plan)  # batch k must be out before batch k+1 is published or committed
            self._outstanding = asyncio.create_task(self._deliver(plan)), plan
            if any(plan.failed):  # counted before anything more is decided
                await self._settle()
        self._after(plan)
        await self._stop_if_too_many()

    async def _decide(self, records: list[Any]) -> Plan:
        batch = Batch(self.service, self.store, self.log.owned(), self.epoch)
        batch.at_once, batch.before = self.at_once, self.before
        try:
            return await batch.work(records)
        except Transient:
            firsts: dict[Part, int] = {}
            for record in records:
                firsts[record.part] = min(firsts.get(record.part, record.offset), record.offset)
            await self._settle_quietly(firsts)
            self.log.seek(firsts)
            raise

    async def _deliver(self, plan: Plan) -> None:
        await self.log.publish(plan.out)
        self.status.untold = False
        await self.log.commit(plan.nexts, plan.assignment)

    async def _settle(self, dropped: Plan | None = None) -> None:
        """Waits for the outstanding batch; if it failed, seeks back to it and drops the one after."""
        if self._outstanding is None:
            return
        (task, plan), self._outstanding = self._outstanding, None
        try:
            await task
        except Transient:
            firsts = dict(dropped.firsts) if dropped else {}
            firsts.update(plan.firsts)
            self.log.seek(firsts)
            raise
        self._pause = 0.0
        self.status.running(plan.records)
        metrics.DECIDED.labels(self.service.name, self.lane).inc(plan.records)
        self._count(plan)

    async def _settle_quietly(self, firsts: dict[Part, int]) -> None:
        """Settles while another fault is under way; a failed batch is read again together with this one."""
        outstanding = self._outstanding
        try:
            await self._settle()
        except Transient:
            if outstanding is not None:
                firsts.update(outstanding[1].firsts)

    async def _drain_before_revocation(self) -> None:
        with contextlib.suppress(Transient):
            await self._settle()

    def _after(self, plan: Plan) -> None:
        """What is written at once follows the write time, so that express is not kept waiting; the batch follows."""
        if self.lane == "standard":
            pace, slow = self.pace, self.write_time.slow(plan.written, plan.write_s)
            self.at_once = max(pace.write_least, self.at_once // 2) if slow else min(SHARE, self.at_once + 8)
            self.size = max(pace.least, min(self.size + 50, pace.most, self.at_once * SHARES))
        if plan.conflicts:
            metrics.CONFLICTS.labels(self.service.name, self.lane).inc(plan.conflicts)

    def _count(self, plan: Plan) -> None:
        """Once delivered, so that a batch done over counts once; too many failures stop a standard lane."""
        if any(plan.failed):
            metrics.DEAD.labels(self.service.name, self.lane).inc(sum(plan.dead))
            metrics.SET_ASIDE.labels(self.service.name, self.lane).inc(plan.set_aside)
            log.error("records for a person", service=self.service.name, lane=self.lane,
                      dead=sum(plan.dead), set_aside=plan.set_aside)  # fmt: skip
        too_many = self.limit.count(plan.failed)
        if too_many and self.lane == "standard":
            self._too_many = too_many

    async def _stop_if_too_many(self) -> None:
        """Said until the switch has it."""
        if self._too_many:
            await self.switch.stop(self.lane, self._too_many)
            self._too_many = None
            self.limit.forget()

    # A stopped lane ----------------------------------------------------------------------------

    async def _stand(self, reason: str) -> None:
        """Decides nothing new. On every assignment, publishes what was decided before the stop; commits nothing."""
        async with self.log.lock:
            await self._settle()
        self.status.stops(reason)
        self._read_ahead = True
        if await self.standing.told(self.pace.most, self.pace.wait_s, self._stopping):
            return
        # the client must go on polling or it could never rejoin its group
        if await self.log.fetch(1, self.pace.wait_s):
            await self._sleep(self.pace.wait_s)  # else it would run through all that waits, record by record
