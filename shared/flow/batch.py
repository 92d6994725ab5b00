"""One batch: understand, load, fold per thing, write guarded, and the plan of what to publish and commit."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.flow.deadletters import dead_letter
from shared.flow.deciding import Deciding
from shared.flow.lanes import LaneStatus
from shared.flow.pacing import give_turns
from shared.flow.records import Outgoing, Part, Record, Store, Written
from shared.flow.service import Service
from shared.flow.understand import understand
from shared.flow.work import DECIDE, SHARE, Work, shares

SLICE_S, SHORT_S = 0.002, 0.0003
"""How long a batch works before it lets others have the event loop; shorter while the lane before it is lively."""
PATIENCE_MS = 4
"""How long a slice waits at most for the lane before it: neither a slow store nor a crowd there stops this one."""
NOTHING = Written()
DECIDE_TRIES = 3


@dataclass(slots=True)
class Plan:
    """What a decided batch is to publish, in order, and the offsets to commit after that."""

    out: list[Outgoing] = field(default_factory=list)
    firsts: dict[Part, int] = field(default_factory=dict)
    nexts: dict[Part, int] = field(default_factory=dict)
    assignment: int = 0
    records: int = 0
    dead: list[bool] = field(default_factory=list)
    failed: list[bool] = field(default_factory=list)
    set_aside: int = 0
    conflicts: int = 0
    written: int = 0
    write_s: float = 0.0


class Batch:
    """Works one batch of records of one lane."""

    def __init__(self, service: Service[Any], store: Store, owned: Mapping[Part, int], epoch: int) -> None:
        self.service, self.store = service, store
        self.deciding = Deciding(service, owned, epoch)
        self.at_once = SHARE
        self.before: LaneStatus | None = None
        self._until = time.monotonic() + SLICE_S

    async def work(self, records: Sequence[Record]) -> Plan:
        """Decides and writes; raises Transient when the store's answer is not known."""
        plan = Plan(assignment=max((r.assignment for r in records), default=0), records=len(records))
        for record in reversed(records):  # in order per partition
            plan.firsts[record.topic, record.partition] = record.offset
        for record in records:
            plan.nexts[record.topic, record.partition] = record.offset + 1
        plan.dead = [False] * len(records)
        plan.failed = [False] * len(records)
        outs: list[Sequence[Outgoing]] = [()] * len(records)
        await self._in_shares(records, outs, plan)
        plan.out = [message for out in outs for message in out]
        return plan

    async def _in_shares(self, records: Sequence[Record], outs: list[Sequence[Outgoing]], plan: Plan) -> None:
        """While the store writes one share, the next is decided; what both concern is first written, then loaded."""
        writing: asyncio.Task[None] | None = None
        busy: frozenset[str] = frozenset()
        try:
            for share in shares(records):
                works = await self._understand(records, share, outs, plan)
                if writing is not None and not busy.isdisjoint(works):
                    await writing
                await self._load_and_fold(list(works.values()))
                if writing is not None:
                    await writing
                writing, busy = asyncio.create_task(self._finish(list(works.values()), outs, plan)), frozenset(works)
                await asyncio.sleep(0)  # it begins at once
            if writing is not None:
                await writing
        except asyncio.CancelledError:
            if writing is not None:
                writing.cancel()
            raise
        except Exception:
            if writing is not None:  # nothing is still being written when this batch is over
                await asyncio.gather(writing, return_exceptions=True)
            raise

    async def _understand(
        self, records: Sequence[Record], share: Sequence[int], outs: list[Sequence[Outgoing]], plan: Plan
    ) -> dict[str, Work]:
        works: dict[str, Work] = {}
        for index in share:
            record = records[index]
            understood = understand(record, self.service)
            if time.monotonic() > self._until:
                await self._breathe()
            if understood.reply:
                outs[index] = (understood.reply,)
            if understood.fault:
                plan.dead[index], plan.failed[index] = True, not self.service.blames_sender(record)
                outs[index] = (*outs[index], dead_letter(record, self.service, understood.fault))
                if not record.topic.endswith(".express"):
                    continue  # on express each dead letter is also work for a person, on the thing it was for
            for target in understood.targets:
                work = works.get(target)
                if work is None:
                    work = works[target] = Work(target)
                work.add(index, understood)
        return works

    async def _load_and_fold(self, works: list[Work]) -> None:
        if not works:
            return
        raws = await self.store.load([work.id for work in works])
        for work in works:
            work.raw = raws.get(work.id)
            work.ahead = self.deciding.ahead(work)
            if time.monotonic() > self._until:
                await self._breathe()
        for work in works:
            if (failed := self.deciding.fold(work)) is not None:
                await self._help_along(work, failed)
            if time.monotonic() > self._until:
                await self._breathe()

    async def _finish(self, works: list[Work], outs: list[Sequence[Outgoing]], plan: Plan) -> None:
        """Writes what was decided; what met somebody else's write, or must go alone, is loaded and decided again."""
        pause, left = 0.005, works
        while left:
            conflicts = plan.conflicts
            for start in range(0, len(left), self.at_once):
                await self._write(left[start : start + self.at_once], plan)
            left = [work for work in left if work.items]
            if plan.conflicts > conflicts:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.5)
            await self._load_and_fold(left)
        for work in works:
            for index, out in work.told.items():
                outs[index] = [*outs[index], *out] if outs[index] else out
            for index in work.rung:
                plan.failed[index] = True
            plan.set_aside += len(work.rung)

    async def _write(self, works: list[Work], plan: Plan) -> None:
        """Writes what changed, pages first; what is written steps on."""
        pages = {id: page for work in works for id, page in work.pages.items()}
        if pages:
            await self.store.keep(pages)
        changes = [work.change for work in works if work.change]
        written = NOTHING
        if changes:
            began = time.monotonic()
            written = await self.store.write(changes)
            took = time.monotonic() - began
            if took > plan.write_s:  # of several the longest
                plan.write_s, plan.written = took, len(changes)
        plan.conflicts += len(written.conflicts)
        for work in works:
            if work.id in written.refused:
                work.refused(written.refused[work.id])
            elif work.id not in written.conflicts:
                work.step()

    async def _help_along(self, work: Work, failed: tuple[int, str] | None) -> None:
        """A record of this thing that cannot be decided is set aside alone."""
        tries: dict[int, int] = {}
        while failed is not None:
            index, reason = failed
            tries[index] = tries.get(index, 0) + 1
            if tries[index] >= DECIDE_TRIES or work.rung.get(index, DECIDE) > DECIDE:
                work.climb(index, reason)
            await self._breathe()
            failed = self.deciding.fold(work)

    async def _breathe(self) -> None:
        """Lets others have the event loop between slices, and the lane before this one the processor as well."""
        await give_turns()
        for _ in range(PATIENCE_MS):
            if self.before is None or not self.before.untold:
                break
            await asyncio.sleep(0.001)
        lively = self.before is not None and self.before.lively
        self._until = time.monotonic() + (SHORT_S if lively else SLICE_S)
