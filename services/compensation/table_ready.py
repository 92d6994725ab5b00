"""A table ready to decide: its rows, the axes they are cut by, and how a decision finds its way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from services.compensation.table_axes import Axis
from services.compensation.table_due import Choice, Remedy
from services.compensation.table_facts import Fact
from services.compensation.table_model import TableModel
from services.compensation.table_read import Setting
from services.compensation.table_term import Term
from services.compensation.table_terms import Link
from shared.money import Rounding

Said = Callable[[list[Any]], str]


@dataclass(frozen=True)
class Row:
    """One row. `asks` holds, for each of its cases, (axis, what it needs in words) in the order written.

    `reasons` are its words in the three languages, with numbered places that `fills` fill in.
    """

    id: str
    place: int
    due: tuple[Remedy | Choice, ...]
    reasons: tuple[str, ...]
    fills: tuple[Said, ...]
    borne_by: str
    each_alone: bool
    cases: tuple[int, ...]
    asks: tuple[tuple[tuple[int, str], ...], ...]

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """Every remedy it can owe, those of choices included."""
        return tuple(r for entry in self.due for r in (entry.options if isinstance(entry, Choice) else (entry,)))


@dataclass(frozen=True)
class Met:
    """An axis, and how its value is found in the slots."""

    axis: Axis
    look: Callable[[list[Any]], Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """One way in which the axes can be met: the row that holds, and what ruled out those before it.

    `skipped` holds for each row why in words, where these are always the same, and the axes with what was needed of
    them; `said` holds the values of axes in words, `open` the axes whose value differs from case to case.
    """

    row: Row
    skipped: list[tuple[str, str, tuple[tuple[int, str], ...]]]
    open: tuple[int, ...]
    said: dict[int, str]


@dataclass(frozen=True)
class Compiled:
    """A table ready to decide. Values of a decision stand in slots: facts, then steps (each before and after
    rounding), then the session. `met` are the axes rows are cut by; `shapes` remembers how they were met.
    """

    model: TableModel
    setting: Setting
    facts: Mapping[str, Fact]
    slots: Mapping[str, int]
    steps: Mapping[str, Term]
    met: tuple[Met, ...]
    rows: tuple[Row, ...]
    row_of_case: tuple[int, ...]
    links: tuple[Link, ...]
    rounding: Rounding | None
    used: frozenset[str]
    shapes: dict[tuple[int, ...], Shape] = field(default_factory=dict)

    @cached_property
    def readers(self) -> tuple[tuple[str, Callable[[Any], Any], Any, bool], ...]:
        return tuple((name, fact.read, fact.default, fact.or_none) for name, fact in self.facts.items())

    @cached_property
    def locate(self) -> tuple[Callable[[list[Any]], int], ...]:
        """For each axis, where the slots meet it."""
        return tuple(met.axis.locator(met.look) for met in self.met)

    @cached_property
    def named(self) -> tuple[tuple[int, str, str], ...]:
        """Slot, name and rounding of every step."""
        return tuple((self.slots[name], name, str(step.rounding or "exact")) for name, step in self.steps.items())

    @cached_property
    def blank(self) -> list[None]:
        return [None] * len(self.steps)
