"""Learns the second opinion from development and practice texts: `make second-opinion`."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ahocorasick
import numpy as np
import orjson

from shared.policy.normal import normalise
from shared.policy.second_opinion import SCRIPTS, WEIGHTS, Portrait, SecondOpinion, bounded, length_of, scripts, view
from tests.accuracy.measure import Labelled, labelled, rules_alone
from tests.accuracy.mixing import Mix, limited, mixed
from tests.accuracy.separate import COST, MARK_SCALE, Numbers, Places, row, train

FOLDS = 10
MIN_TEXTS = 4
# So many are enough: with twice as many it was no better, and loading took half as long again.
MOST_SEQUENCES = 65_000
# How much more a sequence counts the more often it stands on one side only.
ONE_SIDED = 0.35
# What a text of few words (bytes) costs when it is misjudged: a long one says more of how others tell.
FEW_WORDS, SHORT = 0.1, 45

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z][a-z']*")
_WORDS = re.compile(r" [a-z' ]+ ")


@dataclass(frozen=True)
class Example:
    """A labelled text as it is learned from: whether rules raise it, and its portraits."""

    danger: bool
    raised: bool
    whole: Portrait
    parts: list[Portrait]


def example(text: Labelled) -> Example:
    """A text as the rules of its line see it."""
    rules = rules_alone(text.line)
    raised = rules.screen(text.text).safety != "none"
    return Example(text.danger, raised, *rules.portraits(normalise(text.text)))


def sequences(padded: str) -> set[str]:
    """The letter sequences a text offers: up to four long, five without Chinese, and up to three whole words."""
    found: set[str] = set()
    for size in range(1, 6):
        for start in range(len(padded) - size + 1):
            piece = padded[start : start + size]
            chinese = _CHINESE.search(piece) is not None
            if (size == 1 and chinese) or 1 < size < 5 or (size == 5 and not chinese):
                found.add(piece)
    words = [match.span() for match in _WORD.finditer(padded)]
    for index, (start, _) in enumerate(words):
        for far in (0, 1, 2):
            piece = padded[start - 1 : words[index + far][1] + 1] if index + far < len(words) else ""
            if _WORDS.fullmatch(piece):
                found.add(piece)
    return found


class Space:
    """Which sequences and marks are looked at, and where they stand in a row of numbers."""

    def __init__(self, examples: Sequence[Example], min_texts: int = MIN_TEXTS) -> None:
        seen = Counter(sequence for each in examples for sequence in sequences(view(each.whole.text)))
        marked = Counter(mark for each in examples for mark in each.whole.marks)
        self.letters = sorted(sequence for sequence, count in seen.items() if count >= min_texts)
        self.marks = sorted(mark for mark, count in marked.items() if count >= min_texts)
        self._mark = {mark: len(self.letters) + number for number, mark in enumerate(self.marks)}
        self._automaton = ahocorasick.Automaton()
        for number, sequence in enumerate(self.letters):
            self._automaton.add_word(sequence, number)
        self._automaton.make_automaton()

    @property
    def size(self) -> int:
        return len(self.letters) + len(self.marks) + 1

    def places(self, one: Portrait) -> tuple[Places, Places]:
        """Where its letter sequences stand, and its marks with the constant last."""
        letters = sorted({number for _, number in self._automaton.iter(view(one.text))})
        marks = [self._mark[mark] for mark in one.marks if mark in self._mark]
        return np.array(letters, dtype=np.int64), np.array([*marks, self.size - 1], dtype=np.int64)


@dataclass(frozen=True)
class Rows:
    """All examples as places in one space: the wholes, and their parts."""

    space: Space
    examples: Sequence[Example]
    wholes: list[tuple[Places, Places]]
    parts: list[list[tuple[Places, Places]]]

    @classmethod
    def of(cls, examples: Sequence[Example], min_texts: int = MIN_TEXTS) -> "Rows":
        space = Space(examples, min_texts)
        wholes = [space.places(one.whole) for one in examples]
        return cls(space, examples, wholes, [[space.places(part) for part in one.parts] for one in examples])

    def rarity(self, learnt: Places) -> Numbers:
        """How rare each sequence is among these examples; 0 for what too few of them hold."""
        seen = np.zeros(len(self.space.letters))
        for index in learnt:
            seen[self.wholes[index][0]] += 1
        return np.where(seen >= MIN_TEXTS, np.log(len(learnt) / np.maximum(seen, 1)) + 1, 0.0)

    def worth(self, learnt: Places) -> Numbers:
        """Rarity, and how far what stands in dangers differs from what stands elsewhere (Wang and Manning, 2012)."""
        sides = np.ones((2, len(self.space.letters)))
        texts = np.full(2, 2.0)
        for index in learnt:
            side = int(self.examples[index].danger)
            sides[side][self.wholes[index][0]] += 1
            texts[side] += 1
        odds = np.log((sides[1] / texts[1]) / (sides[0] / texts[0]))
        told: Numbers = self.rarity(learnt) * (np.abs(odds) + 0.1) ** ONE_SIDED
        return told


@dataclass(frozen=True)
class Fold:
    """A separator, and the numbers of the examples it has not seen."""

    rarity: Numbers
    weights: Numbers
    unseen: Places

    def scores(self, rows: Rows, index: int) -> tuple[float, float, float]:
        """Whole, strongest sentence, length."""
        whole = self._weigh(rows.wholes[index])
        strongest = max(map(self._weigh, rows.parts[index]), default=whole)
        return whole, bounded(strongest), length_of(rows.examples[index].whole.text)

    def _weigh(self, one: tuple[Places, Places]) -> float:
        places, values = row(self.rarity, one)
        return float(self.weights[places] @ values)


def learnt(rows: Rows, chosen: Places, unseen: Places) -> Fold:
    """A separator learned from the chosen examples, anew from the sequences that weighed most the first time."""
    worth = rows.worth(chosen)
    first = _separated(rows, chosen, worth, unseen)
    weight = np.abs(first.weights[: len(worth)] * worth)
    least = np.partition(weight, -MOST_SEQUENCES)[-MOST_SEQUENCES] if len(weight) > MOST_SEQUENCES else 0.0
    return _separated(rows, chosen, np.where(weight >= least, worth, 0.0), unseen)


def _separated(rows: Rows, chosen: Places, rarity: Numbers, unseen: Places) -> Fold:
    made = [row(rarity, rows.wholes[index]) for index in chosen]
    wanted = [rows.examples[index].danger for index in chosen]
    costs = [FEW_WORDS if len(rows.examples[index].whole.text.encode()) < SHORT else COST for index in chosen]
    return Fold(rarity, train(made, wanted, rows.space.size, costs=costs), unseen)


def folds(rows: Rows) -> list[Fold]:
    """Separators that each leave out another part of the examples."""
    fold = np.random.default_rng(3).permutation(len(rows.examples)) % FOLDS
    return [learnt(rows, np.flatnonzero(fold != own), np.flatnonzero(fold == own)) for own in range(FOLDS)]


def judged(rows: Rows, made: Sequence[Fold]) -> Numbers:
    """For every example what a separator says that has not seen it."""
    told = np.zeros((len(rows.examples), 3))
    for fold in made:
        for index in fold.unseen:
            told[index] = fold.scores(rows, index)
    return told


def as_written(space: Space, fold: Fold, mix: Mix, limit: float) -> dict[str, Any]:
    """The weights as the engine reads them: thousandths, and rarities as hundredths; zeros left out."""
    told = zip(space.letters, fold.weights.tolist(), fold.rarity.tolist(), strict=False)
    letters = [[piece, round(weight * rare * 1000), round(rare * 100)] for piece, weight, rare in told if rare]
    first = len(space.letters)
    marks = {m: round(float(fold.weights[first + n]) * MARK_SCALE * 1000) for n, m in enumerate(space.marks)}
    head = {
        "bias": round(float(fold.weights[-1]), 4),
        "mix": {script: each.round(4).tolist() for script, each in mix.items()},
        "limit": round(limit, 4),
    }
    return head | {"marks": marks, "letters": letters}


def _gathered() -> tuple[Rows, int]:
    """All examples to learn from, and how many of them, from the first on, are development texts."""
    development = [example(text) for text in labelled("development")]
    return Rows.of([*development, *(example(text) for text in labelled("practice"))]), len(development)


def _mix(rows: Rows, made: Sequence[Fold], development: int) -> tuple[Mix, float]:
    """For each script a mix of its own, and the limit, from development texts held back in turn."""
    told, mix = judged(rows, made), {}
    for script in SCRIPTS:
        own = [n for n, one in enumerate(rows.examples[:development]) if script in scripts(one.whole.text)]
        mix[script] = mixed(told[own], np.array([rows.examples[index].danger for index in own]))
    dangers = [n for n, one in enumerate(rows.examples[:development]) if one.danger]
    unraised = [n for n in dangers if not rows.examples[n].raised]
    texts = [rows.examples[index].whole.text for index in unraised]
    return mix, limited(told[unraised], texts, mix, len(dangers))


def opinions_held_back(texts: Sequence[Labelled]) -> list[SecondOpinion]:
    """For every development text, in order, an opinion that has not seen it."""
    rows, development = _gathered()
    made = folds(rows)
    mix, limit = _mix(rows, made, development)
    opinions: dict[int, SecondOpinion] = {}
    for fold in made:
        opinion = SecondOpinion(as_written(rows.space, fold, mix, limit), "held back")
        opinions |= dict.fromkeys(fold.unseen.tolist(), opinion)
    return [opinions[index] for index in range(len(texts))]


def main() -> None:
    """Learns from all texts of the two parts; mix and limit come from development texts held back in turn."""
    rows, development = _gathered()
    mix, limit = _mix(rows, folds(rows), development)
    every = np.arange(len(rows.examples))
    written = as_written(rows.space, learnt(rows, every, every[:0]), mix, limit)
    WEIGHTS.write_bytes(orjson.dumps(written))
    counts = f"{len(written['letters'])} sequences, {len(written['marks'])} marks"
    print(f"{len(rows.examples)} texts, {counts}, mix {written['mix']}, limit {written['limit']}")


if __name__ == "__main__":
    main()
