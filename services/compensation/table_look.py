"""What rows and `by` can ask about: a fact, the weekday, month or hour of one, or a step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.compensation.table_axes import Scale
from services.compensation.table_days import WEEKDAYS
from services.compensation.table_facts import Fact
from services.compensation.table_term import Term, snap
from services.compensation.table_units import MONEY, Wrong, in_unit, read_number

Look = Callable[[list[Any]], Any]


@dataclass(frozen=True)
class Looked:
    """How the value is found in the slots, what it can be, and which facts and steps it stands for.

    `none` are those of them that may be missing; `given` is the fact that is known to be there once a case does not
    hold for its absence.
    """

    look: Look
    scale: Scale
    names: frozenset[str]
    none: frozenset[str] = frozenset()
    given: str | None = None


def look_at_step(name: str, term: Term, currency: str | None) -> Looked:
    """A step, compared in its own unit."""
    unit = currency if term.unit == MONEY else term.unit
    compute = term.fn

    def read(node: Any) -> Decimal:
        return in_unit(read_number(node), term.unit, currency)

    low, high = ((end and snap(end)) if term.divides else end for end in (term.low, term.high))
    scale = Scale(name, read, None, low, high, None, False, unit)
    return Looked((lambda v: snap(compute(v))) if term.divides else compute, scale, term.names | {name}, term.none)


def look_at_fact(name: str, part: str, fact: Fact, slot: int) -> Looked:
    """A fact, or its `weekday`, `month` or `hour`. Raises Wrong."""
    if part:
        get, scale = _part(f"{name}.{part}", part, fact)
        return Looked(lambda v: get(v[slot]), scale, frozenset({name}), given=name)
    if fact.scale is None:
        raise Wrong(f"'{name}' is text, kept for the record", "use type: choice to tell cases apart")
    return Looked(lambda v: v[slot], fact.scale, frozenset({name}), given=name)


def _part(name: str, part: str, fact: Fact) -> tuple[Callable[[Any], Any], Scale]:
    if part == "weekday" and fact.type in ("date", "datetime"):
        return _weekday, Scale(name, _named_weekday, WEEKDAYS, optional=fact.optional)
    if part == "month" and fact.type in ("date", "datetime"):
        return _month, Scale(name, _whole_month, None, Decimal(1), Decimal(12), Decimal(1), fact.optional)
    if part == "hour" and fact.type == "datetime":
        return _hour, Scale(name, _whole_hour, None, Decimal(0), Decimal(23), Decimal(1), fact.optional)
    raise Wrong(f"'{name}' cannot be asked", "a date has .weekday and .month, a datetime .weekday, .month and .hour")


def _weekday(value: date | None) -> str | None:
    return None if value is None else WEEKDAYS[value.weekday()]


def _month(value: date | None) -> Decimal | None:
    return None if value is None else Decimal(value.month)


def _hour(value: datetime | None) -> Decimal | None:
    return None if value is None else Decimal(value.hour)


def _named_weekday(node: Any) -> str:
    if node not in WEEKDAYS:
        raise Wrong(f"'{str(node)[:40]}' is no weekday", f"write one of {', '.join(WEEKDAYS)}")
    return str(node)


def _whole_hour(node: Any) -> Decimal:
    number = read_number(node)
    if number.unit not in (None, "hour"):
        raise Wrong("an hour of the day is expected here", "write a whole number from 0 to 23")
    return number.value


def _whole_month(node: Any) -> Decimal:
    number = read_number(node)
    if number.unit not in (None, "month"):
        raise Wrong("a month of the year is expected here", "write a whole number from 1 to 12")
    return number.value
