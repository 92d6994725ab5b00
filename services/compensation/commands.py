"""`redress assess`: what the tables say, JSON lines in, JSON lines out."""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from services.compensation.table_section import SECTION
from services.compensation.tables import CannotAssess, Tables, assess, tables_of
from shared.ops.lines import LineFault, answer_lines
from shared.policy.faults import PackFaults
from shared.policy.packs import SHARED_PACK, SHIPPED, load_pack, pack_folders
from shared.policy.policy import Policy
from shared.policy.shelf import load_policy


def add(commands: Any) -> None:
    """Adds `redress assess` to the command line."""
    parser = commands.add_parser("assess", help="what is owed by the tables: JSON lines in, JSON lines out")
    parser.add_argument(
        "--pack", action="append", default=[], type=Path, metavar="DIR", help="a pack beside the shipped ones"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    try:
        tables = tables_of(with_packs(args.pack))
    except PackFaults as fault:
        print(fault, file=sys.stderr)
        return 1
    return answer_lines(sys.stdin, sys.stdout, lambda item: answer(tables, item))


def with_packs(folders: Iterable[Path]) -> Policy:
    """The shipped tables, with those of these packs before them; raises PackFaults."""
    packs, folders = list(load_policy([SHIPPED], [SECTION]).packs), list(folders)
    # A pack is checked whole, so the shared one stands whole beside it: rules name its plans and lists.
    shared = load_pack(SHIPPED / SHARED_PACK) if folders else None
    for folder in folders:
        for each in pack_folders(folder):
            pack = load_pack(each, shared=shared)
            shared = pack if pack.name == SHARED_PACK else shared
            # A folder may be called like another: known by its whole path, none takes the other's place.
            packs.append(replace(pack, name=str(each.resolve())))
    return Policy(packs)


def answer(tables: Tables, item: dict[str, Any]) -> dict[str, Any]:
    """The answer to one line; raises LineFault."""
    table, facts, on = item.get("table"), item.get("facts"), item.get("on")
    if not isinstance(table, str):
        raise LineFault("table-missing", f"name a table: {', '.join(tables.ids)}", "/table")
    if not isinstance(facts, dict):
        raise LineFault("facts-missing", "'facts' is an object with the table's facts by name", "/facts")
    try:
        day = date.fromisoformat(on) if isinstance(on, str) and len(on) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise LineFault("date-wrong", "'on' is the date of the incident, like 2026-11-22", "/on")
    try:
        return dict(assess(tables, table, facts, day))
    except CannotAssess as fault:
        more = {"problems": fault.problems, **fault.more} if fault.problems else fault.more
        raise LineFault(fault.type, fault.detail, fault.pointer, **more) from None
