"""One batch: understand, load, fold per thing, write guarded, and the plan of what to publish and commit."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from shared.flow import history
from shared.flow.deadletters import dead_letter
from shared.flow.errors import Poison
from shared.flow.fold import Fold
from shared.flow.lanes import LaneStatus
from shared.flow.pacing import give_turns
from shared.flow.records import Change, Outgoing, Part, Record, Store, Written
from shared.flow.replay import drop_committed
from shared.flow.service import Service
from shared.flow.thing import Thing, Unread, from_store, to_store
from shared.flow.understand import Understood, understand
from shared.flow.work import ASIDE, BARE, BURIED, DECIDE, NONE, SHARE, Work, shares

SLICE_S, SHORT_S = 0.002, 0.0005
"""How long a batch works before it lets others have the event loop; shorter while the lane before it is lively."""
PATIENCE_MS = 4
"""How long a slice waits at most for the lane before it: neither a slow store nor a crowd there stops this one."""
NOTHING = Written()
DECIDE_TRIES = 3
ASIDE_LIMIT = 8_000_000


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
        self.service, self.store, self.owned, self.epoch = service, store, owned, epoch
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
            if (failed := self._fold_once(work)) is not None:
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

    # Folding -----------------------------------------------------------------------------------

    async def _help_along(self, work: Work, failed: tuple[int, str] | None) -> None:
        """A record of this thing that cannot be decided is set aside alone."""
        tries: dict[int, int] = {}
        while failed is not None:
            index, reason = failed
            tries[index] = tries.get(index, 0) + 1
            if tries[index] >= DECIDE_TRIES or work.rung.get(index, DECIDE) > DECIDE:
                work.climb(index, reason)
            await self._breathe()
            failed = self._fold_once(work)

    def _fold_once(self, work: Work) -> tuple[int, str] | None:
        """All records of one thing from its loaded document."""
        thing, changed = self._read(work), False
        work.out, work.pages = {}, NONE
        entries_before, replay_before = len(thing.history), len(thing.replay)
        for index, item in work.items:
            fold = Fold(thing, item.record, self.service, self.epoch)
            try:
                work.out[index] = self._take(fold, item, work, index)
            except Exception as bug:  # a defect in `decide` holds up nobody else
                return index, f"a defect while deciding: {type(bug).__name__}"
            thing, changed = fold.thing, changed or fold.changed
            if fold.pages:
                work.pages = {**work.pages, **fold.pages}
        work.change = None
        if changed:
            if replay_before:
                drop_committed(thing, self.owned)
            if full := history.pages_of(thing, entries_before):
                work.pages = {**work.pages, **full}
            work.change = _change(work, thing)
        return None

    def _read(self, work: Work) -> Thing[Any]:
        """The thing as loaded. A state this release cannot read is carried as it is, for a person to see to."""
        if not work.raw:
            return Thing(work.id, self.service.state())
        try:
            return from_store(work.raw, self.service.state)
        except Exception as bug:
            reason = f"the document cannot be read: {type(bug).__name__}"
        for index, _ in work.items:
            while work.rung.get(index, DECIDE) < BARE:
                work.climb(index, reason)
        try:
            return from_store(work.raw, Unread)
        except Exception:
            for index, _ in work.items:
                work.rung = {**work.rung, index: BURIED}
            return Thing(work.id, Unread())

    def _take(self, fold: Fold, item: Understood, work: Work, index: int) -> list[Outgoing]:
        rung = work.rung.get(index, DECIDE)
        if rung == BURIED:
            return [] if item.fault else [dead_letter(item.record, self.service, Poison(work.why[index]))]
        if rung == DECIDE and item.message is not None:
            return fold.take(item.message)
        return fold.set_aside(work.why[index], item.message, rung == BARE)

    async def _breathe(self) -> None:
        """Lets others have the event loop between slices, and the lane before this one the processor as well."""
        await give_turns()
        for _ in range(PATIENCE_MS):
            if self.before is None or not self.before.untold:
                break
            await asyncio.sleep(0.001)
        lively = self.before is not None and self.before.lively
        self._until = time.monotonic() + (SHORT_S if lively else SLICE_S)


def _change(work: Work, thing: Thing[Any]) -> Change:
    loaded = int(work.raw.get("v", 0)) if work.raw else 0
    change = Change(work.id, loaded, partial(to_store, thing, loaded + 1))
    if work.rung and any(rung in (ASIDE, BARE) for rung in work.rung.values()):
        change.limit = ASIDE_LIMIT
    return change
