"""The simulator in short: some hundred seeds hold, a seed repeats exactly, and a planted mistake is found."""

import os
import subprocess
import sys

import pytest

from tests.simulation.planted import Search, search
from tests.simulation.run import run, undisturbed
from tests.simulation.story import told
from tests.simulation.virtual_time import quiet_logs

AT_ONCE, BLOCKS = 50, 4
QUICKLY_FOUND = (
    "no look at the record's coordinates",
    "new documents stored as v 0",
    "answer taken when not awaited",
    "replay dropped at any next write",
    "a raised thing leaves its order on standard",
    "page with entries of a write that then conflicts",
)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_must_always_hold_held_whatever_the_seed_chose(block: int) -> None:
    with quiet_logs(), undisturbed():
        ran = [run(seed) for seed in range(block * AT_ONCE, (block + 1) * AT_ONCE)]
    assert {outcome.seed: outcome.broken for outcome in ran if outcome.broken} == {}


@pytest.mark.parametrize("name", QUICKLY_FOUND)
def test_a_mistake_planted_in_the_real_code_is_found(name: str) -> None:
    found = search(Search(name, 0, 40))
    assert found.seeds is not None, found


def test_a_seed_tells_the_identical_story_again_also_in_another_process() -> None:
    with quiet_logs():
        story = "\n".join(told(23))
        assert "\n".join(told(23)) == story
    environment = {**os.environ, "SEED": "23", "PYTHONHASHSEED": "77"}
    again = subprocess.run(
        [sys.executable, "-m", "tests.simulation"], env=environment, capture_output=True, text=True, check=True
    )
    assert again.stdout.startswith(story) and story.count("\n") > 50
