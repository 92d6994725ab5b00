"""One thing's part in a batch, how far each of its records had to be helped along, and the shares of a batch."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.flow.fold import Fold
from shared.flow.records import Change, Outgoing, Record
from shared.flow.understand import Understood

DECIDE, ASIDE, BARE, BURIED = range(4)
"""Decided; set aside on its thing; set aside without saying how the thing stands; a dead letter."""

SHARE = 64
"""Records decided while the store writes what was decided of as many before. So few that what a fact leaves behind
is freed while it is still in the processor's cache: with 500 at once the same work takes a third longer."""


NONE: Mapping[Any, Any] = {}
"""Nothing yet, as for nearly every thing; never written into."""


class Work:
    """The records that concern one thing, in order; after folding, what to write of it and to tell."""

    __slots__ = ("_rest", "ahead", "change", "id", "items", "out", "pages", "raw", "rung", "told", "why")

    def __init__(self, id: str) -> None:
        self.id = id
        self.items: list[tuple[int, Understood]] = []
        self.raw: dict[str, Any] | None = None
        self.rung: Mapping[int, int] = NONE
        self.why: Mapping[int, str] = NONE
        self.ahead: Fold | None = None
        self.change: Change | None = None
        self.out: dict[int, list[Outgoing]] = {}
        self.pages: Mapping[str, dict[str, Any]] = NONE
        self.told: Mapping[int, list[Outgoing]] = NONE
        self._rest: Sequence[tuple[int, Understood]] = ()

    def add(self, index: int, item: Understood) -> None:
        """One more record, by its place in the batch; one that cannot be read is a person's from the start."""
        self.items.append((index, item))
        if item.message is None:
            self.climb(index, item.fault.reason if item.fault else "unreadable")

    def climb(self, index: int, reason: str) -> None:
        """The record goes one rung further; the first reason is the one that is told."""
        self.rung = {**self.rung, index: self.rung.get(index, DECIDE) + 1}
        self.why = {index: reason, **self.why}

    def refused(self, reason: str) -> None:
        """The store does not take the document: which record made it so is found by taking each alone."""
        if len(self.items) > 1:
            self.items, self._rest = self.items[:1], [*self.items[1:], *self._rest]
        else:
            self.climb(self.items[0][0], reason)

    def step(self) -> None:
        """These records are written; on to the next one, where they go alone."""
        self.told = {**self.told, **self.out} if self.told else self.out
        self.raw = self.change = None  # freed while it is still at hand, not with the whole batch
        self.items, self._rest = list(self._rest[:1]), self._rest[1:]


def shares(records: Sequence[Record]) -> list[list[int]]:
    """Places of records, SHARE or few more together; those of one key together, so that a thing is written once."""
    found: list[list[int]] = [[]]
    place: dict[bytes | None, list[int]] = {}
    for index, record in enumerate(records):
        share = place.get(record.key)
        if share is None:
            if len(found[-1]) >= SHARE:
                found.append([])
            share = place[record.key] = found[-1]
        share.append(index)
    return found
