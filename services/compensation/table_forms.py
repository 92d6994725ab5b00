"""The arithmetic forms of a term: shares, products, sums, the lesser and the greater, divisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any

from services.compensation.table_term import MAX_PARTS, Term, combined, common_unit, converted, said
from services.compensation.table_units import MONEY, RATE, UNKNOWN, Wrong
from shared.money import EXACT
from shared.policy.source import Place

if TYPE_CHECKING:
    from services.compensation.table_terms import Scope

Node = dict[str, Any]
ZERO = Decimal(0)


def form_value(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    return scope.term(node["value"], (*place, "value"), depth)


def form_share(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    """A share of a field: 25 % of the price. More than the whole only where that is said."""
    rate = scope.term(node["share"], (*place, "share"), depth)
    of = scope.term(needed(node, "of"), (*place, "of"), depth)
    if rate.unit not in (None, RATE, UNKNOWN):
        raise Wrong(f"a share is a percentage, not {said(rate.unit)}", "write share: 25%, or a fact of type share")
    over_one = node.get("over_one", False)
    if over_one not in (True, False, "yes", "no"):
        raise Wrong("'over_one' is yes or no", "write over_one: yes")
    meant = over_one in (True, "yes")
    if meant and rate.unit is None and rate.low is not None and rate.low > 10:
        raise Wrong(f"this is {rate.low} times the whole", f"write share: {rate.low}% if that is meant")
    if not meant and (rate.high is None or rate.high > 1):
        mend = "write the percentage with its %, or add 'over_one: yes' when more than the whole is meant"
        raise Wrong("the share can be more than the whole", mend)
    return replace(_product([rate, of]), unit=of.unit)


def form_times(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    terms = _parts(scope, node, "times", place, depth)
    for part, term in zip(node["times"], terms, strict=True):
        if term.unit == RATE and (term.high is None or term.high > 1):
            mend = f"write {{share: {part}, of: …, over_one: yes}} when more than the whole is meant"
            raise Wrong("the percentage can be more than the whole", mend)
    units = [term.unit for term in terms if term.unit not in (None, RATE)]
    if len(units) > 1 and UNKNOWN not in units:
        mend = f"for a price per unit write {_per_unit(node['times'], terms)}"
        raise Wrong(f"{said(units[0])} times {said(units[1])} is no amount", mend)
    return _product(terms)


def _per_unit(parts: Sequence[Any], terms: Sequence[Term]) -> str:
    """The product as so much per unit, in its own words where they are plain."""
    plain = [(str(p), t.unit) for p, t in zip(parts, terms, strict=True) if isinstance(p, str)]
    price = next((part for part, unit in plain if unit == MONEY), "15")
    price = next((f"{{share: {part}, of: {price}}}" for part, unit in plain if unit == RATE), price)
    counted = [(p, t.unit) for p, t in zip(parts, terms, strict=True) if t.unit not in (None, RATE, MONEY)]
    name, unit = next(((p, unit) for p, unit in counted if isinstance(p, str)), ("weight", "kg"))
    return f"{{each: {price}, per: 1 {unit}, of: {name}}}"


def _product(terms: Sequence[Term]) -> Term:
    units = [term.unit for term in terms if term.unit not in (None, RATE)]
    unit = units[0] if units else RATE if any(term.unit == RATE for term in terms) else None
    low = _ends_product([term.low for term in terms]) if _positive(terms) else None
    high = _ends_product([term.high for term in terms]) if _positive(terms) else None
    multiply = EXACT.multiply
    if len(terms) == 2:
        one, other = terms[0].fn, terms[1].fn
        if terms[0].low is not None and terms[0].low == terms[0].high:
            by = terms[0].low
            return combined(lambda v: multiply(by, other(v)), unit, terms, low, high)
        return combined(lambda v: multiply(one(v), other(v)), unit, terms, low, high)
    fns = [term.fn for term in terms]
    return combined(lambda v: reduce(multiply, [fn(v) for fn in fns]), unit, terms, low, high)


def _positive(terms: Sequence[Term]) -> bool:
    return all(term.low is not None and term.low >= 0 for term in terms)


def _ends_product(ends: Sequence[Decimal | None]) -> Decimal | None:
    known = [end for end in ends if end is not None]
    return reduce(EXACT.multiply, known) if len(known) == len(ends) else None


def form_plus(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    terms, unit = _alike(scope, node, "plus", place, depth)
    fns = [term.fn for term in terms]
    low, high = (_sum([getattr(term, end) for term in terms]) for end in ("low", "high"))
    return combined(lambda v: reduce(EXACT.add, [fn(v) for fn in fns]), unit, terms, low, high)


def form_minus(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    """The first less all others, never below 0."""
    terms, unit = _alike(scope, node, "minus", place, depth)
    first, rest = terms[0].fn, [term.fn for term in terms[1:]]
    taken = [_sum([getattr(term, end) for term in terms[1:]]) for end in ("low", "high")]
    low = max(ZERO, terms[0].low - taken[1]) if terms[0].low is not None and taken[1] is not None else ZERO
    high = terms[0].high if taken[0] is None or terms[0].high is None else max(ZERO, terms[0].high - taken[0])

    subtract = EXACT.subtract

    def left(v: list[Any]) -> Decimal:
        found = first(v)
        for fn in rest:
            found = subtract(found, fn(v))
        return found if found > ZERO else ZERO

    return combined(left, unit, terms, low, high if taken[0] is not None else None)


def _sum(ends: Sequence[Decimal | None]) -> Decimal | None:
    known = [end for end in ends if end is not None]
    return reduce(EXACT.add, known) if len(known) == len(ends) else None


def form_lesser(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    terms, unit = _alike(scope, node, "lesser", place, depth)
    fns = [term.fn for term in terms]
    lows = [term.low for term in terms]
    low = None if None in lows else min(end for end in lows if end is not None)
    high = min((term.high for term in terms if term.high is not None), default=None)
    return combined(lambda v: min([fn(v) for fn in fns]), unit, terms, low, high)


def form_greater(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    terms, unit = _alike(scope, node, "greater", place, depth)
    fns = [term.fn for term in terms]
    highs = [term.high for term in terms]
    high = None if None in highs else max(end for end in highs if end is not None)
    low = max((term.low for term in terms if term.low is not None), default=None)
    return combined(lambda v: max([fn(v) for fn in fns]), unit, terms, low, high)


def form_divide(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    term = scope.term(node["divide"], (*place, "divide"), depth)
    by = scope.term(needed(node, "by"), (*place, "by"), depth)
    if by.unit not in (None, UNKNOWN):
        raise Wrong(
            f"divided by {said(by.unit)}", "divide by a bare number; to count units write {each: 1, per: …, of: …}"
        )
    above_zero(by)
    one, other = term.fn, by.fn
    low = None
    if term.low is not None and term.low >= 0:
        low = ZERO if not by.high else EXACT.divide(term.low, by.high)
    high = EXACT.divide(term.high, by.low) if low is not None and term.high is not None and by.low else None
    found = combined(lambda v: EXACT.divide(one(v), other(v)), term.unit, [term, by], low, high)
    return dividing(found)


def dividing(term: Term) -> Term:
    return Term(term.fn, term.unit, term.low, term.high, term.names, term.none, True)


def above_zero(term: Term) -> None:
    if term.unit != UNKNOWN and (term.low is None or term.low <= 0):
        raise Wrong(
            "this can be 0, and nothing is divided by 0",
            "use a number above 0, or give the fact 'min: 1' or the step 'at_least: 1'",
        )


def needed(node: Node, key: str) -> Any:
    if key not in node:
        raise Wrong(f"'{key}' is missing", f"add '{key}: …'")
    return node[key]


def _parts(scope: Scope, node: Node, key: str, place: Place, depth: int) -> list[Term]:
    parts = node[key]
    if not isinstance(parts, list) or not 2 <= len(parts) <= MAX_PARTS:
        raise Wrong(f"'{key}' takes a list of 2 to {MAX_PARTS} terms", f"write {key}: [price, 2]")
    return [scope.term(part, (*place, key, at), depth) for at, part in enumerate(parts)]


def _alike(scope: Scope, node: Node, key: str, place: Place, depth: int) -> tuple[list[Term], str | None]:
    terms = _parts(scope, node, key, place, depth)
    unit = common_unit(terms)
    return [converted(term, unit) for term in terms], unit
