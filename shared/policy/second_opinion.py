"""A second opinion on danger, learned from the project's own texts: it may raise to suspected, never lower."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from heapq import nlargest
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
LEAST_READ, MAX_READ = 40, 4000
# Few words have little to be weighed by: below so many bytes this much is enough less.
BRIEF, GRACE = 60, 1.0
# So many of the heaviest sequences are looked at when an opinion gives its reasons.
MOST_WEIGHED = 24
# A separator gives -1 to what is clearly none and 1 to what clearly is; beyond that a sentence counts no more.
WEAKEST, STRONGEST = -1.0, 1.0
# Between these shares of Chinese characters a text counts as both scripts: the one that raises it decides.
SCRIPTS = ("latin", "chinese")
SOME_CHINESE, MUCH_CHINESE = 0.1, 0.3

_DIGITS = str.maketrans("123456789", "000000000")
_ENTRY = itemgetter(1)


def view(text: str) -> str:
    """The comparable text as letters are weighed: padded, in one dialect, the middle of long texts left out.

    Every digit is a 0.
    """
    if len(text) > MAX_READ:
        text = f"{text[: MAX_READ // 2]} {text[-MAX_READ // 2 :]}"
    return f" {in_one(text).translate(_DIGITS)} "


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
    return GRACE if len(text) < BRIEF and len(text.encode("utf-8", "surrogatepass")) < BRIEF else 0.0


def bounded(weight: float) -> float:
    """What a sentence may weigh beside the whole."""
    return min(max(weight, WEAKEST), STRONGEST)


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
            id=RULE, because=f"learned second opinion {digest}", signals=(), safety="suspected", plan=PLAN
        )
        self._letters: Any = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        # Weight and squared rarity of each sequence in one number, so that one sum adds both up.
        self._weights: list[complex] = []
        self.pieces: dict[str, int] = {}
        for number, (sequence, weight, rarity) in enumerate(weights["letters"]):
            self._letters.add_word(sequence, number)
            self._weights.append(complex(weight / 1000, (rarity / 100) ** 2))
            self.pieces[sequence] = number
        self._letters.make_automaton()
        self._lengths = [len(sequence) for sequence in self.pieces]
        self._marks: dict[str, float] = {name: weight / 1000 for name, weight in weights["marks"].items()}
        self._bias: float = weights["bias"]
        self._mix: dict[str, tuple[float, float, float, float]] = {s: tuple(m) for s, m in weights["mix"].items()}

    def found(self, text: str) -> set[int]:
        """The numbers of the sequences in a comparable text."""
        return set(map(_ENTRY, self._letters.iter(view(text))))

    def finds(self, whole: Portrait, parts: Iterable[Portrait], found: set[int] | None = None) -> bool:
        """Whether enough speaks for danger, in the measure of the script it is written in.

        `found`: the sequences of the whole, where they are known. Sentences are looked at only where they can turn
        the matter.
        """
        all_of_it = self.weigh(whole, found)

        @cache
        def strongest() -> float:
            return bounded(max(map(self.weigh, parts), default=all_of_it))

        length, grace = length_of(whole.text), grace_of(whole.text)
        return any(_enough(self._mix[script], all_of_it, strongest, length, grace) for script in scripts(whole.text))

    def weigh(self, one: Portrait, found: set[int] | None = None) -> float:
        """The weight of one portrait: letters scaled by how rare they are, each once, and marks."""
        numbers = self.found(one.text) if found is None else found
        total = sum(map(self._weights.__getitem__, numbers), 0j)
        letters = total.real / math.sqrt(total.imag) if total.imag else 0.0
        return letters + sum(self._marks.get(mark, 0.0) for mark in one.marks) + self._bias

    def reasons(self, text: str, most: int = 3) -> Sequence[Span]:
        """The places in a comparable text that speak most for danger, in reading order."""
        if len(text) > MAX_READ:
            return []
        padded = view(text)
        weighed = ((self._weights[number].real, last, number) for last, number in self._letters.iter(padded))
        found = []
        for weight, last, number in nlargest(MOST_WEIGHED, weighed):
            start = last + 1 - self._lengths[number]
            start += padded[start] == " "
            end = last + (padded[last] != " ")
            if weight > 0 and end - start > 1:
                found.append((weight, start - 1, end - 1))
        chosen: list[Span] = []
        for _, start, end in sorted(found, reverse=True):
            if len(chosen) < most and all(end <= one or other <= start for one, other in chosen):
                chosen.append((start, end))
        return sorted(chosen)


def _enough(
    mix: tuple[float, float, float, float], whole: float, strongest: Callable[[], float], length: float, grace: float
) -> bool:
    """Whether the whole, its strongest sentence and its length come to the limit."""
    by_whole, by_part, by_length, limit = mix
    score = by_whole * whole + by_length * length - limit + grace
    least, most = sorted((by_part * WEAKEST, by_part * STRONGEST))
    if score + least >= 0 or score + most < 0:
        return score + least >= 0
    return score + by_part * strongest() >= 0


@cache
def second_opinion(path: Path = WEIGHTS) -> SecondOpinion:
    """The shipped weights; raises OSError or ValueError when they cannot be read."""
    raw = path.read_bytes()
    return SecondOpinion(orjson.loads(raw), sha256(raw).hexdigest()[:12])
