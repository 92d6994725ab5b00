"""`redress pack`: check packs, try them on past inputs, print the JSON Schema of their files."""

import argparse
from pathlib import Path
from typing import Any

from shared.policy.faults import Fault, PackFaults
from shared.policy.packs import SHARED_PACK, SHIPPED, Pack, load_pack, pack_folders


def add(commands: Any) -> None:
    """Adds `redress pack` to the command line."""
    parser = commands.add_parser("pack", help="check and try packs of policy")
    parts = parser.add_subparsers(dest="pack_command", required=True, metavar="PART")
    check = parts.add_parser("check", help="every fault of a pack, with file, line and how to mend it")
    check.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="a pack, or a folder of packs")
    check.set_defaults(run=_check)


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
        folders = pack_folders(folder)
        shared: Pack | None = load_pack(SHIPPED / SHARED_PACK)
    except PackFaults as fault:
        return fault.faults
    for each in folders:
        try:
            pack = load_pack(each, shared=shared)
            shared = pack if pack.name == SHARED_PACK else shared
        except PackFaults as fault:
            faults += fault.faults
    return faults
