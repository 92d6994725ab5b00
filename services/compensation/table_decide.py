"""Deciding: typed facts into the row that holds and what it owes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from services.compensation.table_cases import Unfit
from services.compensation.table_due import Remedy
from services.compensation.table_given import CannotAssess, fact_pointer
from services.compensation.table_ready import Compiled, Row, Shape
from services.compensation.table_terms import Link
from services.compensation.table_why import shape_of

TOO_LARGE = Decimal(10) ** 15
_ZERO = Decimal(0)

Json = dict[str, Any]
Amount = tuple[Remedy, Decimal, Decimal, str]


class Session(Protocol):
    """What a decision can ask of the tables around it."""

    def take(self, link: Link, v: list[Any]) -> Decimal:
        """What the linked table pays of the kind the link takes."""


@dataclass(slots=True)
class Decided:
    """The row that holds, and the slots it was worked out in.

    `remedies` are JSON; `amounts` are, for every remedy with an amount or quantity, its value before and after
    rounding and the text of it; `shape` says how the axes were met.
    """

    row: Row
    remedies: list[Json]
    amounts: list[Amount]
    slots: list[Any]
    shape: Shape


def decide(table: Compiled, facts: list[Any], session: Session) -> Decided:
    """The decision on typed facts in their slots. Raises CannotAssess when they do not fit together."""
    slots = [*facts, *table.blank, session]
    try:
        places = tuple([locate(slots) for locate in table.locate])
        shape = table.shapes.get(places) or shape_of(table, places)
        row = shape.row
        remedies, amounts = _owed(row, slots)
    except Unfit as fault:
        pointer, detail = fact_pointer(fault.fact), f"{fault.fact} must be {fault.expected}"
        raise CannotAssess("facts-wrong", detail, pointer, [{"pointer": pointer, "detail": detail}]) from None
    return Decided(row, remedies, amounts, slots, shape)


def _owed(row: Row, slots: list[Any]) -> tuple[list[Json], list[Amount]]:
    remedies: list[Json] = []
    amounts: list[Amount] = []
    for entry in row.due:
        if isinstance(entry, Remedy):
            told = _told(entry, slots, amounts)
            if told is not None:
                remedies.append(told)
            continue
        options = [told for option in entry.options if (told := _told(option, slots, amounts))]
        remedies += [{"one_of": options}] if len(options) > 1 else options
    return remedies, amounts


def _told(remedy: Remedy, slots: list[Any], amounts: list[Amount]) -> Json | None:
    """The remedy as JSON; None when it comes to nothing."""
    pair = remedy.pair
    if pair is None:
        return {"kind": remedy.kind}
    exact, value = pair(slots)
    if value <= _ZERO:
        amounts.append((remedy, exact, _ZERO, "0"))
        return None
    if value >= TOO_LARGE:
        raise CannotAssess("too-large", "the result is beyond what can be paid: check the facts", "/facts")
    text = remedy.text(value)
    amounts.append((remedy, exact, value, text))
    if remedy.in_money:
        return {"kind": remedy.kind, "amount": text, "currency": remedy.unit}
    return {"kind": remedy.kind, "quantity": text, "unit": remedy.unit}
