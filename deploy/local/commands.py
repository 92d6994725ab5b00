"""`redress up`, `redress down`, `redress demo` on the command line; each brings what it needs only when it runs."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any


def add(commands: Any) -> None:
    """Adds up, down and demo."""
    up = commands.add_parser("up", help="start everything on this machine, and leave it running")
    up.add_argument("--foreground", action="store_true", help="stay here until interrupted")
    up.set_defaults(run=_later("deploy.local.up", "up"))
    down = commands.add_parser("down", help="stop what redress up started")
    down.set_defaults(run=_later("deploy.local.up", "down"))
    demo = commands.add_parser("demo", help="play complaints of five lines through a system of its own")
    demo.add_argument("--burst", type=_some, default=300, metavar="N", help="ordinary complaints before the danger")
    demo.add_argument("--keep", action="store_true", help="keep the folder of the run, with its logs")
    demo.set_defaults(run=_later("deploy.local.scenario.demo", "demo"))


def _some(text: str) -> int:
    count = int(text)
    if not 50 <= count <= 5000:
        raise argparse.ArgumentTypeError("a burst is 50 to 5000 complaints")
    return count


def _later(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        return int(getattr(import_module(module), function)(args))

    return run
