"""Triage's part of the command line: `redress triage` reads complaints, one JSON line each."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from shared.ops.lines import Answer, LineFault, answer_lines
from shared.policy import reading
from shared.policy.packs import SHIPPED
from shared.policy.policy import Policy
from shared.policy.shelf import PackShelf

MAX_SIGNALS = 50


def add(commands: Any) -> None:
    """Adds `redress triage` to the command line."""
    parser = commands.add_parser("triage", help="read complaints: danger, lane, priority, category, and why")
    parser.add_argument("--pack", action="append", type=Path, default=[], metavar="DIR", help="one more pack")
    parser.set_defaults(run=_triage)


def _triage(args: argparse.Namespace) -> int:
    shelf = PackShelf([SHIPPED, *args.pack], reading.SECTIONS)
    for fault in shelf.faults:
        print(fault, file=sys.stderr)
    today, unknown = datetime.now(UTC).date(), set[str]()

    def answer(item: dict[str, Any]) -> Answer:
        line = item.get("line")
        if isinstance(line, str) and line not in shelf.policy.lines and line not in unknown:
            unknown.add(line)
            known = ", ".join(shelf.policy.lines)
            print(f"no pack speaks for a line named in 'line': shared rules read it; known: {known}", file=sys.stderr)
        return triage(shelf.policy, today, item)

    return answer_lines(sys.stdin, sys.stdout, answer)


def triage(policy: Policy, today: date, item: dict[str, Any]) -> Answer:
    """The reading of one line {"text", "line"?, "channel"?, "language"?, "signals"?}; raises LineFault."""
    for name in ("line", "channel", "language"):
        if not isinstance(item.get(name), str | None):
            raise LineFault("wrong-type", f"'{name}' must be text or left out", f"/{name}")
    signals = item.get("signals")
    signals = [] if signals is None else signals
    if not isinstance(signals, list) or len(signals) > MAX_SIGNALS or not all(isinstance(s, str) for s in signals):
        raise LineFault("wrong-type", f"'signals' must be a list of at most {MAX_SIGNALS} words", "/signals")
    return reading.read(policy, item.get("line"), today, _text(item, signals), signals).as_json()


def _text(item: dict[str, Any], signals: Sequence[str]) -> str:
    text = item.get("text")
    if text is None and signals:
        return ""
    if not isinstance(text, str):
        raise LineFault("missing" if text is None else "wrong-type", "'text' must be the words told", "/text")
    if not text.strip() and not signals:
        raise LineFault("empty", "'text' is empty: give the words told, or a signal", "/text")
    return text
