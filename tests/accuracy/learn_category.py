"""Learns the second opinion on categories from texts without danger: part of `make second-opinion`."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import orjson

from shared.policy.normal import normalise
from shared.policy.outcome import ranked_categories
from shared.policy.profile import SHARED_CATEGORIES
from shared.policy.second_category import WEIGHTS, SecondCategory, category_marks
from shared.policy.second_opinion import Portrait, SecondOpinion, second_opinion
from tests.accuracy.learn import Example, Rows
from tests.accuracy.measure import Labelled, labelled, rules_alone
from tests.accuracy.separate import Numbers, Places, row, train

CATEGORIES = tuple(category for category in SHARED_CATEGORIES if category != "safety")
FOLDS = 10
MARK_SCALE = 0.07
ROUNDS = 8
MIN_TEXTS = 4
# How much more a sequence counts the more it stands with few categories only, and a text of the category itself.
ONE_SIDED, LEAST_SIDED = 0.7, 0.1
OWN_COST = 2.0


def example(text: Labelled) -> Example:
    """A text as its category is learned from: one portrait, with what the rules say it is about."""
    rules = rules_alone(text.line)
    normal = normalise(text.text)
    fired = rules.fired(normal)
    whole, _ = rules.portraits(normal)
    marks = category_marks(whole, fired, ranked_categories(fired), rules.line)
    return Example(False, False, Portrait(whole.text, marks), [])


def gathered() -> tuple[list[Labelled], Rows]:
    """The texts without danger whose category is known, development first."""
    texts = [text for part in ("development", "practice") for text in labelled(part)]
    kept = [text for text in texts if not text.danger and text.category in CATEGORIES]
    return kept, Rows.of([example(text) for text in kept], MIN_TEXTS)


def worth(texts: Sequence[Labelled], rows: Rows, chosen: Places) -> Numbers:
    """Rarity, and how far what stands in texts of a category differs from what stands in the others, on average."""
    own = np.ones((len(CATEGORIES), len(rows.space.letters)))
    every = np.full(own.shape[1], float(len(CATEGORIES)))
    for index in chosen:
        places = rows.wholes[index][0]
        own[CATEGORIES.index(texts[index].category)][places] += 1
        every[places] += 1
    of = np.array([[2.0 + sum(texts[index].category == category for index in chosen)] for category in CATEGORIES])
    others = (every - own + len(CATEGORIES)) / (len(chosen) + 2 * len(CATEGORIES) - of)
    odds = np.abs(np.log(own / of / others)).mean(axis=0)
    told: Numbers = rows.rarity(chosen) * (odds + LEAST_SIDED) ** ONE_SIDED
    return told


def learnt(texts: Sequence[Labelled], rows: Rows, chosen: Places) -> dict[str, Any]:
    """Weights for every category, as the engine reads them, learned from the chosen texts."""
    rarity = worth(texts, rows, chosen)
    made = [row(rarity, rows.wholes[index], MARK_SCALE) for index in chosen]
    told = [[category in texts[index].accepted for index in chosen] for category in CATEGORIES]
    size = rows.space.size
    costs = [[OWN_COST if own else 1.0 for own in wanted] for wanted in told]
    weights = np.array([train(made, own, size, ROUNDS, cost) for own, cost in zip(told, costs, strict=True)])
    first, thousandths = len(rows.space.letters), np.rint(weights * 1000).astype(int)
    scaled = np.rint(weights[:, :first] * rarity * 1000).astype(int)
    letters = [
        [piece, round(rare * 100), scaled[:, number].tolist()]
        for number, (piece, rare) in enumerate(zip(rows.space.letters, rarity.tolist(), strict=True))
        if rare
    ]
    marks = {
        mark: np.rint(thousandths[:, first + number] * MARK_SCALE).astype(int).tolist()
        for number, mark in enumerate(rows.space.marks)
    }
    bias = [round(float(each), 4) for each in weights[:, -1]]
    return {"categories": list(CATEGORIES), "bias": bias, "marks": marks, "letters": letters}


def categories_held_back(texts: Sequence[Labelled], beside: Sequence[SecondOpinion]) -> list[SecondCategory]:
    """For every text, in order, an opinion that has not seen it, beside its opinion on danger."""
    known, rows = gathered()
    fold = (np.random.default_rng(5).permutation(len(known)) % FOLDS).tolist()
    weights = [learnt(known, rows, np.flatnonzero(np.array(fold) != own)) for own in range(FOLDS)]
    of = {text.id: own for text, own in zip(known, fold, strict=True)}

    @cache
    def made(own: int, opinion: SecondOpinion) -> SecondCategory:
        return SecondCategory(weights[own], "held back", opinion.sequences)

    return [made(of.get(text.id, 0), opinion) for text, opinion in zip(texts, beside, strict=True)]


def main() -> None:
    """Learns from all texts."""
    texts, rows = gathered()
    written = learnt(texts, rows, np.arange(len(texts)))
    looked_for = set(second_opinion().sequences)
    written["letters"] = [each for each in written["letters"] if each[0] in looked_for]
    WEIGHTS.write_bytes(orjson.dumps(written))
    print(f"{len(texts)} texts, {len(written['letters'])} sequences, {len(written['marks'])} marks")


if __name__ == "__main__":
    main()
