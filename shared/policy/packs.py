"""A pack: the policy folder of one business line, or of all lines, loaded and checked whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from itertools import combinations
from pathlib import Path
from typing import Any

from shared.policy.documents import Document, check_document
from shared.policy.faults import Fault, PackFaults
from shared.policy.sections import Section, all_sections
from shared.policy.source import read_source

SHIPPED = Path(__file__).parent.parent / "packs"
SHARED_PACK = "all_lines"
MAX_FILES = 1000


@dataclass(frozen=True)
class Pack:
    """A checked pack. `name` is its folder's name; `line` the business line it speaks for, None when of no line."""

    name: str
    folder: Path
    line: str | None
    documents: tuple[Document[Any], ...]
    shared: Pack | None = None

    def of(self, section: str) -> tuple[Document[Any], ...]:
        """Every version of every document of this section, in file order."""
        return tuple(document for document in self.documents if document.section == section)


def load_pack(folder: Path, sections: Sequence[Section] | None = None, shared: Pack | None = None) -> Pack:
    """Loads and checks one folder; raises PackFaults with every fault found.

    With `sections` None every installed section is read and files that belong to none are faults.
    """
    whole = sections is None
    sections = all_sections() if sections is None else sections
    files = _files(folder)
    faults = list(_strangers(folder, files, sections)) if whole else []
    documents: list[Document[Any]] = []
    for path in files:
        section = next((s for s in sections if fnmatch(path.relative_to(folder).as_posix(), s.files)), None)
        if section is None:
            continue
        try:
            documents.append(check_document(section.name, section.model, read_source(path)))
        except PackFaults as fault:
            faults.extend(fault.faults)
    line = next((document.id for document in documents if document.section == "pack"), None)
    pack = Pack(folder.name, folder, line, tuple(documents), None if folder.name == SHARED_PACK else shared)
    faults.extend(_overlaps(documents))
    if whole and pack.name != SHARED_PACK and not line and not faults:
        faults.extend(_headless(pack))
    if not faults:
        for section in sections:
            faults.extend(_checked(section, pack))
    if not files:
        faults.append(Fault(str(folder), 1, "holds no pack file", f"put one of {_layout(sections)} here"))
    if faults:
        raise PackFaults(faults)
    return pack


def pack_folders(folder: Path) -> list[Path]:
    """The packs below this folder: itself, when it holds pack files, otherwise each folder in it; shared first."""
    if not folder.is_dir():
        raise PackFaults([Fault(str(folder), 1, "is not a folder", "name a pack, or a folder of packs")])
    if any(folder.glob("*.yaml")) or any(folder.glob("tables/*.yaml")) or any(folder.glob("rules/*.yaml")):
        return [folder]
    inside = sorted(f for f in folder.iterdir() if f.is_dir() and any(f.rglob("*.yaml")))
    return sorted(inside, key=lambda f: f.name != SHARED_PACK) or [folder]


def with_shared(pack: Pack, shared: Pack | None) -> Pack:
    """The same pack beside another shared one."""
    return pack if pack.name == SHARED_PACK else replace(pack, shared=shared)


def _checked(section: Section, pack: Pack) -> list[Fault]:
    """What the section finds wrong; a check that breaks down is a fault of the pack too, never a crash."""
    try:
        return list(section.check(pack.of(section.name), pack))
    except Exception as fault:
        what = f"the check of '{section.name}' broke down ({type(fault).__name__})"
        return [Fault(str(pack.folder), 1, what, "this is a defect of the loader: report it with the pack")]


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise PackFaults([Fault(str(folder), 1, "is not a folder", "name the folder of a pack")])
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".") and p.suffix != ".md")
    if len(files) > MAX_FILES:
        what = f"holds {len(files)} files, more than {MAX_FILES}"
        raise PackFaults([Fault(str(folder), 1, what, "is this the folder of a pack?")])
    return files


def _strangers(folder: Path, files: Iterable[Path], sections: Sequence[Section]) -> Iterable[Fault]:
    for path in files:
        inside = path.relative_to(folder).as_posix()
        if not any(fnmatch(inside, section.files) for section in sections):
            yield Fault(str(path), 1, "belongs to no section of a pack", f"name it like one of {_layout(sections)}")


def _headless(pack: Pack) -> Iterable[Fault]:
    """Tables may stand alone; all else speaks for a line, and the line is told by pack.yaml."""
    stray = next((document for document in pack.documents if document.section != "tables"), None)
    if stray is not None:
        what = f"pack.yaml is missing: no line would ever use '{stray.id}'"
        yield Fault(str(pack.folder), 1, what, "say in pack.yaml which line this is")


def _layout(sections: Sequence[Section]) -> str:
    return ", ".join(section.files for section in sections)


def _overlaps(documents: Sequence[Document[Any]]) -> Iterable[Fault]:
    for one, other in combinations(documents, 2):
        if (one.section, one.id) != (other.section, other.id):
            continue
        if one.version == other.version:
            what = f"version '{one.version}' of '{one.id}' stands also in {other.file}"
            yield one.fault(("version",), what, "give each version its own name")
        if one.content.in_force.overlaps(other.content.in_force):
            what = f"version '{other.version}' of '{one.id}' in {other.file} is in force on some of the same days"
            yield one.fault(("in_force",), what, "end the older one with 'until' before the newer one begins")
