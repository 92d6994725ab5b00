"""A second opinion on danger, learned from the project's own texts: it may raise to suspected, never lower."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal

import ahocorasick
import orjson

from shared.policy.dialects import in_one
from shared.policy.lexicon import Span
from shared.policy.rules import Rule

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

_ENTRY, _RARITY = itemgetter(1), itemgetter(2)
# Weights are added up in the lower half of a number; half of what it holds is below 0.
_LOW = 32
_LOW_BITS, _MIDDLE = (1 << _LOW) - 1, 1 << (_LOW - 1)


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
    """

    text: str
    marks: tuple[str, ...]


class SecondOpinion:
    """Weights of letter sequences and of marks; read once, used for all texts."""

    def __init__(self, weights: dict[str, Any], digest: str) -> None:
        self.digest = digest
        # Made without being checked: it has no signals, since nobody writes it into a pack.
        self.rules: dict[Judgement, Rule] = {
            judgement: Rule.model_construct(
                id=rule, because=f"learned second opinion {digest}", signals=(), safety="suspected", plan=PLAN
            )
            for judgement, rule in (("caution", CAUTION), ("danger", RULE))
        }
        self._letters: Any = ahocorasick.Automaton()
        self._weights: list[int] = []
        # Squared rarity and weight of each sequence in one whole number, so that one sum adds both up.
        self._packed: list[int] = []
        self.pieces: dict[str, int] = {}
        # The automaton looks through what may follow in the order it was told: what is least rare first.
        for number, (sequence, weight, rarity) in enumerate(sorted(weights["letters"], key=_RARITY)):
            self._letters.add_word(sequence, number)
            self._weights.append(weight)
            self._packed.append((rarity * rarity << _LOW) + weight)
            self.pieces[sequence] = number
        self._letters.make_automaton()
        self._sequences = list(self.pieces)
        self._marks: dict[str, int] = weights["marks"]
        self._bias: float = weights["bias"]
        self._mix: dict[str, tuple[float, float, float, float]] = {s: tuple(m) for s, m in weights["mix"].items()}
        self._limit: float = weights["limit"]

    def found(self, text: str) -> set[int]:
        """The numbers of the sequences in a comparable text."""
        return set(map(_ENTRY, self._letters.iter(view(text))))

    def judge(self, whole: Portrait, parts: Iterable[Portrait], found: set[int] | None = None) -> Judgement:
        """Whether enough speaks for danger, in the measure of the script it is written in.

        `found`: the sequences of the whole, where they are known. Sentences are looked at only where they can turn
        the matter.
        """
        all_of_it = self.weigh(whole, found)

        @cache
        def strongest() -> float:
            return bounded(max(map(self.weigh, parts), default=all_of_it))

        length, grace = length_of(whole.text), grace_of(whole.text)
        mixes = [self._mix[script] for script in scripts(whole.text)]

        def beyond(limit: float) -> bool:
            return any(_enough(mix, all_of_it, strongest, length, limit - grace) for mix in mixes)

        return "none" if not beyond(self._limit) else "danger" if beyond(0.0) else "caution"

    def weigh(self, one: Portrait, found: set[int] | None = None) -> float:
        """The weight of one portrait: letters scaled by how rare they are, each once, and marks."""
        numbers = self.found(one.text) if found is None else found
        total = sum(map(self._packed.__getitem__, numbers)) + _MIDDLE
        squares, weight = total >> _LOW, (total & _LOW_BITS) - _MIDDLE
        letters = weight / 10 / math.sqrt(squares) if squares else 0.0
        return letters + sum(filter(None, map(self._marks.get, one.marks))) / 1000 + self._bias

    def reasons(self, text: str, found: set[int], most: int = 3) -> Sequence[Span]:
        """The places in a comparable text that speak most for danger, in reading order.

        `found`: the sequences of the text.
        """
        if len(text) > MAX_READ:
            return []
        places = []
        for weight, start, end in self._heaviest(view(text), found):
            if end - start > 1:
                places.append((weight, start - 1, end - 1))
        chosen: list[Span] = []
        for _, start, end in sorted(places, reverse=True):
            if len(chosen) < most and all(end <= one or other <= start for one, other in chosen):
                chosen.append((start, end))
        return sorted(chosen)

    def _heaviest(self, padded: str, found: set[int]) -> list[tuple[int, int, int]]:
        """Weight and place of the sequences with most weight, spaces at their ends left out."""
        weights = self._weights
        speaking = sorted([n for n in found if weights[n] > 0], key=weights.__getitem__, reverse=True)
        least = weights[speaking[:MOST_WEIGHED][-1]] if speaking else 0
        stand = []
        for number in speaking:
            if weights[number] < least:
                break
            sequence = self._sequences[number]
            at = padded.find(sequence)
            while at >= 0:
                stand.append((weights[number], at + len(sequence), number, at))
                at = padded.find(sequence, at + 1)
        heaviest = sorted(stand, reverse=True)[:MOST_WEIGHED]
        return [(weight, at + (padded[at] == " "), end - (padded[end - 1] == " ")) for weight, end, _, at in heaviest]


def _enough(
    mix: tuple[float, float, float, float], whole: float, strongest: Callable[[], float], length: float, limit: float
) -> bool:
    """Whether the odds by the whole, its strongest sentence and its length come to the limit; even odds are 0."""
    by_whole, by_part, by_length, constant = mix
    score = by_whole * whole + by_length * length - constant - limit
    least, most = sorted((by_part * WEAKEST, by_part * STRONGEST))
    if score + least >= 0 or score + most < 0:
        return score + least >= 0
    return score + by_part * strongest() >= 0


@cache
def second_opinion(path: Path = WEIGHTS) -> SecondOpinion:
    """The shipped weights; raises OSError or ValueError when they cannot be read."""
    raw = path.read_bytes()
    return SecondOpinion(orjson.loads(raw), sha256(raw).hexdigest()[:12])
