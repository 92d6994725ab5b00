"""A fact as the rows see it: cut into the stretches between which no row tells a difference, each with its rows."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from services.compensation.table_cells import Cell, Interval
from services.compensation.table_units import RATE, Wrong, percent, unit_of
from shared.money import EXACT, plain

_FINE = Decimal("1e-6")


@dataclass(frozen=True)
class Scale:
    """What values a fact can take. `choices` for choices; otherwise ordered, from `low` to `high`.

    `step` is the smallest difference (None: none); `read` turns what is written into a value; `optional` when
    the fact can be missing.
    """

    name: str
    read: Callable[[Any], Any]
    choices: tuple[Any, ...] | None = None
    low: Any = None
    high: Any = None
    step: Decimal | timedelta | None = None
    optional: bool = False
    unit: str | None = None

    def between(self, low: Any, high: Any) -> bool:
        """Whether a value lies strictly between the two (None: unbounded)."""
        if low is None or high is None or self.step is None:
            return low is None or high is None or bool(low < high)
        if isinstance(self.step, timedelta):
            return bool(low + self.step < high)
        steps = EXACT.divide(low, self.step).to_integral_value(ROUND_FLOOR)
        return bool(EXACT.multiply(steps + 1, self.step) < high)

    def say(self, value: Any) -> str:
        """A value in plain text, with its unit."""
        if value is None:
            return "not given"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Decimal):
            if value.as_tuple().exponent < -9:  # type: ignore[operator]  # endless: what a fact cannot be written with
                value = value.quantize(_FINE, context=EXACT).normalize(EXACT)
            if self.unit == RATE:
                return percent(value)
            return f"{plain(value)} {unit_of(value, self.unit)}" if self.unit else plain(value)
        return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


class Axis:
    """One scale cut by the cells of all cases; `masks[place]` has bit c set when case c holds there."""

    def __init__(self, scale: Scale, cells: Mapping[int, Cell], cases: int) -> None:
        self.scale = scale
        self.used = sum(1 << case for case in cells)
        free = ((1 << cases) - 1) & ~self.used
        self._cuts: list[Any] = [] if scale.choices is not None else _cuts(scale, cells)
        count = len(scale.choices) if scale.choices is not None else 2 * len(self._cuts) + 1
        self.none_at = count
        self.masks = [free] * (count + 1)
        self._of_choice = {value: place for place, value in enumerate(scale.choices or ())}
        self._spread(cells)
        self.places = [place for place in range(count + scale.optional) if self._exists(place)]

    def _spread(self, cells: Mapping[int, Cell]) -> None:
        begin = [0] * (self.none_at + 1)
        end = [0] * (self.none_at + 1)
        for case, cell in cells.items():
            bit = 1 << case
            for first, last in self._stretches(cell):
                begin[first] |= bit
                end[last] |= bit
            if cell.none:
                self.masks[self.none_at] |= bit
        running = 0
        for place in range(self.none_at):
            running |= begin[place]
            self.masks[place] |= running
            running &= ~end[place]

    def _stretches(self, cell: Cell) -> list[tuple[int, int]]:
        """The first and last places of what the cell holds, apart from each other."""
        if self.scale.choices is not None:
            held = {self._of_choice[part] for part in cell.parts}
        else:
            held = (
                {p for part in cell.parts for p in self._span(part)} if len(cell.parts) > 1 or cell.negated else set()
            )
            if not held and not cell.negated and cell.parts:
                span = self._span(cell.parts[0])
                return [(span[0], span[-1])] if span else []
        if cell.negated:
            held = set(range(self.none_at)) - held
        return [(place, place) for place in held]

    def _span(self, part: Interval) -> range:
        low = 0 if part.low is None else 2 * bisect_left(self._cuts, part.low) + (1 if part.low_in else 2)
        high = 2 * len(self._cuts)
        if part.high is not None:
            high = 2 * bisect_left(self._cuts, part.high) + (1 if part.high_in else 0)
        return range(low, high + 1)

    def _exists(self, place: int) -> bool:
        """Whether any value lies there: not between 59 and 60 minutes when minutes are whole."""
        if self.scale.choices is not None or place == self.none_at:
            return True
        at, odd = divmod(place, 2)
        low, high = self.scale.low, self.scale.high
        if odd:
            cut = self._cuts[at]
            return (low is None or cut >= low) and (high is None or cut <= high)
        before = self._cuts[at - 1] if at else None
        after = self._cuts[at] if at < len(self._cuts) else None
        if before is None and low is not None:
            return False
        if after is None and high is not None:
            return False
        if (low is not None and after is not None and after <= low) or (
            high is not None and before is not None and before >= high
        ):
            return False
        return self.scale.between(before, after)

    def place(self, value: Any) -> int:
        """Where a value lies."""
        if value is None:
            return self.none_at
        if self._of_choice:
            return self._of_choice[value]
        cuts = self._cuts
        at = bisect_left(cuts, value)
        return 2 * at + (at < len(cuts) and cuts[at] == value)

    def locator(self, look: Callable[[list[Any]], Any]) -> Callable[[list[Any]], int]:
        """Finds where the value `look` gives lies."""
        if self.scale.choices is not None:
            places = {**self._of_choice, None: self.none_at}
            return lambda slots: places[look(slots)]
        cuts, none_at = self._cuts, self.none_at

        def locate(slots: list[Any]) -> int:
            value = look(slots)
            if value is None:
                return none_at
            at = bisect_left(cuts, value)
            return 2 * at + (at < len(cuts) and cuts[at] == value)

        return locate

    def said(self, place: int) -> str:
        """The value in words where all values of the place are the same, otherwise nothing."""
        scale = self.scale
        if place == self.none_at:
            return f"{scale.name} is {scale.say(None)}"
        return f"{scale.name} is {scale.say(scale.choices[place])}" if scale.choices is not None else ""

    def describe(self, place: int) -> str:
        """The place in words, for a fault: `delay_min over 59 and under 60`."""
        say = self.scale.say
        if place == self.none_at:
            return f"{self.scale.name} none"
        if self.scale.choices is not None:
            return f"{self.scale.name} {say(self.scale.choices[place])}"
        at, odd = divmod(place, 2)
        if odd:
            return f"{self.scale.name} {say(self._cuts[at])}"
        low = f"over {say(self._cuts[at - 1])}" if at else ""
        high = f"under {say(self._cuts[at])}" if at < len(self._cuts) else ""
        return f"{self.scale.name} {' and '.join(part for part in (low, high) if part) or 'any'}"


def _cuts(scale: Scale, cells: Mapping[int, Cell]) -> list[Any]:
    ends = {scale.low, scale.high}
    for cell in cells.values():
        for part in cell.parts:
            ends |= {part.low, part.high}
    return sorted(end for end in ends if end is not None)


def check_cell(scale: Scale, cell: Cell) -> None:
    """Raises Wrong for a cell that can hold for no value of the scale."""
    if cell.says_none and not scale.optional:
        raise Wrong(
            f"'{scale.name}' is always given, so 'none' never holds", "remove it, or give the fact 'default: none'"
        )
    if scale.choices is not None or cell.negated:
        return
    for part in cell.parts:
        whole = part.meet(Interval(scale.low, True, scale.high, True))
        if _holds_nothing(scale, whole):
            low, high = (scale.say(end) if end is not None else "any" for end in (scale.low, scale.high))
            raise Wrong(f"no value of '{scale.name}' (from {low} to {high}) is ever in this range", "correct the range")


def _holds_nothing(scale: Scale, part: Interval) -> bool:
    if part.low is None or part.high is None:
        return False
    if part.low == part.high:
        return not (part.low_in and part.high_in)
    if part.low > part.high:
        return True
    return not (part.low_in or part.high_in or scale.between(part.low, part.high))
