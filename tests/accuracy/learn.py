"""Learns the second opinion from development and practice texts: `make second-opinion`."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ahocorasick
import numpy as np
import orjson
from numpy.typing import NDArray

from shared.policy.normal import normalise
from shared.policy.second_opinion import MAX_READ, WEIGHTS, Portrait, SecondOpinion, view
from tests.accuracy.measure import Labelled, engine, labelled

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

FOLDS = 10
MIN_TEXTS = 3
MARK_SCALE = 0.045
COST = 0.5
ROUNDS = 60
# Of the dangers the second opinion has not seen, this share must come out as danger.
RECALL = 0.985

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z][a-z']*")
_WORDS = re.compile(r" [a-z' ]+ ")


@dataclass(frozen=True)
class Example:
    """A labelled text as it is learned from: the portraits of the whole and of its sentences."""

    danger: bool
    whole: Portrait
    parts: list[Portrait]


def example(text: Labelled) -> Example:
    """A text as the rules of its line see it."""
    return Example(text.danger, *engine(text.line).portraits(normalise(text.text)))


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
    """Which sequences and marks count, and how rare each is."""

    def __init__(self, examples: Sequence[Example]) -> None:
        seen = Counter(sequence for each in examples for sequence in sequences(view(each.whole.text)))
        marked = Counter(mark for each in examples for mark in each.whole.marks)
        self.letters = sorted(sequence for sequence, count in seen.items() if count >= MIN_TEXTS)
        self.marks = sorted(mark for mark, count in marked.items() if count >= MIN_TEXTS)
        self.rarity = np.array([math.log(len(examples) / seen[s]) + 1 for s in self.letters])
        self._mark = {mark: len(self.letters) + number for number, mark in enumerate(self.marks)}
        self._automaton = ahocorasick.Automaton()
        for number, sequence in enumerate(self.letters):
            self._automaton.add_word(sequence, number)
        self._automaton.make_automaton()

    @property
    def size(self) -> int:
        return len(self.letters) + len(self.marks) + 1

    def row(self, one: Portrait) -> tuple[Places, Numbers]:
        """Places and values: letters scaled to length one together, marks small, a constant last."""
        letters = np.array(sorted({number for _, number in self._automaton.iter(view(one.text))}), dtype=np.int64)
        values = self.rarity[letters]
        values = values / (math.sqrt(float(values @ values)) or 1.0)
        marks = [self._mark[mark] for mark in one.marks if mark in self._mark]
        places = np.concatenate([letters, np.array([*marks, self.size - 1], dtype=np.int64)])
        return places, np.concatenate([values, np.full(len(marks), MARK_SCALE), [1.0]])


def train(space: Space, examples: Sequence[Example]) -> Numbers:
    """A linear separator, by dual coordinate descent on the squared hinge (Hsieh and others, 2008)."""
    rows = [space.row(one.whole) for one in examples]
    signs = [1.0 if one.danger else -1.0 for one in examples]
    norms = [float(values @ values) + 0.5 / COST for _, values in rows]
    weights, alphas, chance = np.zeros(space.size), np.zeros(len(rows)), np.random.default_rng(7)
    for _ in range(ROUNDS):
        for index in chance.permutation(len(rows)):
            places, values = rows[index]
            slope = signs[index] * float(weights[places] @ values) - 1 + 0.5 / COST * alphas[index]
            changed = max(alphas[index] - slope / norms[index], 0.0)
            weights[places] += (changed - alphas[index]) * signs[index] * values
            alphas[index] = changed
    return weights


def weigh(space: Space, weights: Numbers, one: Portrait) -> float:
    """What the separator says of one portrait."""
    places, values = space.row(one)
    return float(weights[places] @ values)


@dataclass(frozen=True)
class Fold:
    """A separator, and the numbers of the examples it has not seen."""

    space: Space
    weights: Numbers
    unseen: Places

    def scores(self, one: Example) -> tuple[float, float, float]:
        """Whole, strongest sentence, length."""
        whole = weigh(self.space, self.weights, one.whole)
        strongest = max((weigh(self.space, self.weights, part) for part in one.parts), default=whole)
        return whole, strongest, math.log1p(min(len(one.whole.text), MAX_READ))


def folds(examples: Sequence[Example]) -> list[Fold]:
    """Separators that each leave out another part of the examples."""
    fold = np.random.default_rng(3).permutation(len(examples)) % FOLDS
    made = []
    for number in range(FOLDS):
        learnt = [one for one, own in zip(examples, fold, strict=True) if own != number]
        space = Space(learnt)
        made.append(Fold(space, train(space, learnt), np.flatnonzero(fold == number)))
    return made


def judged(examples: Sequence[Example], made: Sequence[Fold]) -> Numbers:
    """For every example what a separator says that has not seen it."""
    told = np.zeros((len(examples), 3))
    for fold in made:
        for index in fold.unseen:
            told[index] = fold.scores(examples[index])
    return told


def mixed(told: Numbers, dangers: NDArray[np.bool_]) -> Numbers:
    """How the three add up to one score, the last number to be taken off: logistic regression by Newton's method."""
    rows = np.column_stack([told, -np.ones(len(told))])
    factors = np.zeros(rows.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ factors))
        slope = rows.T @ (chance - dangers) + 1e-3 * factors
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + 1e-3 * np.eye(len(factors))
        factors -= np.linalg.solve(bend, slope)
    return factors


def limited(told: Numbers, dangers: NDArray[np.bool_], mix: Numbers) -> Numbers:
    """The same mix, with what is taken off so that the wanted share of unseen dangers stays above 0."""
    scores = np.sort(told[dangers] @ mix[:3])
    return np.array([*mix[:3], scores[int((1 - RECALL) * len(scores))]])


def as_written(space: Space, weights: Numbers, mix: Numbers) -> dict[str, Any]:
    """The weights as the engine reads them: thousandths, and rarities as hundredths."""
    told = zip(space.letters, weights, space.rarity, strict=False)
    letters = [[piece, round(float(w * rare) * 1000), round(float(rare) * 100)] for piece, w, rare in told]
    first = len(space.letters)
    marks = {m: round(float(weights[first + n]) * MARK_SCALE * 1000) for n, m in enumerate(space.marks)}
    head = {"bias": round(float(weights[-1]), 4), "mix": [round(float(factor), 4) for factor in mix]}
    return head | {"marks": marks, "letters": letters}


def _gathered() -> tuple[list[Example], int]:
    """All examples to learn from, and how many of them, from the first on, are development texts."""
    development = [example(text) for text in labelled("development")]
    return [*development, *(example(text) for text in labelled("practice"))], len(development)


def _mix(examples: Sequence[Example], made: Sequence[Fold], development: int) -> Numbers:
    dangers = np.array([one.danger for one in examples[:development]])
    told = judged(examples, made)[:development]
    return limited(told, dangers, mixed(told, dangers))


def opinions_held_back(texts: Sequence[Labelled]) -> list[SecondOpinion]:
    """For every development text, in order, an opinion that has not seen it."""
    examples, development = _gathered()
    made = folds(examples)
    mix = _mix(examples, made, development)
    opinions: dict[int, SecondOpinion] = {}
    for fold in made:
        opinion = SecondOpinion(as_written(fold.space, fold.weights, mix), "held back")
        opinions |= dict.fromkeys(fold.unseen.tolist(), opinion)
    return [opinions[index] for index in range(len(texts))]


def main() -> None:
    """Learns from all texts of the two parts; mix and limit come from development texts held back in turn."""
    examples, development = _gathered()
    mix = _mix(examples, folds(examples), development)
    space = Space(examples)
    WEIGHTS.write_bytes(orjson.dumps(as_written(space, train(space, examples), mix)))
    print(f"{len(examples)} texts, {len(space.letters)} sequences, {len(space.marks)} marks, mix {mix.round(3)}")


if __name__ == "__main__":
    main()
