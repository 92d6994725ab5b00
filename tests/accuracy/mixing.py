"""How whole, strongest sentence and length come to one number, and from which number on a text is raised."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.policy.second_opinion import grace_of, scripts
from tests.accuracy.separate import Numbers

# Of the dangers the second opinion has not seen, this share must come out as danger.
RECALL = 0.989

# For each script, what the three count and what is taken off: the sum is the odds of danger, as a logarithm.
Mix = dict[str, Numbers]


def mixed(told: Numbers, dangers: NDArray[np.bool_]) -> Numbers:
    """How the three add up to odds, the last number to be taken off: logistic regression by Newton's method."""
    rows = np.column_stack([told, -np.ones(len(told))])
    factors = np.zeros(rows.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ factors))
        slope = rows.T @ (chance - dangers) + 1e-3 * factors
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + 1e-3 * np.eye(len(factors))
        factors -= np.linalg.solve(bend, slope)
    return factors


def limited(told: Numbers, texts: Sequence[str], mix: Mix, dangers: int) -> float:
    """The odds from which on a text is raised, so that the wanted share of all dangers is found.

    `told` and `texts`: the dangers no rule raises. One limit for all scripts: a danger more costs as many false
    alarms in each.
    """
    odds = sorted(
        grace_of(text) + max(float(row @ mix[script][:3] - mix[script][3]) for script in scripts(text))
        for row, text in zip(told, texts, strict=True)
    )
    return odds[min(int((1 - RECALL) * dangers), len(odds) - 1)]
