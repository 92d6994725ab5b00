"""`redress clock`: when a deadline warns, is due and escalates, JSON lines in, JSON lines out."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from services.triage.calendars import Span
from services.triage.clock_rules import SECTION, book_of
from shared import clock
from shared.ops.lines import Answer, LineFault, answer_lines
from shared.policy.faults import PackFaults
from shared.policy.packs import SHIPPED
from shared.policy.policy import Policy, UnknownLine
from shared.policy.profile import SECTION as PROFILE
from shared.policy.shelf import load_policy

MOST_PAUSES = 1000
TIME = "a time with its zone, like 2026-11-23T08:00:00Z"


def add(commands: Any) -> None:
    """Adds `redress clock` to the command line."""
    parser = commands.add_parser("clock", help="when a deadline warns, is due and escalates: JSON lines in and out")
    parser.add_argument(
        "--pack", action="append", type=Path, default=[], metavar="DIR", help="a pack beside the shipped ones"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    try:
        policy = load_policy([SHIPPED, *args.pack], [PROFILE, SECTION])
    except PackFaults as fault:
        print(fault, file=sys.stderr)
        return 1
    return answer_lines(sys.stdin, sys.stdout, lambda item: answer(policy, item))


def answer(policy: Policy, item: dict[str, Any]) -> Answer:
    """The answer to one line {"line"?, "clock", "start", "pauses"?}; raises LineFault."""
    line, name, start = item.get("line"), item.get("clock"), _time(item.get("start"), "/start")
    if not isinstance(line, str | None):
        raise LineFault("line-wrong", "'line' is the id of a business line, or left out", "/line")
    try:
        book = book_of(policy.at(line, start.date()))
    except UnknownLine as fault:
        raise LineFault("line-unknown", f"known lines: {', '.join(fault.known)}", "/line", known=fault.known) from None
    if not isinstance(name, str) or name not in book.rules:
        raise LineFault("clock-unknown", f"known clocks: {', '.join(sorted(book.rules))}", "/clock")
    rule, pauses = book.rules[name], _pauses(item.get("pauses"))
    times = book.times(rule, start, pauses)
    return {
        "warns_at": clock.wire(times.warns_at),
        "due": clock.wire(times.due),
        "escalations": [{"at": clock.wire(at), "to": to} for at, to in book.rungs(rule, times.due)],
        "calendar": book.calendar(rule).name,
        "version": book.version,
    }


def _pauses(given: Any) -> Sequence[Span]:
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MOST_PAUSES:
        raise LineFault("pauses-wrong", f"'pauses' is a list of at most {MOST_PAUSES} pairs [from, to]", "/pauses")
    found = []
    for index, pair in enumerate(given):
        at = f"/pauses/{index}"
        if not isinstance(pair, list) or len(pair) != 2:
            raise LineFault("pauses-wrong", "a pause is a pair [from, to]", at)
        begin, end = _time(pair[0], f"{at}/0"), _time(pair[1], f"{at}/1")
        if end < begin:
            raise LineFault("pauses-wrong", "a pause ends after it began", f"{at}/1")
        found.append((begin, end))
    return found


def _time(given: Any, pointer: str) -> datetime:
    try:
        return clock.from_wire(given if isinstance(given, str) else "")
    except (ValueError, OverflowError):
        raise LineFault("time-wrong", f"give {TIME}", pointer) from None
