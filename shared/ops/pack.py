"""`redress pack`: check packs, try them on past inputs, print the JSON Schema of their files."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from shared.ops.lines import LineFault, parse_line
from shared.policy.faults import Fault, PackFaults
from shared.policy.packs import SHARED_PACK, SHIPPED, Pack, load_pack, pack_folders
from shared.policy.policy import Policy
from shared.policy.schema import schema_of, schemas
from shared.policy.sections import all_sections
from shared.policy.shelf import load_policy


def add(commands: Any) -> None:
    """Adds `redress pack` to the command line."""
    parser = commands.add_parser("pack", help="check and try packs of policy")
    parts = parser.add_subparsers(dest="pack_command", required=True, metavar="PART")
    check = parts.add_parser("check", help="every fault of a pack, with file, line and how to mend it")
    check.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="a pack, or a folder of packs")
    check.set_defaults(run=_check)
    trial = parts.add_parser("try", help="what changed packs would do to past inputs")
    trial.add_argument("folder", type=Path, metavar="DIR", help="a pack, or a folder of packs")
    trial.add_argument("--on", required=True, type=Path, metavar="FILE", help="past inputs, one JSON object a line")
    trial.set_defaults(run=_try)
    schema = parts.add_parser("schema", help="the JSON Schema of pack files")
    schema.add_argument("kind", nargs="?", choices=[section.name for section in all_sections()], metavar="KIND")
    schema.set_defaults(run=_schema)


def _check(args: argparse.Namespace) -> int:
    faults: list[Fault] = []
    for folder in args.folders:
        faults += check_folder(folder)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def check_folder(folder: Path) -> list[Fault]:
    """Every fault of the pack, or of the packs, in this folder; each checked beside the shipped shared pack."""
    faults: list[Fault] = []
    try:
        for pack in _loaded(folder, faults):
            faults += _taken(pack)
    except PackFaults as fault:
        return fault.faults
    return faults


def _loaded(folder: Path, faults: list[Fault]) -> Iterable[Pack]:
    """The packs of a folder that load; what is wrong with the others is added to `faults`."""
    folders = pack_folders(folder)
    shared: Pack | None = load_pack(SHIPPED / SHARED_PACK)
    for each in folders:
        try:
            pack = load_pack(each, shared=shared)
        except PackFaults as fault:
            faults += fault.faults
            continue
        shared = pack if pack.name == SHARED_PACK else shared
        yield pack


def _taken(pack: Pack) -> Iterable[Fault]:
    """A line's own tables that would take the place of another line's: `assess` knows tables by name alone."""
    shipped = load_policy([SHIPPED]).packs if pack.line and pack.of("tables") else ()
    for other in shipped:
        ids = {document.id for document in other.of("tables")} if other.line != pack.line else set()
        for document in pack.of("tables"):
            if document.id in ids:
                what = f"the pack '{other.name}' has a table '{document.id}' too"
                yield document.fault(("id",), what, f"give yours a name of its own, like {pack.line}.NAME")


def _try(args: argparse.Namespace) -> int:
    faults: list[Fault] = []
    try:
        before = load_policy()
        packs = list(_loaded(args.folder, faults))
        lines = args.on.read_bytes().decode(errors="surrogateescape").splitlines()
    except (PackFaults, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    for known in faults:
        print(known, file=sys.stderr)
    if faults:
        return 1
    after = before
    for pack in packs:
        after = after.with_pack(pack)
    return _tell(lines, before, after)


def _tell(lines: Iterable[str], before: Policy, after: Policy) -> int:
    """Bad lines first, then what each section finds, one JSON object a line."""
    sections = [section for section in all_sections() if section.takes and section.try_on]
    items: dict[str, list[dict[str, Any]]] = {section.name: [] for section in sections}
    status = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = parse_line(line)
            items[next((s.name for s in sections if s.takes and s.takes(item)), "")].append(item)
        except LineFault as fault:
            status = _bad(number, fault)
        except KeyError:
            status = _bad(number, LineFault("unknown-input", "no part of a pack takes such a line", ""))
    for section in sections:
        if items[section.name] and section.try_on:
            for told in section.try_on(items[section.name], before, after):
                print(orjson.dumps(told).decode())
    return status


def _bad(number: int, fault: LineFault) -> int:
    print(orjson.dumps({"line": number} | fault.as_answer(None)).decode())
    return 3


def _schema(args: argparse.Namespace) -> int:
    chosen = [section for section in all_sections() if section.name == args.kind]
    told = schema_of(chosen[0]) if chosen else schemas()
    print(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode())
    return 0
