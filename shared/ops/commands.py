"""The ops commands on the command line; each brings its drivers only when it runs, so that no other command waits."""

import argparse
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

SERVICES = ("intake", "triage", "compensation", "notify")


def add(commands: Any) -> None:
    """Adds topics, lanes, lane, dead, rewind and audit."""
    topics = commands.add_parser("topics", help="topics with rate, end offset and lag per group")
    topics.add_argument("--all", action="store_true", help="also topics nothing stands on")
    topics.set_defaults(run=_later("topics", "topics"))
    lanes = commands.add_parser("lanes", help="what each lane of each service does, and why one stands")
    lanes.set_defaults(run=_later("lanes", "lanes"))
    rewind = commands.add_parser("rewind", help="after a store was restored: read again what came since the copy")
    rewind.add_argument("service", choices=SERVICES)
    rewind.add_argument(
        "--to", type=_moment, required=True, metavar="TIME", help="some minutes before the copy was made"
    )
    rewind.set_defaults(run=_later("rewind", "run"))
    _add_lane(commands)
    _add_dead(commands)
    audit = commands.add_parser("audit", help="check what must always be true on the running system")
    audit.add_argument("--accepted", type=Path, metavar="FILE", help="a line each: references or ids you were given")
    audit.add_argument("--absent", type=Path, metavar="FILE", help="a line each: texts that must stand on no topic")
    audit.set_defaults(run=_later("audit", "run"))


def _add_lane(commands: Any) -> None:
    one = commands.add_parser("lane", help="stop or resume a lane by hand")
    parts = one.add_subparsers(dest="lane_command", required=True, metavar="PART")
    for name, says in (("stop", "it decides nothing new until resumed"), ("resume", "it goes on where it stood")):
        part = parts.add_parser(name, help=says)
        part.add_argument("service", choices=SERVICES)
        part.add_argument("lane", choices=("express", "standard"))
        part.set_defaults(run=_later("lanes", "by_hand"), stop=name == "stop")
    parts.choices["stop"].add_argument("--reason", default="by hand", help="shown by redress lanes")


def _add_dead(commands: Any) -> None:
    dead = commands.add_parser("dead", help="dead letters, and records that wait for a person")
    parts = dead.add_subparsers(dest="dead_command", required=True, metavar="PART")
    listed = parts.add_parser("list", help="all of them, with origin and reason")
    listed.add_argument("--service", choices=SERVICES)
    listed.set_defaults(run=_later("dead", "listed"))
    for name, work, says in (("show", "shown", "one, with headers and bytes"), ("replay", "replayed", "once more")):
        part = parts.add_parser(name, help=says)
        part.add_argument("id", help="as listed")
        part.set_defaults(run=_later("dead", work))


def _moment(text: str) -> datetime:
    """A time with its zone, as argparse asks for it."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a time like 2026-11-24T08:00:00Z") from None
    if told.tzinfo is None:
        raise argparse.ArgumentTypeError("a time with its zone, like 2026-11-24T08:00:00Z")
    return told


def _later(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        return int(getattr(import_module(f"shared.ops.{module}"), function)(args))

    return run
