"""The whole audit over simulated seeds: every rule holds there, and every rule fails once what it says is broken."""

import asyncio
import copy
from collections import Counter
from collections.abc import Iterator

import pytest

from shared import clock
from shared.ops.audit import audit
from shared.ops.checked import Checked
from tests.ops import tampering_records
from tests.ops.twin import TwinRunning
from tests.simulation import cast
from tests.simulation.run import run
from tests.simulation.virtual_time import quiet_logs
from tests.simulation.world import World

SEEDS = range(40)
BREAKS = tampering_records.BREAKS
"""With those of the documents."""
BY_NAME = {
    "1 · every accepted complaint named by the caller is here",
    "1 · every accepted complaint named by the caller is a case",
}


@pytest.fixture(scope="module")
def worlds() -> Iterator[list[World]]:
    """Seeds with every service in its newest version: what an older one does not hear yet is no matter here."""
    with pytest.MonkeyPatch.context() as patch, quiet_logs():
        patch.setattr(cast, "NEWLY_HEARD", {})
        found = [run(seed) for seed in SEEDS]
    assert not any(outcome.broken for outcome in found)
    yield [outcome.world for outcome in found if outcome.world is not None]


def audited(running: TwinRunning, world: World, *lists: list[str]) -> list[Checked]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", world.now)
        return asyncio.run(audit(running, *lists))  # type: ignore[arg-type]


def test_after_every_seed_every_rule_holds(worlds: list[World]) -> None:
    counted: Counter[str] = Counter()
    for world in worlds:
        checks = audited(TwinRunning(world), world)
        assert {each.rule: each.breaches for each in checks if each.breaches} == {}
        counted.update({each.rule: each.counted for each in checks})
    looked_at = {rule for rule in counted if counted[rule]}
    assert set(counted) - looked_at <= {"1 · what is not answered yet has a clock that asks again"}  # all were


@pytest.mark.parametrize("rule", BREAKS)
def test_each_rule_fails_when_it_is_broken(rule: str, worlds: list[World]) -> None:
    for world in worlds:
        running = TwinRunning(world)
        if BREAKS[rule](running):
            assert rule in {each.rule for each in audited(running, world) if each.breaches}
            return
    pytest.fail("no seed has a place for it")


def test_no_rule_is_left_out(worlds: list[World]) -> None:
    rules = {each.rule for each in audited(TwinRunning(worlds[0]), worlds[0])}
    assert rules - {"5 · records looked at"} == set(BREAKS)


def test_what_a_caller_holds_and_what_must_be_absent_are_looked_for(worlds: list[World]) -> None:
    world = worlds[0]
    complaint = next(id for id, thing in world.stores["intake"].things.items()
                     if id.startswith("c") and thing["state"]["complaint"]["received"])  # fmt: skip
    well = {each.rule: each for each in audited(TwinRunning(world), world, [complaint], ["葉知秋"])}
    assert [len(well[rule].breaches) for rule in sorted(BY_NAME)] == [0, 0]
    assert all(well[rule].counted == 1 for rule in BY_NAME)
    ill = {each.rule: each for each in audited(TwinRunning(world), world, ["c-lost"], [complaint])}
    assert {rule for rule in ill if ill[rule].breaches} == {*BY_NAME, "5 · no planted text stands on a topic"}


def test_the_twin_is_not_changed_by_tampering(worlds: list[World]) -> None:
    before = copy.deepcopy(worlds[0].stores["triage"].things)
    BREAKS["6 · no history was changed"](TwinRunning(worlds[0]))
    assert worlds[0].stores["triage"].things == before
