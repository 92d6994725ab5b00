"""A second opinion on danger, learned from the project's own texts: it may raise to suspected, never lower."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import Any

import ahocorasick
import orjson

from shared.policy.dialects import in_one
from shared.policy.lexicon import Span
from shared.policy.rules import Rule

WEIGHTS = Path(__file__).parent / "second_opinion.json"
RULE = "second-opinion.danger"
PLAN = "needs_person"
MAX_READ = 4000

_DIGITS = str.maketrans("123456789", "000000000")
_ENTRY = itemgetter(1)


def view(text: str) -> str:
    """The comparable text as letters are weighed: padded, in one dialect, the middle of long texts left out.

    Every digit is a 0.
    """
    if len(text) > MAX_READ:
        text = f"{text[: MAX_READ // 2]} {text[-MAX_READ // 2 :]}"
    return f" {in_one(text).translate(_DIGITS)} "


@dataclass(frozen=True)
class Portrait:
    """A text, or one sentence of it, as it is weighed: its comparable letters and the marks found in it.

    Marks name word lists by how often they occur ("list:body:2") and rules that spoke ("rule:body.fell").
    """

    text: str
    marks: tuple[str, ...]


class SecondOpinion:
    """Weights of letter sequences and of marks; read once, used for all texts."""

    def __init__(self, weights: dict[str, Any], digest: str) -> None:
        self.digest = digest
        # Made without being checked: it has no signals, since nobody writes it into a pack.
        self.rule = Rule.model_construct(
            id=RULE, because=f"learned second opinion {digest}", safety="suspected", plan=PLAN
        )
        self._letters: Any = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        self._weights: list[float] = []
        self._squares: list[float] = []
        self._lengths: list[int] = []
        for number, (sequence, weight, rarity) in enumerate(weights["letters"]):
            self._letters.add_word(sequence, number)
            self._weights.append(weight / 1000)
            self._squares.append((rarity / 100) ** 2)
            self._lengths.append(len(sequence))
        self._letters.make_automaton()
        self._marks: dict[str, float] = {name: weight / 1000 for name, weight in weights["marks"].items()}
        self._bias: float = weights["bias"]
        self._mix: tuple[float, float, float, float] = tuple(weights["mix"])

    def score(self, whole: Portrait, parts: Sequence[Portrait]) -> float:
        """How much speaks for danger: the whole, its strongest sentence, its length; danger from 0 on."""
        all_of_it = self.weigh(whole)
        strongest = max(map(self.weigh, parts), default=all_of_it)
        length = math.log1p(min(len(whole.text), MAX_READ))
        by_whole, by_part, by_length, limit = self._mix
        return by_whole * all_of_it + by_part * strongest + by_length * length - limit

    def weigh(self, one: Portrait) -> float:
        """The weight of one portrait: letters scaled by how rare they are, each once, and marks."""
        found = set(map(_ENTRY, self._letters.iter(view(one.text))))
        size = sum(map(self._squares.__getitem__, found))
        letters = sum(map(self._weights.__getitem__, found)) / math.sqrt(size) if size else 0.0
        return letters + sum(self._marks.get(mark, 0.0) for mark in one.marks) + self._bias

    def reasons(self, text: str, most: int = 3) -> Sequence[Span]:
        """The places in a comparable text that speak most for danger, in reading order."""
        padded, found = view(text), []
        for last, number in self._letters.iter(padded):
            weight, length = self._weights[number], self._lengths[number]
            start, end = last + 1 - length, last + 1
            start += padded[start] == " "
            end -= padded[end - 1] == " "
            if weight > 0 and end - start > 1 and len(text) <= MAX_READ:
                found.append((weight, start - 1, end - 1))
        chosen: list[Span] = []
        for _, start, end in sorted(found, reverse=True):
            if len(chosen) < most and all(end <= one or other <= start for one, other in chosen):
                chosen.append((start, end))
        return sorted(chosen)


@cache
def second_opinion(path: Path = WEIGHTS) -> SecondOpinion:
    """The shipped weights; raises OSError or ValueError when they cannot be read."""
    raw = path.read_bytes()
    return SecondOpinion(orjson.loads(raw), sha256(raw).hexdigest()[:12])
