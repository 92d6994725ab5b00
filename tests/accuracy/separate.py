"""Finds the plane that parts two kinds of rows: what both second opinions are learned by."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

MARK_SCALE = 0.15
COST = 1.0
ROUNDS = 12


def row(rarity: Numbers, one: tuple[Places, Places], scale: float = MARK_SCALE) -> tuple[Places, Numbers]:
    """Places and values: letters scaled to length one together, marks small, the constant last."""
    letters, marks = one
    values = rarity[letters]
    values = values / (math.sqrt(float(values @ values)) or 1.0)
    return np.concatenate(one), np.concatenate([values, np.full(len(marks) - 1, scale), [1.0]])


def train(
    rows: Sequence[tuple[Places, Numbers]],
    wanted: Sequence[bool],
    size: int,
    rounds: int = ROUNDS,
    costs: Sequence[float] = (),
) -> Numbers:
    """A linear separator, by dual coordinate descent on the squared hinge (Hsieh and others, 2008)."""
    softness = [0.5 / cost for cost in costs or [COST] * len(rows)]
    norms = [float(values @ values) + soft for (_, values), soft in zip(rows, softness, strict=True)]
    weights, alphas, chance = np.zeros(size), [0.0] * len(rows), np.random.default_rng(7)
    for _ in range(rounds):
        for index in chance.permutation(len(rows)).tolist():
            places, values = rows[index]
            sign = 1.0 if wanted[index] else -1.0
            slope = sign * float(weights[places] @ values) - 1 + softness[index] * alphas[index]
            changed = max(alphas[index] - slope / norms[index], 0.0)
            if changed != alphas[index]:
                weights[places] += (changed - alphas[index]) * sign * values
                alphas[index] = changed
    return weights
