"""One stage without a store against the same job in other clients: `python -m tests.benchmarks.stage`.

Parse, decide, publish keyed, commit; from the first batch in hand to the newest append in the topic told on.
"""

import argparse
import tempfile
from pathlib import Path

from deploy.local.apache import apache_cluster
from tests.benchmarks.figures import Rounds, mark
from tests.benchmarks.programs import PEER, Program, Sweeps

TUNED = "confluent-kafka, tuned"
PROGRAMS = (
    Program("redress", "tests.benchmarks.ours"),
    Program(TUNED, PEER + "confluent"),
    Program("aiokafka, send per record", PEER + "aiokafka_plain"),
    Program("quixstreams", PEER + "quix", "peers"),
    Program("faststream, batches", PEER + "faststream_batch", "peers"),
)
BROKER = {"log.retention.ms": "-1"}


def main() -> None:
    """Interleaved sweeps on one warm broker, the first of them thrown away."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.stage", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--only", help="programs whose name holds one of these, by comma")
    told = parser.parse_args()
    programs = [one for one in PROGRAMS if not told.only or any(name in one.name for name in told.only.split(","))]
    with tempfile.TemporaryDirectory() as folder, apache_cluster(Path(folder), settings=BROKER) as cluster:
        sweeps, rounds = Sweeps(cluster.bootstrap, told.count), Rounds()
        sweeps.fill()
        sweeps.sweep(programs, Rounds(), 1)
        sweeps.sweep(programs, rounds, told.rounds)
    print(rounds.table(TUNED))
    print(mark("redress to confluent-kafka", rounds.ratios("redress", TUNED), 0.9))


if __name__ == "__main__":
    main()
