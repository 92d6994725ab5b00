"""Every mistake of the protocol planted in turn, and the seeds until one shows: `make simulate-mistakes` runs it.

SEEDS=n how many are tried at most, FIRST_SEED=k where to begin, JOBS=n mistakes at once, ONLY=words of one's name.
"""

import multiprocessing
import os
import re
import sys
from typing import NamedTuple

from tests.simulation.mistakes import MISTAKES, planted
from tests.simulation.run import run, swept, undisturbed
from tests.simulation.virtual_time import quiet_logs

PRESETS = {"SEEDS": 3000, "FIRST_SEED": 0, "JOBS": 2}
ID = re.compile(r"\b[a-z2-7]{20,}\b")


class Search(NamedTuple):
    """Which mistake, and which seeds to try."""

    name: str
    first: int
    most: int


class Found(NamedTuple):
    """How many seeds it took, none when it was never found, and what showed it."""

    name: str
    seeds: int | None
    why: str


def search(asked: Search) -> Found:
    """Runs seeds with one mistake planted until a rule is broken."""
    with quiet_logs(), undisturbed(), planted(asked.name):
        for tried in range(asked.most):
            broken = run(asked.first + tried).broken
            if broken:
                return Found(asked.name, tried + 1, ID.sub("…", broken[0][1])[:150])
            swept()
    return Found(asked.name, None, "not found")


def main() -> int:
    """The status: 1 when one was never found."""
    asked = {name: int(os.environ.get(name) or preset) for name, preset in PRESETS.items()}
    only = os.environ.get("ONLY", "")
    searches = [Search(name, asked["FIRST_SEED"], asked["SEEDS"]) for name in MISTAKES if only in name]
    print("| mistake | seeds until found | what showed it |\n|---|---:|---|", flush=True)
    missed = 0
    with multiprocessing.get_context("fork").Pool(asked["JOBS"], maxtasksperchild=1) as pool:
        for found in pool.imap(search, searches):
            missed += found.seeds is None
            print(f"| {found.name} | {found.seeds or 'none'} | {found.why} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
