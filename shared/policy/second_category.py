"""A second opinion on what a complaint is about, learned from the project's own texts; danger is never its matter."""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from shared.policy.matching import Fired
from shared.policy.rules import Rule
from shared.policy.second_opinion import Portrait, second_opinion

WEIGHTS = Path(__file__).parent / "second_category.json"
RULE = "second-opinion.category"
# It outweighs what rules add up to: it has seen what they said.
WEIGHT = 100

_HALF = 1 << 15
_ABOVE_BYTES = 8


def category_marks(whole: Portrait, fired: Sequence[Fired], ranked: Sequence[str], line: str | None) -> tuple[str, ...]:
    """What is weighed beside the letters: lists touched, rules that spoke, what they come to, the line."""
    rules = [f"rule:{one.rule.id}" for one in fired if one.rule.category]
    said = [f"category:{category}" for category in ranked]
    first = f"first:{ranked[0]}" if ranked else "first:none"
    return (*whole.marks, *rules, *said, first, f"line:{line or 'other'}")


class SecondCategory:
    """Weights of letter sequences and marks for each category.

    The weights of all categories stand side by side in one whole number, so that one sum adds them all up.
    `pieces` numbers the letter sequences as the opinion on danger finds them: a text is searched once for both.
    """

    def __init__(self, weights: dict[str, Any], digest: str, pieces: Mapping[str, int]) -> None:
        self.digest = digest
        self.categories: tuple[str, ...] = tuple(weights["categories"])
        self._rules = {
            category: Rule.model_construct(
                id=RULE, because=f"learned second opinion {digest}", signals=(), category=category, weight=WEIGHT
            )
            for category in self.categories
        }
        self._bias: list[float] = weights["bias"]
        self._lanes = struct.Struct(f"<{len(self.categories)}I")
        # Above the weights stands the squared rarity, so that the same sum adds that up too.
        self._sums = [self._packed([0] * len(self.categories))] * len(pieces)
        above = 8 * self._lanes.size
        # What is least rare stands together in memory: most of what a text needs is near.
        for sequence, rarity, per_category in sorted(weights["letters"], key=itemgetter(1)):
            number = pieces.get(sequence)
            if number is not None:
                self._sums[number] = self._packed(per_category) + (rarity * rarity << above)
        self._marks: dict[str, int] = {mark: self._packed(each) for mark, each in weights["marks"].items()}

    def choose(self, found: Collection[int], marks: Iterable[str]) -> Rule:
        """The rule that speaks for the category with most weight, given the sequences found and the marks."""
        letters, squares = self._unpacked(map(self._sums.__getitem__, found), len(found))
        known = list(filter(None, map(self._marks.get, marks)))
        marked, _ = self._unpacked(known, len(known))
        size = math.sqrt(squares) / 100 or 1.0
        scores = [
            one / size + other + bias * 1000 for one, other, bias in zip(letters, marked, self._bias, strict=True)
        ]
        return self._rules[self.categories[scores.index(max(scores))]]

    def _packed(self, weights: Sequence[int]) -> int:
        """Weights in thousandths, each lifted above 0, side by side."""
        return int.from_bytes(self._lanes.pack(*[each + _HALF for each in weights]), "little")

    def _unpacked(self, packed: Iterable[int], count: int) -> tuple[list[int], int]:
        """The sums per category in thousandths, and of what stands above them."""
        raw = sum(packed).to_bytes(self._lanes.size + _ABOVE_BYTES, "little")
        lifted = count * _HALF
        above = int.from_bytes(raw[self._lanes.size :], "little")
        return [each - lifted for each in self._lanes.unpack_from(raw)], above


@cache
def second_category(path: Path = WEIGHTS) -> SecondCategory:
    """The shipped weights beside the shipped opinion on danger; raises OSError or ValueError when unreadable."""
    raw = path.read_bytes()
    return SecondCategory(orjson.loads(raw), sha256(raw).hexdigest()[:12], second_opinion().pieces)
