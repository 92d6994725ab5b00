"""Every shipped table says what plain functions written from the rules in words say: on any facts, on every edge."""

import itertools
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.compensation.tables import Tables, assess
from tests.services.compensation.tables.oracle_rail import RAIL
from tests.services.compensation.tables.oracle_rest import REST
from tests.services.compensation.tables.spaces import SPACES, given_facts, some_facts

ORACLE = RAIL | REST
ON = date(2026, 11, 22)
SEEDS, FACTS_A_SEED = 150, 20
MOST_EDGES = 12_000


def as_owed(remedies: list[dict[str, Any]]) -> list[Any]:
    """Remedies in the form of the oracle."""
    found: list[Any] = []
    for remedy in remedies:
        if "one_of" in remedy:
            found.append(("one_of", as_owed(remedy["one_of"])))
        elif "amount" in remedy:
            found.append((remedy["kind"], remedy["amount"]))
        elif "quantity" in remedy:
            found.append((remedy["kind"], remedy["quantity"], remedy["unit"]))
        else:
            found.append(remedy["kind"])
    return found


def edges_of(table: str) -> Iterator[dict[str, Any]]:
    """Combinations of edge values, every one of them, thinned evenly where they are too many."""
    space = SPACES[table]
    count = 1
    for fact in space.values():
        count *= len(fact.edges)
    every = itertools.product(*(fact.edges for fact in space.values()))
    # A step without common divisor with the sizes visits all values of all facts.
    thin = next(p for p in (1, 7, 37, 101, 401, 1009, 4001, 10007, 40009, 100003) if count // p <= MOST_EDGES)
    return (dict(zip(space, values, strict=True)) for values in itertools.islice(every, 0, None, thin))


def check(tables: Tables, table: str, facts: dict[str, Any]) -> None:
    said = assess(tables, table, facts, ON)
    assert as_owed(said["remedies"]) == ORACLE[table](facts), (said["row"], facts)


def test_every_shipped_table_has_an_oracle(shipped: Tables) -> None:
    assert set(shipped.ids) == set(ORACLE) == set(SPACES)


@pytest.mark.parametrize("table", sorted(ORACLE))
def test_agrees_on_every_edge(shipped: Tables, table: str) -> None:
    tried = 0
    for values in edges_of(table):
        check(shipped, table, given_facts(values))
        tried += 1
    assert tried > 0


@pytest.mark.parametrize("table", sorted(ORACLE))
def test_agrees_on_any_facts(shipped: Tables, table: str) -> None:
    @settings(max_examples=SEEDS, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.randoms(use_true_random=True))
    def agrees(chance: Random) -> None:
        for _ in range(FACTS_A_SEED):
            check(shipped, table, some_facts(table, chance))

    agrees()
