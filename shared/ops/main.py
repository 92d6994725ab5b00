"""`redress`: the frame of the command line; each service adds its part by the entry point `redress.commands`."""

import argparse
import sys
from importlib.metadata import entry_points

from shared.ops.running import find_running


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, gathered from every installed part."""
    parser = argparse.ArgumentParser(
        prog="redress", description="Complaint and dispute resolution. JSON lines in, JSON lines out."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for entry in sorted(entry_points(group="redress.commands"), key=lambda e: e.name):
        entry.load()(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs one command. 0 done, 1 it found faults, 2 wrong use, 3 some lines could not be answered."""
    if argv is None:  # from a shell
        find_running()
    args = build_parser().parse_args(argv)
    run = args.run  # each part sets it with set_defaults(run=function of args)
    try:
        return int(run(args))
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
