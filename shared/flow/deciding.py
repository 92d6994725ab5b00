"""All records of one thing decided from its document: what to write of it and what it tells. Pure."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from shared.flow import history
from shared.flow.deadletters import dead_letter
from shared.flow.errors import Poison
from shared.flow.fold import Fold
from shared.flow.records import Change, Outgoing, Part
from shared.flow.replay import drop_committed
from shared.flow.service import Service
from shared.flow.thing import Thing, Unread, from_store, to_store
from shared.flow.understand import Understood
from shared.flow.work import ASIDE, BARE, BURIED, DECIDE, NONE, Work

ASIDE_LIMIT = 8_000_000


class Deciding:
    """Decides for the things of one batch; `owned`: the partitions held, with their committed offsets."""

    def __init__(self, service: Service[Any], owned: Mapping[Part, int], epoch: int) -> None:
        self.service, self.owned, self.epoch = service, owned, epoch

    def ahead(self, work: Work) -> Fold | None:
        """The first record decided, but nothing told, where nothing is special about the thing.

        Deciding for a whole share and then telling for it is quicker than both for one thing after the other:
        measured, docs/benchmarks.md.
        """
        message = work.items[0][1].message
        if message is None or work.rung:
            return None
        try:
            fold = Fold(self._read(work), work.items[0][1].record, self.service, self.epoch)
            if fold.thing.replay or work.rung:
                return None
            fold.hear(message)
        except Exception:  # met again, and seen to, when the thing is folded from the start
            return None
        return fold

    def fold(self, work: Work) -> tuple[int, str] | None:
        """All records of one thing from its loaded document."""
        ahead, work.ahead = work.ahead, None
        thing, changed = ahead.thing if ahead else self._read(work), False
        work.out, work.pages = {}, NONE
        entries_before = len(thing.history)
        for index, item in work.items:
            fold = ahead or Fold(thing, item.record, self.service, self.epoch)
            try:
                work.out[index] = ahead.speak() if ahead else self._take(fold, item, work, index)
            except Exception as bug:  # a defect in `decide` holds up nobody else
                return index, f"a defect while deciding: {type(bug).__name__}"
            thing, changed, ahead = fold.thing, changed or fold.changed, None
            if fold.pages:
                work.pages = {**work.pages, **fold.pages}
        work.change = None
        if changed:
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


def _change(work: Work, thing: Thing[Any]) -> Change:
    loaded = int(work.raw.get("v", 0)) if work.raw else 0
    change = Change(work.id, loaded, partial(to_store, thing, loaded + 1))
    if work.rung and any(rung in (ASIDE, BARE) for rung in work.rung.values()):
        change.limit = ASIDE_LIMIT
    return change
