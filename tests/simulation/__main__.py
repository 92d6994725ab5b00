"""Many seeds, one after the other; a seed that breaks a rule is told as a story. `make simulate` runs it.

SEEDS=n how many, FIRST_SEED=k where to begin, SEED=k that one alone with its story, JOBS=n processes at once,
COUNT=1 with a table of what befell them. RESTORE=1: in each seed a store is restored from an earlier copy and rewound,
RESTORE=2 without rewinding.
"""

import functools
import itertools
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tests.simulation.happened import happened, table
from tests.simulation.plan import Plan
from tests.simulation.restoring import restoring
from tests.simulation.rules import Broken
from tests.simulation.run import out_of_sight, run, swept, undisturbed
from tests.simulation.story import told
from tests.simulation.virtual_time import quiet_logs

AT_ONCE = 20
PRESETS = {"SEEDS": 1000, "FIRST_SEED": 0, "SEED": -1, "JOBS": 2, "COUNT": 0, "RESTORE": 0}


class How(NamedTuple):
    """What is asked of every seed: to count what befell it, to restore a store in it."""

    count: bool = False
    restore: int = 0

    def change(self) -> Callable[[Plan], None] | None:
        return functools.partial(restoring, rewinds=self.restore == 1) if self.restore else None


class Ran(NamedTuple):
    """What one seed came to: records and facts on the log, what broke, what befell it."""

    seed: int
    records: int
    facts: int
    broken: list[Broken]
    befell: Counter[str]


def main() -> int:
    """The status: 1 when a rule was broken."""
    asked = {name: int(os.environ.get(name) or preset) for name, preset in PRESETS.items()}
    how = How(bool(asked["COUNT"]), asked["RESTORE"])
    if asked["SEED"] >= 0:
        return tell(asked["SEED"], how)
    seeds = range(asked["FIRST_SEED"], asked["FIRST_SEED"] + asked["SEEDS"])
    began, broken, records, facts = time.monotonic(), list[int](), 0, 0
    times, within = Counter[str](), Counter[str]()
    for done, ran in enumerate(outcomes(seeds, asked["JOBS"], how), 1):
        records, facts = records + ran.records, facts + ran.facts
        times.update(ran.befell)
        within.update(dict.fromkeys(ran.befell, 1))
        if ran.broken:
            broken.append(ran.seed)
            (thing, why), more = ran.broken[0], len(ran.broken) - 1
            print(f"seed {ran.seed}: {thing} {why}" + (f" (and {more} more)" if more else ""), flush=True)
        if done % 1000 == 0 or done == len(seeds):
            pace = done / (time.monotonic() - began)
            said = f"{done} seeds from {seeds.start}, {records} records, {facts} facts, {len(broken)} broken"
            print(f"{said}, {pace:.1f} seeds/s", flush=True)
    for line in table(times, within, len(seeds)) if asked["COUNT"] else ():
        print(line)
    if broken:
        print()
        tell(broken[0], how)
    return 1 if broken else 0


def tell(seed: int, how: How) -> int:
    """Prints the story of one seed."""
    with quiet_logs():
        lines = list(told(seed, change=how.change()))
    print("\n".join(lines))
    print(f"again: make simulate SEED={seed}" + (f" RESTORE={how.restore}" if how.restore else ""))
    return 0 if lines[0].endswith(" 0 broken") else 1


def outcomes(seeds: Iterable[int], jobs: int, how: How) -> Iterator[Ran]:
    """What each seed came to, in their order."""
    groups = ((some, how) for some in _groups(seeds))
    if jobs <= 1:
        with undisturbed():
            for group in groups:
                yield from _some(group)
        return
    with multiprocessing.get_context("fork").Pool(jobs, initializer=out_of_sight) as pool:
        for ran in pool.imap(_some, groups):
            yield from ran


def _groups(seeds: Iterable[int]) -> Iterator[list[int]]:
    left = iter(seeds)
    while some := list(itertools.islice(left, AT_ONCE)):
        yield some


def _some(group: tuple[list[int], How]) -> list[Ran]:
    seeds, how = group
    ran = []
    with quiet_logs():
        for seed in seeds:
            ran.append(_one(seed, how))
            swept()
    return ran


def _one(seed: int, how: How) -> Ran:
    outcome = run(seed, change=how.change())
    assert outcome.world is not None
    on_log = [record for records in outcome.world.broker.records.values() for record in records]
    facts = sum(any(name == "ce_sequence" for name, _ in record.headers) for record in on_log)
    befell = happened(outcome.world) if how.count else Counter[str]()
    return Ran(seed, len(on_log), facts, outcome.broken, befell)


if __name__ == "__main__":
    sys.exit(main())
