"""One thing's share of a batch, and how far each of its records had to be helped along."""

from dataclasses import dataclass, field
from typing import Any

from shared.flow.records import Outgoing
from shared.flow.thing import Thing
from shared.flow.understand import Understood

DECIDE, ASIDE, BARE, BURIED = range(4)
"""Decided; set aside on its thing; set aside without saying how the thing stands; a dead letter."""


@dataclass(slots=True)
class Work:
    """The document as loaded, and the records that concern it, in order."""

    id: str
    items: list[tuple[int, Understood]]
    raw: dict[str, Any] | None = None
    rung: dict[int, int] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)
    thing: Thing[Any] | None = None
    changed: bool = False
    out: dict[int, list[Outgoing]] = field(default_factory=dict)
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[int, list[Outgoing]] = field(default_factory=dict)
    _rest: list[tuple[int, Understood]] = field(default_factory=list)

    def add(self, index: int, item: Understood) -> None:
        """One more record, by its place in the batch; one that cannot be read is a person's from the start."""
        self.items.append((index, item))
        if item.message is None:
            self.climb(index, item.fault.reason if item.fault else "unreadable")

    def climb(self, index: int, reason: str) -> None:
        """The record goes one rung further; the first reason is the one that is told."""
        self.rung[index] = self.rung.get(index, DECIDE) + 1
        self.why.setdefault(index, reason)

    def refused(self, reason: str) -> None:
        """The store does not take the document: which record made it so is found by taking each alone."""
        if len(self.items) > 1:
            self.items, self._rest = self.items[:1], self.items[1:] + self._rest
        else:
            self.climb(self.items[0][0], reason)

    def step(self) -> None:
        """These records are written; on to the next one, where they go alone."""
        self.told |= self.out
        self.items, self._rest = self._rest[:1], self._rest[1:]
