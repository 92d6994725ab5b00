"""One checked term: its function, its unit, and between which ends its value lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from services.compensation.table_units import (
    MONEY,
    RATE,
    UNKNOWN,
    Number,
    Wrong,
    convert,
    in_unit,
    same_family,
    smaller,
)
from shared.money import DECIMALS, EXACT, Rounding

MAX_DEPTH = 8
MAX_PARTS = 20
_FINE = Decimal(1).scaleb(-30)

Fn = Callable[[list[Any]], Decimal]
Pair = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Term:
    """`fn` computes it from the slots. `unit`: None (bare), "rate", "money", a unit's name, "?" after a fault.

    `low` and `high` bound the value (None: unbounded); `names` are the facts and steps it uses, `none` those of
    them that may be missing; `divides` when a division may leave endless decimals. `exact` is the value
    before `rounding`, `pair` both in one go; `floor`, `cap` and `below` hold before and after it.
    """

    fn: Fn
    unit: str | None
    low: Decimal | None = None
    high: Decimal | None = None
    names: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()
    divides: bool = False
    exact: Fn | None = None
    pair: Callable[[list[Any]], Pair] | None = None
    rounding: Rounding | None = None
    floor: "Term | None" = None
    cap: "Term | None" = None
    below: "Term | None" = None


def pair_of(term: Term) -> Callable[[list[Any]], Pair]:
    """The value before and after rounding."""
    if term.pair is not None:
        return term.pair
    fn = term.fn

    def same(v: list[Any]) -> Pair:
        found = fn(v)
        return found, found

    return same


def broken() -> Term:
    """Stands in for a term with a fault, so that checking goes on."""
    return Term(lambda _: Decimal(0), UNKNOWN, Decimal(0), Decimal(0))


def literal(number: Number, currency: str | None) -> Term:
    value, unit = number.value, number.unit
    if unit in DECIMALS:
        value, unit = in_unit(number, MONEY, currency), MONEY
    return Term(lambda _: value, unit, value, value)


def snap(value: Decimal) -> Decimal:
    """Takes away what an endless division left beyond thirty decimals: 0.999… becomes 1."""
    exponent = value.as_tuple().exponent
    return value.quantize(_FINE, ROUND_HALF_EVEN, EXACT) if isinstance(exponent, int) and exponent < -30 else value


def common_unit(terms: Sequence[Term]) -> str | None:
    """The unit in which these can be compared or added; bare numbers fit any. Raises Wrong."""
    found: str | None = None
    for term in terms:
        if term.unit is None or term.unit == found:
            continue
        if term.unit == UNKNOWN:
            return UNKNOWN
        if found is None:
            found = term.unit
        elif same_family(found, term.unit):
            found = smaller(found, term.unit)
        else:
            mend = "use one unit; for a price per unit write {each: 15, per: 1 kg, of: weight}"
            raise Wrong(f"{said(found)} and {said(term.unit)} do not go together", mend)
    return found


def said(unit: str | None) -> str:
    return {None: "a bare number", RATE: "a percentage", MONEY: "money"}.get(unit, str(unit))


def converted(term: Term, unit: str | None) -> Term:
    """The term in this unit, the same or a smaller one of its family."""
    if term.unit in (None, unit, UNKNOWN) or unit in (None, UNKNOWN):
        return replace(term, unit=unit) if term.unit is None else term
    by, compute = convert(Decimal(1), str(term.unit), str(unit)), term.fn
    low, high = (end if end is None else EXACT.multiply(end, by) for end in (term.low, term.high))
    return Term(lambda v: EXACT.multiply(compute(v), by), unit, low, high, term.names, term.none, term.divides)


def combined(fn: Fn, unit: str | None, terms: Sequence[Term], low: Decimal | None, high: Decimal | None) -> Term:
    """A term made of others."""
    names = frozenset[str]().union(*(term.names for term in terms))
    none = frozenset[str]().union(*(term.none for term in terms))
    return Term(fn, unit, low, high, names, none, any(term.divides for term in terms))
