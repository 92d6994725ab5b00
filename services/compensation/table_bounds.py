"""What a term ends with: floor, cap, rounding, and the least that is paid."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from services.compensation.table_term import Fn, Pair, Term, combined, snap
from shared.money import EXACT, Rounding

ZERO, ONE = Decimal(0), Decimal(1)


def bounded(base: Term, unit: str | None, limits: "Limits", payable: Decimal | None) -> Term:
    """`base` kept between floor and cap (the cap wins), rounded within them, and nothing when less than `below`."""
    floor, cap, rounding, below = limits.floor, limits.cap, limits.rounding, limits.below
    compute, low, high, least = base.fn, floor and floor.fn, cap and cap.fn, below and below.fn
    parts = [term for term in (base, floor, cap, below) if term]
    divides = any(term.divides for term in parts)

    def exact(v: list[Any]) -> Decimal:
        found = compute(v)
        if low and found < (bound := low(v)):
            found = bound
        if high and found > (bound := high(v)):
            found = bound
        return found

    if rounding is not None and not (floor or cap or below or divides):
        made = combined(lambda v: rounding(compute(v)), unit, parts, *_between(base, limits))
        return replace(made, exact=compute, pair=_rounded(compute, rounding), rounding=rounding)
    up, down = (Rounding(mode, payable) if payable else snap for mode in ("up", "down"))

    def pair(v: list[Any]) -> Pair:
        before = found = exact(v)
        if rounding is not None:
            found = rounding(snap(found) if divides else found)
            if low and found < (bound := low(v)):
                found = up(snap(bound))
            if high and found > (bound := high(v)):
                found = down(snap(bound))
        return before, ZERO if least and (snap(found) if divides else found) < least(v) else found

    made = combined(lambda v: pair(v)[1], unit, parts, *_between(base, limits))
    return replace(made, exact=exact, pair=pair, rounding=rounding, floor=floor, cap=cap, below=below)


def _rounded(compute: Fn, rounding: Rounding) -> Callable[[list[Any]], Pair]:
    def pair(v: list[Any]) -> Pair:
        found = compute(v)
        return found, rounding(found)

    return pair


@dataclass(frozen=True)
class Limits:
    """What a term ends with."""

    floor: Term | None = None
    cap: Term | None = None
    rounding: Rounding | None = None
    below: Term | None = None


def _between(base: Term, limits: Limits) -> tuple[Decimal | None, Decimal | None]:
    """The ends a bounded term lies between; roughly is enough, and never too narrow."""
    floor, cap, high = limits.floor, limits.cap, base.high
    if high is not None and floor:
        high = None if floor.high is None else max(high, floor.high)
    if high is not None and limits.rounding:
        high = EXACT.add(high, limits.rounding.quantum)
    if cap and cap.high is not None:
        high = cap.high if high is None else min(high, cap.high)
    return _lowest(base, limits), high


def _lowest(base: Term, limits: Limits) -> Decimal | None:
    floor, cap, low = limits.floor, limits.cap, base.low
    if low is not None and limits.rounding:
        low = limits.rounding(snap(low))
    if floor and floor.low is not None:
        low = floor.low if low is None else max(low, floor.low)
    if cap and low is not None:
        # after rounding the cap is cut to what can be paid: less by no more than 1
        cut = ONE if limits.rounding else ZERO
        low = None if cap.low is None else min(low, EXACT.subtract(cap.low, cut))
    return min(low, ZERO) if low is not None and limits.below else low
