"""`python -m deploy.topics`: makes the topics of deploy/topics.yaml that a broker does not have yet."""

import argparse
import asyncio
import sys
from pathlib import Path

from shared.kafka.topics import TopicsNotMade, ensure_topics, read_topics

DECLARED = Path(__file__).with_name("topics.yaml")


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.topics", description=__doc__)
    parser.add_argument("--bootstrap", required=True, help="address of a broker, host:port")
    parser.add_argument("--file", type=Path, default=DECLARED, help="the declaration (deploy/topics.yaml)")
    parser.add_argument("--partitions", type=int, help="at most so many for each topic")
    parser.add_argument("--replication", type=int, default=1, help="copies of each partition (3 on a cluster)")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """0 when every topic is there, 1 when one could not be made or the file is at fault."""
    args = _arguments(argv)
    try:
        topics = read_topics(args.file, partitions=args.partitions, replication=args.replication)
        made = asyncio.run(ensure_topics(args.bootstrap, topics))
    except (ValueError, OSError, TopicsNotMade) as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"{len(made)} topics made, {len(topics) - len(made)} were there")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
