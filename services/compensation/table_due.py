"""What a row owes: remedies with their amounts or quantities, and choices between remedies."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from services.compensation.table_bounds import Limits, bounded
from services.compensation.table_model import KINDS
from services.compensation.table_slips import nearest
from services.compensation.table_term import Pair, Term, pair_of
from services.compensation.table_terms import Scope
from services.compensation.table_units import MONEY, RATE, UNKNOWN, Wrong
from services.compensation.table_words import UnitWords, unit_words
from shared.money import amount_format, plain
from shared.policy.source import Place

MAX_REMEDIES = 12
_ONLY_MONEY = ("refund", "fee", "compensation", "fee_waiver")
_OFTEN_MONEY = (*_ONLY_MONEY, "coupon", "lodging")
_IN_POINTS = ("points", "credit_correction")
_NEVER_MONEY = (*_IN_POINTS, "free_service_time")
_ALONE = ("rebooking", "seat_change", "invoice", "repair", "exchange", "explanation", "apology")


@dataclass(frozen=True, eq=False)
class Remedy:
    """One remedy of a row. `term` is None for one without amount; `unit` is the currency or what is counted."""

    kind: str
    term: Term | None = None
    unit: str = ""
    in_money: bool = False
    pair: Callable[[list[Any]], Pair] | None = None
    rounding: str = "exact"
    words: UnitWords | None = None

    @cached_property
    def text(self) -> Callable[[Decimal], str]:
        """The amount with the currency's decimals, or the quantity without needless ones."""
        return amount_format(self.unit) if self.in_money else plain


@dataclass(frozen=True)
class Choice:
    """Remedies of which the complainant takes one."""

    options: tuple[Remedy, ...]


def read_due(scope: Scope, node: Any, place: Place) -> tuple[Remedy | Choice, ...]:
    """The remedies of a row, faults noted in the scope."""
    if node == "nothing":
        return ()
    if isinstance(node, (str, dict)):
        return _each(scope, [node], place, lambda at: place)
    if not isinstance(node, list) or not 1 <= len(node) <= MAX_REMEDIES:
        mend = "write 'nothing', or each remedy on its own line after '- '"
        scope.problems.add(place, f"'due' takes 'nothing' or a list of 1 to {MAX_REMEDIES} remedies", mend)
        return ()
    return _each(scope, node, place, lambda at: (*place, at))


def _each(scope: Scope, nodes: list[Any], place: Place, at: Callable[[int], Place]) -> tuple[Remedy | Choice, ...]:
    found: list[Remedy | Choice] = []
    for number, node in enumerate(nodes):
        try:
            found.append(_one(scope, node, at(number)))
        except Wrong as fault:
            scope.problems.wrong(at(number), fault)
    return tuple(found)


def _one(scope: Scope, node: Any, place: Place) -> Remedy | Choice:
    if isinstance(node, dict) and "one_of" in node:
        options = node["one_of"]
        if len(node) > 1 or not isinstance(options, list) or not 2 <= len(options) <= MAX_REMEDIES:
            raise Wrong(
                "'one_of' holds a list of 2 or more remedies and stands alone", "write one_of: [refund, rebooking]"
            )
        return Choice(tuple(_option(scope, option, (*place, "one_of", at)) for at, option in enumerate(options)))
    return _remedy(scope, node, place)


def _option(scope: Scope, node: Any, place: Place) -> Remedy:
    """One of a choice; its fault is noted at its own line."""
    try:
        return _remedy(scope, node, place)
    except Wrong as fault:
        scope.problems.wrong(place, fault)
        return Remedy("explanation")


def _remedy(scope: Scope, node: Any, place: Place) -> Remedy:
    if isinstance(node, str):
        _known(node)
        return Remedy(node)
    if not isinstance(node, dict) or len(node) != 1:
        raise Wrong("one remedy is expected here", "write a kind, or 'kind: amount', each on its own line after '- '")
    [(kind, written)] = node.items()
    _known(kind)
    if kind in _ALONE:
        mend = f"write '{kind}' alone; money is a refund, compensation or coupon, what is counted points"
        raise Wrong(f"'{kind}' has no amount", mend)
    return _with_amount(scope, kind, scope.term(written, (*place, kind)))


def _known(kind: str) -> None:
    if kind in KINDS:
        return
    if str(kind)[:1].isdigit():
        raise Wrong(f"'{str(kind)[:40]}' does not say what it is", f"write its kind before it, like 'refund: {kind}'")
    close = nearest(str(kind).lower(), [*KINDS, "one_of", "nothing"])
    raise Wrong(f"'{str(kind)[:40]}' is no kind of remedy", f"{close}write one of {', '.join(KINDS)}, or one_of")


def _fits(kind: str, unit: str) -> None:
    """Raises Wrong where the kind is not given in this unit."""
    if kind in _ONLY_MONEY and unit != MONEY:
        raise Wrong(
            f"'{kind}' is money, and this is in {unit}", "write an amount, like {each: 15, per: 1 kg, of: weight}"
        )
    if kind == "credit_correction" and unit != "point":
        mend = "write 5 points or nothing behind it; money is a refund or compensation"
        raise Wrong("'credit_correction' gives back points of a credit record, and nothing else", mend)
    if kind in _NEVER_MONEY and unit == MONEY:
        raise Wrong(f"'{kind}' is counted, and this is money", "write {each: 100 points, per: 1 EUR, of: price}")


def _with_amount(scope: Scope, kind: str, term: Term) -> Remedy:
    unit = term.unit
    if unit == UNKNOWN:
        return Remedy(kind)
    if unit is None:
        unit = MONEY if kind in _OFTEN_MONEY else "point" if kind in _IN_POINTS else None
    if unit is None or unit == RATE:
        told = "a percentage alone" if unit == RATE else "a bare number"
        mend = "write {share: 25%, of: price}" if unit == RATE else "say what is counted, like 2 h or 100 points"
        raise Wrong(f"'{kind}' is {told}", mend)
    _fits(kind, unit)
    if unit != MONEY:
        if term.divides and term.rounding is None:
            raise Wrong(
                f"the quantity of '{kind}' may have endless decimals", "add 'rounded: up 1' or another rounding"
            )
        words = unit_words(unit, scope.setting.units)
        if words is None:
            mend = f"add them to the table: units: {{{unit}: {{zh-Hans: …, zh-Hant: …, en: {unit.replace('_', ' ')}}}}}"
            raise Wrong(f"there are no words for '{unit}' in all three languages", mend)
        return _counted(kind, term, unit, words)
    currency, rounding = scope.setting.currency, term.rounding or scope.rounding
    if currency is None:
        raise Wrong(f"'{kind}' is money, but the table names no currency", "add a line 'currency: CNY' to the table")
    if rounding is None:
        raise Wrong(f"how is '{kind}' rounded?", "add a line 'rounding: half_up 0.01' to the table")
    if not rounding.fits(currency):
        raise Wrong(
            f"rounding to {rounding.quantum} gives what cannot be paid in {currency}", "round to a payable amount"
        )
    if term.rounding is None:
        limits = Limits(term.floor, term.cap, rounding, term.below)
        base = Term(term.exact or term.fn, MONEY, term.low, term.high, term.names, term.none, term.divides)
        term = bounded(base, MONEY, limits, scope.payable(MONEY))
    return _counted(kind, term, currency, None)


def _counted(kind: str, term: Term, unit: str, words: UnitWords | None) -> Remedy:
    rounding = str(term.rounding) if term.rounding else "exact"
    return Remedy(kind, term, unit, words is None, pair_of(term), rounding, words)
