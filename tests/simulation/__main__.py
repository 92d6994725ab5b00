"""Many seeds, one after the other; a seed that breaks a rule is told as a story. `make simulate` runs it.

SEEDS=n how many, FIRST_SEED=k where to begin, SEED=k that one alone with its story, JOBS=n processes at once.
"""

import itertools
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Iterator

from tests.simulation.run import run, undisturbed
from tests.simulation.story import told
from tests.simulation.virtual_time import quiet_logs

AT_ONCE = 20
Ran = tuple[int, int, int, list[tuple[str, str]]]
"""Seed, records on the log, facts told, what broke."""


def main() -> int:
    """The status: 1 when a rule was broken."""
    asked = {name: int(os.environ.get(name) or preset) for name, preset in
             (("SEEDS", 1000), ("FIRST_SEED", 0), ("SEED", -1), ("JOBS", 1))}  # fmt: skip
    if asked["SEED"] >= 0:
        return tell(asked["SEED"])
    seeds = range(asked["FIRST_SEED"], asked["FIRST_SEED"] + asked["SEEDS"])
    began, broken, records, facts, done = time.monotonic(), [], 0, 0, 0
    for seed, on_log, of_facts, found in outcomes(seeds, asked["JOBS"]):
        done, records, facts = done + 1, records + on_log, facts + of_facts
        if found:
            broken.append(seed)
            print(f"seed {seed}: {found[0][0]} {found[0][1]}" + (f" (and {len(found) - 1} more)" if found[1:] else ""))
        if done % 1000 == 0 or done == len(seeds):
            pace = done / (time.monotonic() - began)
            print(
                f"{done} seeds, {records} records, {facts} facts, {len(broken)} broken, {pace:.1f} seeds/s", flush=True
            )
    if broken:
        print()
        tell(broken[0])
    return 1 if broken else 0


def tell(seed: int) -> int:
    """Prints the story of one seed."""
    with quiet_logs():
        lines = list(told(seed))
    print("\n".join(lines))
    print(f"again: make simulate SEED={seed}")
    return 0 if lines[0].endswith(" 0 broken") else 1


def outcomes(seeds: Iterable[int], jobs: int) -> Iterator[Ran]:
    """What each seed came to."""
    if jobs <= 1:
        for some in _groups(seeds):
            yield from _some(some)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for ran in pool.imap(_some, _groups(seeds)):
            yield from ran


def _groups(seeds: Iterable[int]) -> Iterator[list[int]]:
    left = iter(seeds)
    while some := list(itertools.islice(left, AT_ONCE)):
        yield some


def _some(seeds: list[int]) -> list[Ran]:
    ran = []
    with quiet_logs(), undisturbed():
        for seed in seeds:
            outcome = run(seed)
            assert outcome.world is not None
            on_log = [record for records in outcome.world.broker.records.values() for record in records]
            facts = sum(any(name == "ce_sequence" for name, _ in record.headers) for record in on_log)
            ran.append((seed, len(on_log), facts, outcome.broken))
    return ran


if __name__ == "__main__":
    sys.exit(main())
