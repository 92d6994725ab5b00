"""Deciding: typed facts into the row that holds, what it owes, and why the rows before it did not hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from services.compensation.table_cases import Unfit
from services.compensation.table_compile import Compiled, Row
from services.compensation.table_due import Choice, Remedy
from services.compensation.table_read import MISSING
from services.compensation.table_terms import Link
from services.compensation.table_units import Wrong
from shared.money import EXACT, plain

Json = dict[str, Any]
TOO_LARGE = Decimal(10) ** 15


class CannotAssess(Exception):
    """Why nothing can be said about these facts.

    `type` is unknown-table, not-in-force, facts-missing, facts-wrong or too-large; `pointer` is a JSON pointer into
    the request; `problems` holds one {"pointer", "detail"} for every fact concerned.
    """

    def __init__(self, type: str, detail: str, pointer: str = "", problems: Sequence[Json] = (), **more: Any) -> None:
        super().__init__(detail)
        self.type, self.detail, self.pointer, self.more = type, detail, pointer, more
        self.problems = list(problems)


class Session(Protocol):
    """What a decision can ask of the tables around it."""

    def take(self, link: Link, v: list[Any]) -> Decimal:
        """What the linked table pays of the kind the link takes."""


@dataclass(frozen=True)
class Decided:
    """The row that holds, its remedies as JSON with their exact values, the slots and where they lie."""

    row: Row
    remedies: list[Json]
    amounts: list[tuple[str, Decimal, Decimal, str]]
    slots: list[Any]
    places: list[int]


def fact_pointer(name: str) -> str:
    return "/facts/" + name[:80].replace("~", "~0").replace("/", "~1")


def read_facts(table: Compiled, facts: Mapping[str, Any]) -> list[Any]:
    """The slots of the table's facts, defaults filled in. Raises CannotAssess naming everything missing or wrong."""
    slots: list[Any] = []
    missing: list[Json] = []
    wrong: list[Json] = []
    known = 0
    for name, fact in table.facts.items():
        value = facts.get(name)
        known += name in facts
        if value is None:
            if fact.default is not MISSING:
                slots.append(fact.default)
                continue
            if not fact.or_none or name not in facts:
                told = f"{name} is missing: {fact.expected}{', or null' if fact.or_none else ''}"
                missing.append({"pointer": fact_pointer(name), "detail": told})
            slots.append(None)
            continue
        try:
            slots.append(fact.read(value))
        except Wrong as fault:
            wrong.append({"pointer": fact_pointer(name), "detail": f"{name} must be {fault.mend}"})
    if known < len(facts):
        wrong += _strangers(table, facts)
    if missing or wrong:
        problems = missing + wrong
        detail = "; ".join(problem["detail"] for problem in problems[:40])
        type = "facts-wrong" if wrong else "facts-missing"
        names = [name for name, fact in table.facts.items() if fact.default is MISSING and name not in facts]
        raise CannotAssess(type, detail, problems[0]["pointer"], problems, missing=names)
    return slots


def _strangers(table: Compiled, facts: Mapping[str, Any]) -> list[Json]:
    known = ", ".join(table.facts)
    strange = [str(name) for name in facts if name not in table.facts][:20]
    return [
        {"pointer": fact_pointer(name), "detail": f"not a fact of this table; its facts are {known}"}
        for name in strange
    ]


def decide(table: Compiled, facts: list[Any], session: Session) -> Decided:
    """The decision on typed facts in their slots."""
    slots = [*facts, *([None] * len(table.steps)), session]
    alive = -1
    places: list[int] = []
    try:
        for axis, look in zip(table.axes, table.looks, strict=True):
            place = axis.place(look(slots))
            places.append(place)
            alive &= axis.masks[place]
        first = (alive & -alive).bit_length() - 1 if table.axes else 0
        row = table.rows[table.row_of_case[first]]
        remedies, amounts = _owed(row, slots)
    except Unfit as fault:
        pointer, detail = fact_pointer(fault.fact), f"{fault.fact} must be {fault.expected}"
        raise CannotAssess("facts-wrong", detail, pointer, [{"pointer": pointer, "detail": detail}]) from None
    return Decided(row, remedies, amounts, slots, places)


def _owed(row: Row, slots: list[Any]) -> tuple[list[Json], list[tuple[str, Decimal, Decimal, str]]]:
    remedies: list[Json] = []
    amounts: list[tuple[str, Decimal, Decimal, str]] = []
    for entry in row.due:
        if isinstance(entry, Choice):
            options = [told for option in entry.options if (told := _told(option, slots, amounts))]
            if len(options) > 1:
                remedies.append({"one_of": options})
            else:
                remedies += options
        elif told := _told(entry, slots, amounts):
            remedies.append(told)
    return remedies, amounts


def _told(remedy: Remedy, slots: list[Any], amounts: list[tuple[str, Decimal, Decimal, str]]) -> Json | None:
    """The remedy as JSON; None when it comes to nothing."""
    term = remedy.term
    if term is None:
        return {"kind": remedy.kind}
    value = term.fn(slots)
    if value >= TOO_LARGE:
        raise CannotAssess("too-large", "the result is beyond what can be paid: check the facts", "/facts")
    exact = term.exact(slots) if term.exact else value
    amounts.append((remedy.kind, exact, value, str(term.rounding) if term.rounding else "exact"))
    return remedy.told(value) if value > 0 else None


def skipped(table: Compiled, decided: Decided) -> list[Json]:
    """Every row before the one that holds, with the fact that ruled it out."""
    found: list[Json] = []
    axes, places = table.axes, decided.places
    said: list[str | None] = [None] * len(axes)
    for row in table.rows[: decided.row.place]:
        because = []
        for case, asks in zip(row.cases, row.asks, strict=True):
            bit = 1 << case
            for at, needs in asks:
                if not axes[at].masks[places[at]] & bit:
                    what = said[at]
                    if what is None:
                        scale = axes[at].scale
                        what = said[at] = f"{scale.name} is {scale.say(table.looks[at](decided.slots))}, needs "
                    because.append(what + needs)
                    break
        found.append({"row": row.id, "because": "; ".join(because)})
    return found


def steps(table: Compiled, decided: Decided) -> list[Json]:
    """Every step that was used and every amount, before and after rounding."""
    found: list[Json] = []
    slots = decided.slots
    for name, term in table.steps.items():
        value = slots[table.slots[name]]
        if value is not None:
            exact = term.exact(slots) if term.exact else value
            found.append(_step(name, exact, value, str(term.rounding) if term.rounding else "exact"))
    found += [_step(*amount) for amount in decided.amounts]
    return found


def _step(name: str, exact: Decimal, value: Decimal, rounding: str) -> Json:
    return {"step": name, "exact": _shown(exact), "rounded": _shown(value), "rounding": rounding}


def _shown(number: Decimal) -> str:
    text = plain(number)
    return text if len(text) <= 40 else plain(EXACT.plus(number.quantize(Decimal("1e-12"), context=EXACT)))


def in_force(start: date, until: date | None) -> Json:
    return {"from": start.isoformat(), "until": until.isoformat() if until else None}
