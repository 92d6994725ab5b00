"""One batch: understand, load, fold per thing, write guarded, and the plan of what to publish and commit."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.flow import history
from shared.flow.deadletters import dead_letter, kept_record, record_page
from shared.flow.errors import Transient
from shared.flow.fold import Fold
from shared.flow.messages import Message
from shared.flow.records import Change, Outgoing, Part, Record, Store
from shared.flow.replay import drop_committed
from shared.flow.service import Service
from shared.flow.thing import Thing, from_store, to_store
from shared.flow.understand import Understood, understand

SLICE_S = 0.010
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
    set_aside: int = 0
    conflicts: int = 0
    write_s: float = 0.0


@dataclass(slots=True)
class Work:
    """One thing's share of a batch: its document as loaded, and the records that concern it, in order."""

    id: str
    items: list[tuple[int, Understood]]
    raw: dict[str, Any] | None = None
    aside: dict[int, str] = field(default_factory=dict)
    thing: Thing[Any] | None = None
    changed: bool = False
    out: dict[int, list[Outgoing]] = field(default_factory=dict)
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)


class Batch:
    """Works one batch of records of one lane."""

    def __init__(self, service: Service[Any], store: Store, owned: Mapping[Part, int], epoch: int) -> None:
        self.service, self.store, self.owned, self.epoch = service, store, owned, epoch
        self._slice = time.monotonic()

    async def work(self, records: Sequence[Record]) -> Plan:
        """Decides and writes; raises Transient when the store's answer is not known."""
        plan = Plan(assignment=max((r.assignment for r in records), default=0), records=len(records))
        for record in records:
            plan.firsts[record.part] = min(plan.firsts.get(record.part, record.offset), record.offset)
            plan.nexts[record.part] = max(plan.nexts.get(record.part, 0), record.offset + 1)
        outs: list[list[Outgoing]] = [[] for _ in records]
        works: dict[str, Work] = {}
        for index, record in enumerate(records):
            understood = understand(record, self.service)
            await self._breathe()
            plan.dead.append(understood.fault is not None)
            if understood.reply:
                outs[index].append(understood.reply)
            if understood.fault:
                outs[index].append(dead_letter(record, self.service, understood.fault))
                if not record.topic.endswith(".express"):
                    continue  # on express each dead letter is also work for a person, on the thing it was for
            for target in understood.targets:
                works.setdefault(target, Work(target, [])).items.append((index, understood))
        await self._decide_and_write(list(works.values()), plan)
        for work in works.values():
            for index, out in work.out.items():
                outs[index].extend(out)
            plan.set_aside += len(work.aside)
        plan.out = [message for out in outs for message in out]
        return plan

    async def _decide_and_write(self, works: list[Work], plan: Plan) -> None:
        pause = 0.005
        while works:
            raws = await self.store.load([work.id for work in works])
            for work in works:
                work.raw = raws.get(work.id)
                self._fold(work)
                await self._breathe()
            again = await self._write([work for work in works if work.changed], plan)
            works = [work for work in works if work.id in again]
            if works:
                plan.conflicts += len(works)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.5)

    async def _write(self, works: list[Work], plan: Plan) -> frozenset[str]:
        """Writes what changed; the ids to load and decide again."""
        pages = {id: page for work in works for id, page in work.pages.items()}
        if pages:
            await self.store.keep(pages)
        if not works:
            return frozenset()
        began = time.monotonic()
        written = await self.store.write([_change(work) for work in works])
        plan.write_s += time.monotonic() - began
        for work in works:
            if work.id in written.refused:
                if work.aside:  # the thing cannot even hold the note that a person is needed
                    raise Transient(f"the store refuses a document: {written.refused[work.id]}")
                work.aside = {index: written.refused[work.id] for index, _ in work.items}
        return written.conflicts | frozenset(written.refused)

    # Folding -----------------------------------------------------------------------------------

    def _fold(self, work: Work) -> None:
        """All records of one thing from its loaded document; one that cannot be decided is set aside alone."""
        tries: dict[int, int] = {}
        while True:
            failed = self._fold_once(work)
            if failed is None:
                return
            index, reason = failed
            tries[index] = tries.get(index, 0) + 1
            if tries[index] >= DECIDE_TRIES:
                work.aside[index] = reason

    def _fold_once(self, work: Work) -> tuple[int, str] | None:
        thing = from_store(work.raw, self.service.state) if work.raw else Thing(work.id, self.service.state())
        work.out, work.changed, work.pages = {}, False, {}
        loaded_entries = len(thing.history)
        for index, item in work.items:
            fold = Fold(thing, item.record, self.service, self.epoch)
            try:
                work.out[index] = self._take(fold, item, work, index)
            except Exception as bug:  # a defect in `decide` holds up nobody else
                return index, f"a defect while deciding: {type(bug).__name__}"
            thing, work.changed = fold.thing, work.changed or fold.changed
            work.pages |= fold.blanked
        if work.changed:
            drop_committed(thing, self.owned)
            work.pages |= history.pages_of(thing, loaded_entries)
        work.thing = thing
        return None

    def _take(self, fold: Fold, item: Understood, work: Work, index: int) -> list[Outgoing]:
        message: Message | None = item.message
        if message is not None and index not in work.aside:
            return fold.take(message)
        reason = work.aside.get(index) or (item.fault.reason if item.fault else "unreadable")
        kept = kept_record(work.id, item.record, reason)
        out = fold.set_aside(reason, message, kept)
        work.pages |= record_page(work.id, item.record)
        return out

    async def _breathe(self) -> None:
        """Lets the other lane have the event loop between slices."""
        if time.monotonic() - self._slice > SLICE_S:
            await asyncio.sleep(0)
            self._slice = time.monotonic()


def _change(work: Work) -> Change:
    assert work.thing is not None
    loaded = int(work.raw.get("v", 0)) if work.raw else 0
    change = Change(work.id, loaded, to_store(work.thing, loaded + 1))
    return Change(change.id, loaded, change.document, ASIDE_LIMIT) if work.aside else change
