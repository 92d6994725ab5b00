"""A second opinion on what a complaint is about, learned from the project's own texts; danger is never its matter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from shared.policy.key_table import Numbers
from shared.policy.matching import Fired
from shared.policy.rules import Rule
from shared.policy.second_opinion import Found, Portrait, second_opinion

WEIGHTS = Path(__file__).parent / "second_category.json"
RULE = "second-opinion.category"
# It outweighs what rules add up to: it has seen what they said.
WEIGHT = 100


def category_marks(whole: Portrait, fired: Sequence[Fired], ranked: Sequence[str], line: str | None) -> tuple[str, ...]:
    """What is weighed beside the letters: lists touched, rules that spoke, what they come to, the line."""
    rules = [f"rule:{one.rule.id}" for one in fired if one.rule.category]
    said = [f"category:{category}" for category in ranked]
    first = f"first:{ranked[0]}" if ranked else "first:none"
    return (*whole.marks, *rules, *said, first, f"line:{line or 'other'}")


class SecondCategory:
    """Weights of letter sequences and marks for each category.

    `sequences`: what the opinion on danger finds, by its numbers; a text is searched once for both.
    """

    def __init__(self, weights: dict[str, Any], digest: str, sequences: Sequence[str]) -> None:
        self.digest = digest
        self.categories: tuple[str, ...] = tuple(weights["categories"])
        self._rules = {
            category: Rule.model_construct(
                id=RULE, because=f"learned second opinion {digest}", signals=(), category=category, weight=WEIGHT
            )
            for category in self.categories
        }
        self._bias: list[float] = weights["bias"]
        count = len(self.categories)
        known = {sequence: [*each, rarity**2] for sequence, rarity, each in weights["letters"]}
        none = [0] * (count + 1)
        # For each sequence what it weighs for every category, and its squared rarity.
        self._letters: Numbers = np.array([known.get(one, none) for one in sequences], np.int64).reshape(-1, count + 1)
        self._mark: dict[str, int] = {mark: number for number, mark in enumerate(weights["marks"])}
        self._marks: Numbers = np.array([*weights["marks"].values()], np.int64).reshape(-1, count)

    def choose(self, found: Found, marks: Iterable[str]) -> Rule:
        """The rule that speaks for the category with most weight, given the sequences found and the marks."""
        *letters, squares = np.add.reduce(self._letters.take(found.numbers, axis=0)).tolist()
        known = [number for number in map(self._mark.get, marks) if number is not None]
        marked = np.add.reduce(self._marks.take(known, axis=0)).tolist() if known else [0] * len(letters)
        size = math.sqrt(squares) / 100 or 1.0
        scores = [
            one / size + other + bias * 1000 for one, other, bias in zip(letters, marked, self._bias, strict=True)
        ]
        return self._rules[self.categories[scores.index(max(scores))]]


@cache
def second_category(path: Path = WEIGHTS) -> SecondCategory:
    """The shipped weights beside the shipped opinion on danger; raises OSError or ValueError when unreadable."""
    raw = path.read_bytes()
    return SecondCategory(orjson.loads(raw), sha256(raw).hexdigest()[:12], second_opinion().sequences)
