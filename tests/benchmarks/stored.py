"""One stage with the store against a bare loop of the same reads and writes: `python -m tests.benchmarks.stored`."""

import argparse
import tempfile
from pathlib import Path

from deploy.local.apache import apache_cluster
from deploy.local.rust_store import rust_store, rust_store_url
from tests.benchmarks.figures import Rounds, mark
from tests.benchmarks.programs import PEER, Program, Sweeps
from tests.benchmarks.stage import BROKER

BARE = "aiokafka and motor, bare"
PROGRAMS = (
    Program("redress", "tests.benchmarks.ours", store=True),
    Program(BARE, PEER + "aiokafka_store", store=True),
)


def main() -> None:
    """Interleaved sweeps, each run with a database of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.stored", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=3_000)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with apache_cluster(folder, settings=BROKER) as cluster, rust_store(folder) as store:
            sweeps, rounds = Sweeps(cluster.bootstrap, told.count, rust_store_url(store)), Rounds()
            sweeps.fill()
            sweeps.sweep(PROGRAMS, Rounds(), 1)
            sweeps.sweep(PROGRAMS, rounds, told.rounds)
    print(rounds.table(BARE))
    print(mark("facts a second, redress to the bare loop", rounds.ratios("redress", BARE), 0.75))
    print(mark("client CPU per fact, redress to the bare loop", rounds.cpu_ratios("redress", BARE), 1.6, at_most=True))


if __name__ == "__main__":
    main()
