"""A second opinion on danger, learned from the project's own texts: it may raise to suspected, never lower."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import orjson

from shared.policy.dialects import in_one
from shared.policy.key_table import Numbers
from shared.policy.lexicon import Span
from shared.policy.rules import Rule
from shared.policy.sequences import SequenceIndex

WEIGHTS = Path(__file__).parent / "second_opinion.json"
RULE = "second-opinion.danger"
CAUTION = "second-opinion.caution"
"""Raised although it is more likely none: a person looks, and what the matter is stays what it is."""
Judgement = Literal["none", "caution", "danger"]
PLAN = "needs_person"
LEAST_READ, MAX_READ = 40, 4000
# Few words have little to be weighed by: up to so many bytes this much is enough less.
BRIEF, GRACE = 59, 1.0
# So many of the heaviest sequences are looked at when an opinion gives its reasons.
MOST_WEIGHED = 24
# A separator gives -1 to what is clearly none and 1 to what clearly is; beyond that a sentence counts no more.
WEAKEST, STRONGEST = -1.0, 1.0
# Between these shares of Chinese characters a text counts as both scripts: the one that raises it decides.
SCRIPTS = ("latin", "chinese")
SOME_CHINESE, MUCH_CHINESE = 0.1, 0.3

_RARITY = itemgetter(2)


def view(text: str) -> str:
    """The comparable text as letters are weighed: padded, in one dialect, the middle of long texts left out."""
    if len(text) > MAX_READ:
        text = f"{text[: MAX_READ // 2]} {text[-MAX_READ // 2 :]}"
    return f" {in_one(text)} "


def scripts(text: str) -> Sequence[str]:
    """The scripts whose limits hold for a comparable text; a Chinese character takes two bytes more than a letter."""
    beyond = len(text.encode("utf-8", "surrogatepass")) - len(text)
    share = beyond / (2 * len(text)) if text else 0.0
    return SCRIPTS[:1] if share < SOME_CHINESE else SCRIPTS[1:] if share > MUCH_CHINESE else SCRIPTS


def length_of(text: str) -> float:
    """How long a comparable text is, as it is weighed: a cry of few letters is not held against it."""
    return math.log1p(min(max(len(text), LEAST_READ), MAX_READ))


def grace_of(text: str) -> float:
    """What the limit is lowered by for a comparable text of few words."""
    return GRACE if within(text, BRIEF) else 0.0


def within(text: str, most: int) -> bool:
    """Whether a comparable text takes no more than so many bytes; long ones are not encoded to be told."""
    return len(text) <= most and len(text.encode("utf-8", "surrogatepass")) <= most


def bounded(weight: float) -> float:
    """What a sentence may weigh beside the whole."""
    return min(max(weight, WEAKEST), STRONGEST)


@dataclass(frozen=True)
class Portrait:
    """A text, or one sentence of it, as it is weighed: its comparable letters and the marks found in it.

    Marks name word lists by how often they occur ("list:body:2") and rules that spoke ("rule:body.fell").
    `start`: where a sentence stands in the text.
    """

    text: str
    marks: tuple[str, ...]
    start: int = 0


class Found(NamedTuple):
    """The letters of a text as they are weighed, and the numbers of the sequences in them, each once."""

    padded: str
    numbers: Numbers


class SecondOpinion:
    """Weights of letter sequences and of marks; read once, used for all texts."""

    def __init__(self, weights: dict[str, Any], digest: str) -> None:
        self.digest = digest
        # Made without being checked: it has no signals, since nobody writes it into a pack.
        self.rules: dict[str, Rule] = {
            judgement: Rule.model_construct(
                id=rule, because=f"learned second opinion {digest}", signals=(), safety="suspected", plan=PLAN
            )
            for judgement, rule in (("caution", CAUTION), ("danger", RULE))
        }
        # Numbered by how rare they are: what most texts hold stands together in memory.
        letters = sorted(weights["letters"], key=_RARITY)
        self.sequences: list[str] = [sequence for sequence, _, _ in letters]
        self._index = SequenceIndex(self.sequences)
        weighed = [(weight, rarity**2) for _, weight, rarity in letters]
        # Weight and squared rarity of each; the weight alone.
        self._weights: Numbers = np.array(weighed, np.int64).reshape(-1, 2)
        self._weights_alone = self._weights[:, 0].copy()
        self._marks: dict[str, int] = weights["marks"]
        self._bias: float = weights["bias"]
        self._mix: dict[str, tuple[float, float, float, float]] = {s: tuple(m) for s, m in weights["mix"].items()}
        self._limit: float = weights["limit"]

    def found(self, text: str) -> Found:
        """The sequences in a comparable text."""
        padded = view(text)
        return Found(padded, self._index.found(padded))

    def judge(self, whole: Portrait, parts: Iterable[Portrait], found: Found | None = None) -> Judgement:
        """Whether enough speaks for danger, in the measure of the script it is written in.

        `found`: the sequences of the whole, where they are known. Sentences are looked at only where they can turn
        the matter.
        """
        found = found or self.found(whole.text)
        weight = self._weigh(np.add.reduce(self._weights.take(found.numbers, axis=0)).tolist(), whole.marks)
        length, grace = length_of(whole.text), grace_of(whole.text)
        strongest: float | None = None
        judgement: Judgement = "none"
        for script in scripts(whole.text):
            by_whole, by_part, by_length, constant = self._mix[script]
            odds = by_whole * weight + by_length * length - constant + grace
            least, most = sorted((by_part * WEAKEST, by_part * STRONGEST))
            if odds + least >= 0:
                return "danger"
            if odds + most < self._limit:
                continue
            if strongest is None:
                strongest = bounded(max(self._weigh_each(list(parts), found.padded), default=weight))
            if odds + by_part * strongest >= 0:
                return "danger"
            if odds + by_part * strongest >= self._limit:
                judgement = "caution"
        return judgement

    def _weigh_each(self, parts: Sequence[Portrait], padded: str) -> Iterable[float]:
        """The weights of the sentences of a text, looked through together; `padded`: the view of the text."""
        if not parts:
            return ()
        if len(padded) < MAX_READ:  # nothing is left out, so that a sentence stands where it stood, a space before it
            views = [f" {padded[one.start + 1 : one.start + 1 + len(one.text)]} " for one in parts]
        else:
            views = [view(one.text) for one in parts]
        owners, numbers = self._index.found_in_each(views)
        sums = (np.bincount(owners, each, len(parts)).tolist() for each in self._weights.take(numbers, axis=0).T)
        return [self._weigh(letters, one.marks) for one, *letters in zip(parts, *sums, strict=True)]

    def _weigh(self, letters: Sequence[int], marks: Iterable[str]) -> float:
        """The weight of one portrait: letters scaled by how rare they are, each once, and marks."""
        weight, squares = letters
        by_letters = weight / 10 / math.sqrt(squares) if squares else 0.0
        return by_letters + sum(filter(None, map(self._marks.get, marks))) / 1000 + self._bias

    def reasons(self, text: str, found: Found, most: int = 3) -> Sequence[Span]:
        """The places in a comparable text that speak most for danger, in reading order.

        `found`: the sequences of the text.
        """
        if len(text) > MAX_READ:
            return []
        chosen: list[Span] = []
        for start, end in self._heaviest(found):
            if end - start > 1 and all(end <= one or other <= start for one, other in chosen):
                chosen.append((start, end))
                if len(chosen) == most:
                    break
        return sorted((start - 1, end - 1) for start, end in chosen)

    def _heaviest(self, found: Found) -> Iterator[Span]:
        """Where sequences with most weight stand, the heaviest first, spaces at their ends left out."""
        padded, left = found.padded, MOST_WEIGHED
        weights = self._weights_alone.take(found.numbers)
        least = max(1, np.partition(weights, -left)[-left]) if len(weights) > left else 1
        heavy = weights >= least
        speaking = sorted(zip(weights[heavy].tolist(), found.numbers[heavy].tolist(), strict=True), reverse=True)
        for _, same in groupby(speaking, itemgetter(0)):
            stand = sorted([place for _, number in same for place in self._places(padded, number)], reverse=True)[:left]
            yield from sorted(
                [(at + (padded[at] == " "), end - (padded[end - 1] == " ")) for end, _, at in stand], reverse=True
            )
            left -= len(stand)
            if not left:
                return

    def _places(self, padded: str, number: int) -> Iterator[tuple[int, int, int]]:
        """Where a sequence stands: its end, its number, its start."""
        sequence = self.sequences[number]
        at = padded.find(sequence)
        while at >= 0:
            yield at + len(sequence), number, at
            at = padded.find(sequence, at + 1)


@cache
def second_opinion(path: Path = WEIGHTS) -> SecondOpinion:
    """The shipped weights; raises OSError or ValueError when they cannot be read."""
    raw = path.read_bytes()
    return SecondOpinion(orjson.loads(raw), sha256(raw).hexdigest()[:12])
