"""What a row asks of a fact: `60..119`, `48 h..`, `..<24`, `at least 3`, `not economy`, `[a, b]`, `none`, `given`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.compensation.table_units import NUMBERS, Wrong

FORMS = "write it like 5, 60..119, 24..<48, 48.., ..<24, 'at least 3', 'over 3', 'under 3' or 'at most 3'"
RESERVED = ("any", "none", "given")
_WORDS = {
    "at least": ">=", "at most": "<=", "over": ">", "under": "<", "from": ">=", "up to": "<=",
    "before": "<", "after": ">",
}  # fmt: skip
_BOUND = re.compile(r"(?P<sign>>=|<=|>|<|at least|at most|over|under|from|up to|before|after)\s*(?P<rest>\S.*)\Z")


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, None being unbounded; `low_in` and `high_in` say whether the end belongs to it."""

    low: Any = None
    low_in: bool = True
    high: Any = None
    high_in: bool = True

    def meet(self, other: "Interval") -> "Interval":
        low, low_in = _tighter(self.low, self.low_in, other.low, other.low_in, lambda a, b: a > b)
        high, high_in = _tighter(self.high, self.high_in, other.high, other.high_in, lambda a, b: a < b)
        return Interval(low, low_in, high, high_in)


def _tighter(one: Any, one_in: bool, other: Any, other_in: bool, wins: Callable[[Any, Any], bool]) -> tuple[Any, bool]:
    if other is None or (one is not None and wins(one, other)):
        return one, one_in
    if one is None or wins(other, one):
        return other, other_in
    return one, one_in and other_in


@dataclass(frozen=True)
class Cell:
    """What is asked: `parts` (intervals, or choices), negated or not; `none` when a fact left out satisfies it.

    `says_none` when that is written out, which only makes sense for a fact that can be left out.
    """

    parts: tuple[Any, ...]
    none: bool = False
    negated: bool = False
    says_none: bool = False


ANY = Cell((Interval(),), none=True)


def read_cell(node: Any, read: Callable[[Any], Any], choices: tuple[Any, ...] | None) -> Cell:
    """The cell of a `when`; `read` turns one written value into a comparable one. Raises Wrong."""
    if isinstance(node, str) and " or " in node and node not in (choices or ()):
        node = [part.strip() for part in node.split(" or ")]
    if isinstance(node, list):
        if not node or len(node) > 50:
            raise Wrong("a list of 1 to 50 values is expected", "write [a, b], or leave the fact out for any value")
        cells = [read_cell(part, read, choices) for part in node]
        if any(isinstance(part, list) for part in node) or any(cell.negated for cell in cells):
            raise Wrong("a list holds plain values", "write [a, b], or not [a, b] as 'not a' in rows of their own")
        parts = tuple(part for cell in cells for part in cell.parts)
        return Cell(parts, any(cell.none for cell in cells), says_none=any(cell.says_none for cell in cells))
    if isinstance(node, dict) or node is None:
        said = ", ".join("yes" if choice is True else "no" if choice is False else choice for choice in choices or ())
        raise Wrong("a value is expected here", f"write one of {said}" if said else FORMS)
    if isinstance(node, str):
        text = node.strip()
        if text == "any":
            return Cell(choices if choices is not None else (Interval(),), none=True)
        if text == "given":
            return Cell(choices if choices is not None else (Interval(),))
        if text == "none":
            return Cell((), none=True, says_none=True)
        if text.startswith("not "):
            inner = read_cell(text[4:].strip(), read, choices)
            return Cell(inner.parts, not inner.none, negated=True, says_none=inner.says_none)
    if choices is not None:
        return Cell((read(node),))
    return Cell((read_interval(node, read),))


def read_interval(node: Any, read: Callable[[Any], Any]) -> Interval:
    """One range, both ends included unless `<` or a word says otherwise. Raises Wrong."""
    try:
        return _interval(node.strip() if isinstance(node, str) else node, read)
    except Wrong as fault:
        raise Wrong(fault.what, FORMS if fault.mend.endswith(NUMBERS) else fault.mend) from None


def _interval(text: Any, read: Callable[[Any], Any]) -> Interval:
    if not isinstance(text, str):
        value = read(text)
        return Interval(value, True, value, True)
    if " and " in text or "," in text:
        found = Interval()
        for part in re.split(r" and |,", text):
            found = found.meet(_interval(part.strip(), read))
        return _not_empty(found, text)
    if ".." in text:
        return _not_empty(_range(text, read), text)
    bound = _BOUND.match(text)
    if bound:
        sign = _WORDS.get(bound["sign"], bound["sign"])
        value = read(bound["rest"])
        low = sign.startswith(">")
        return Interval(value, sign == ">=", None, True) if low else Interval(None, True, value, sign == "<=")
    value = read(text)
    return Interval(value, True, value, True)


def _range(text: str, read: Callable[[Any], Any]) -> Interval:
    left, _, right = (part.strip() for part in text.partition(".."))
    low_in, high_in = True, True
    if right.startswith("<"):
        right, high_in = right[1:].removeprefix("=").strip(), right.startswith("<=")
    if left.endswith("<"):
        left, low_in = left[:-1].strip(), False
    if not left and not right:
        raise Wrong("a range without ends", FORMS)
    return Interval(read(left) if left else None, low_in, read(right) if right else None, high_in)


def _not_empty(found: Interval, text: str) -> Interval:
    if found.low is None or found.high is None or found.low < found.high:
        return found
    if found.low == found.high and found.low_in and found.high_in:
        return found
    raise Wrong(f"the range '{text[:60]}' is empty", "write the smaller end first, and leave room between the two")
