"""The forms that count and tell apart: so much per unit, by case, spans of time, another table's result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from services.compensation.table_axes import Axis, Scale, check_cell
from services.compensation.table_cells import Cell, read_cell
from services.compensation.table_days import Days
from services.compensation.table_forms import above_zero, dividing, needed
from services.compensation.table_model import KINDS
from services.compensation.table_term import Fn, Term, combined, common_unit, converted, snap
from services.compensation.table_units import MONEY, Wrong, convert, is_time, unit_name
from shared.money import EXACT, Rounding
from shared.policy.source import Place

if TYPE_CHECKING:
    from services.compensation.table_terms import Scope

Node = dict[str, Any]
ELSE = "else"
ZERO, ONE = Decimal(0), Decimal(1)
_UP, _DOWN = Rounding("up", ONE), Rounding("down", ONE)
_WHOLES = {"started": _UP, "whole": _DOWN}


def form_each(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    """So much for each so many of a quantity: exactly, per started unit or per whole unit, exempt ones left out."""
    each = scope.term(node["each"], (*place, "each"), depth)
    per = scope.term(node.get("per", 1), (*place, "per"), depth)
    of = scope.term(needed(node, "of"), (*place, "of"), depth)
    limits = {key: scope.term(node[key], (*place, key), depth) for key in ("after", "up_to") if key in node}
    unit = common_unit([of, per, *limits.values()])
    of, per = converted(of, unit), converted(per, unit)
    limits = {key: converted(limit, unit) for key, limit in limits.items()}
    above_zero(per)
    counting = node.get("counting", "exact")
    if counting not in ("exact", "started", "whole"):
        raise Wrong("'counting' is not understood", "write counting: exact, started or whole")
    after, up_to = limits.get("after"), limits.get("up_to")
    count = _counter(of, per, after, up_to, _WHOLES.get(counting))
    price = each.fn
    parts = [each, of, per, *limits.values()]
    low = None
    if each.low is not None and each.low >= 0:
        low = EXACT.multiply(each.low, _fewest(of, per, after, up_to, counting))
    most = [term.high for term in (of, up_to) if term and term.high is not None]
    high = None
    if low is not None and each.high is not None and most and per.low:
        high = EXACT.multiply(each.high, _UP(snap(EXACT.divide(min(most), per.low))))
    found = combined(lambda v: EXACT.multiply(price(v), count(v)), each.unit, parts, low, high)
    return dividing(found) if counting == "exact" and not (per.low == per.high == 1) else found


def _fewest(of: Term, per: Term, exempt: Term | None, most: Term | None, counting: str) -> Decimal:
    """How many are counted at least."""
    found, taken = of.low or ZERO, exempt.high if exempt else ZERO
    if taken is None or not per.high:
        return ZERO
    found = EXACT.subtract(found, taken)
    if most:
        found = min(found, most.low or ZERO)
    if found <= 0:
        return ZERO
    found = found if per.low == per.high == 1 else EXACT.divide(found, per.high)
    rounding = _WHOLES.get(counting)
    return rounding(snap(found)) if rounding else found


def _counter(of: Term, per: Term, exempt: Term | None, most: Term | None, rounding: Rounding | None) -> Fn:
    quantity, size = of.fn, per.fn
    after, up_to = exempt and exempt.fn, most and most.fn
    by_one = per.low == per.high == 1

    def count(v: list[Any]) -> Decimal:
        found = quantity(v)
        if after:
            found = EXACT.subtract(found, after(v))
        if found <= 0:
            return ZERO
        if up_to and found > (limit := up_to(v)):
            found = limit
        if not by_one:
            found = EXACT.divide(found, size(v))
        return rounding(snap(found)) if rounding else found

    return count


def form_by(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    """One of several terms, by what a fact or step is; every case must be covered, and none twice."""
    name, branches = str(node["by"]), needed(node, "is")
    asked = scope.looked(name)
    if not isinstance(branches, dict) or not 1 <= len(branches) <= 200:
        raise Wrong("'is' holds 1 to 200 lines 'case: term'", "write is: {economy: 30%, business: 50%}")
    scale = replace(asked.scale, optional=asked.scale.optional and asked.given not in scope.given)
    cells: dict[int, Cell] = {}
    terms: list[Term] = []
    for case, (key, inner) in enumerate(branches.items()):
        if key == ELSE and ELSE not in (scale.choices or ()):
            cells[case] = _the_rest(branches, scale)
        else:
            cells[case] = read_cell(key, scale.read, scale.choices)
            check_cell(scale, cells[case])
        known = {asked.given} if asked.given and not cells[case].none else set()
        terms.append(scope.knowing(scope.given | known).term(inner, (*place, "is", key), depth))
    unit = common_unit(terms)
    terms = [converted(term, unit) for term in terms]
    axis = Axis(scale, cells, len(terms))
    _each_once(axis, list(branches))
    locate, fns = axis.locator(asked.look), [term.fn for term in terms]
    at = [mask.bit_length() - 1 for mask in axis.masks]
    lows, highs = [term.low for term in terms], [term.high for term in terms]
    low = None if None in lows else min(end for end in lows if end is not None)
    high = None if None in highs else max(end for end in highs if end is not None)
    found = combined(lambda v: fns[at[locate(v)]](v), unit, terms, low, high)
    return replace(found, names=found.names | asked.names, none=found.none | asked.none)


def _the_rest(branches: Node, scale: Scale) -> Cell:
    """What no other case holds for."""
    others = [read_cell(key, scale.read, scale.choices) for key in branches if key != ELSE]
    if any(cell.negated for cell in others):
        raise Wrong("'else' does not go together with 'not …'", "write each case out")
    return Cell(tuple(part for cell in others for part in cell.parts), not any(c.none for c in others), negated=True)


def _each_once(axis: Axis, keys: Sequence[str]) -> None:
    if ELSE in keys and not any(axis.masks[place] >> keys.index(ELSE) & 1 for place in axis.places):
        raise Wrong("the other cases leave nothing for 'else'", "remove it")
    for place in axis.places:
        mask = axis.masks[place]
        if not mask:
            raise Wrong(f"no case for {axis.describe(place)}", "add a line for it under 'is'")
        if mask & (mask - 1):
            both = [f"'{key}'" for at, key in enumerate(keys) if mask >> at & 1][:2]
            raise Wrong(f"{' and '.join(both)} both hold for {axis.describe(place)}", "let the cases not overlap")


class Unfit(Exception):
    """Facts that are right one by one but not together: the fact to correct, and what would be right."""

    def __init__(self, fact: str, expected: str) -> None:
        super().__init__(fact)
        self.fact, self.expected = fact, expected


def form_from(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    """The time from one date or time to a later one; with `not_counted`, the days that count.

    The other way round the facts are refused, unless `other_way: 0` says that it counts as no time.
    """
    begin, end = (_moment(scope, needed(node, key)) for key in ("from", "to"))
    if begin.type != end.type:
        raise Wrong(f"'{begin.name}' is a {begin.type} and '{end.name}' a {end.type}", "use two dates or two times")
    unit = unit_name(str(needed(node, "in")))
    if not is_time(unit):
        raise Wrong(f"'{unit}' is no unit of time", "write in: second, minute, hour, day or week")
    names = frozenset({begin.name, end.name})
    none = frozenset(fact.name for fact in (begin, end) if fact.optional and fact.name not in scope.given)
    first, last, later, earlier = scope.slots[begin.name], scope.slots[end.name], end.name, begin.name
    spent = _spent(node, unit)
    other_way = node.get("other_way")
    if other_way not in (None, 0, "0"):
        raise Wrong("'other_way' says what counts when the second moment is the earlier one", "write other_way: 0")

    def span(v: list[Any]) -> Decimal:
        if v[last] < v[first]:
            if other_way is not None:
                return ZERO
            raise Unfit(later, f"not before '{earlier}'")
        return spent(v[first], v[last])

    divides = unit not in ("second", "minute") and not (unit == "day" and begin.type == "date")
    return Term(span, unit, ZERO, None, names, none, divides)


def _moment(scope: Scope, name: Any) -> Any:
    fact = scope.facts.get(str(name))
    if fact is None or fact.type not in ("date", "datetime"):
        fits = [other.name for other in scope.facts.values() if other.type in ("date", "datetime")]
        mend = f"use one of {', '.join(fits)}" if fits else "declare a fact of type date or datetime"
        raise Wrong(f"'{str(name)[:40]}' is no date or time", mend)
    return fact


def _spent(node: Node, unit: str) -> Callable[[Any, Any], Decimal]:
    if "not_counted" in node:
        days = Days.parse(node["not_counted"])
        return lambda first, last: convert(Decimal(days.counted(_day(first), _day(last))), "day", unit)

    def spent(first: Any, last: Any) -> Decimal:
        passed: timedelta = last - first
        seconds = EXACT.divide(Decimal(passed // timedelta(microseconds=1)), Decimal(1_000_000))
        return convert(seconds, "second", unit)

    return spent


def _day(moment: Any) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def form_table(scope: Scope, node: Node, place: Place, depth: int) -> Term:
    """What another table pays of one kind, with facts handed over by name."""
    from services.compensation.table_terms import Given, Link

    id, take, handed = str(node["table"]), needed(node, "take"), node.get("with", {})
    if take not in KINDS:
        raise Wrong("'take' names no kind of remedy", f"write one of {', '.join(KINDS)}")
    if not isinstance(handed, dict) or len(handed) > 40:
        raise Wrong("'with' holds lines 'its fact: a fact, step or value of this table'", "write with: {price: fare}")
    if scope.setting.currency is None:
        raise Wrong(
            "another table's amount, but this table names no currency", "add a line 'currency: CNY' to the table"
        )
    given: dict[str, Given] = {}
    used: list[Term] = []
    for name, inner in handed.items():
        at = (*place, "with", name)
        if isinstance(inner, str) and inner in scope.facts:
            given[name] = Given(at, fact=scope.facts[inner], slot=scope.slots[inner])
            used.append(Term(lambda _: ZERO, None, names=frozenset({inner})))
        elif isinstance(inner, dict) or (isinstance(inner, str) and inner in scope.steps):
            term = scope.term(inner, at, depth)
            used.append(term)
            given[name] = Given(at, term=term)
        else:
            given[name] = Given(at, written=inner)
    link = Link((*place, "table"), id, str(take), given)
    scope.links.append(link)
    found = combined(lambda v: v[-1].take(link, v), MONEY, used, ZERO, None)
    return Term(found.fn, MONEY, ZERO, None, found.names, found.none, found.divides)
