"""What a pack may hold: each section is declared by its owner and found by the entry point group below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from shared.policy.documents import Document
from shared.policy.faults import Fault

if TYPE_CHECKING:
    from shared.policy.packs import Pack
    from shared.policy.policy import Policy

GROUP = "redress.pack_sections"

Item = Mapping[str, Any]


def _nothing(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    return ()


@dataclass(frozen=True)
class Section:
    """One kind of pack file.

    `files` is a glob inside the pack folder ("tables/*.yaml"). `check` sees all documents of this section in
    one pack, after each has passed its model, and the pack they stand in (its other sections, its shared pack).
    `takes` says whether a past input belongs to this section; `try_on(items, before, after)` tells what the
    changed policy would do to such inputs: one JSON object per change, then one with "summary".
    """

    name: str
    files: str
    model: type[Any]
    about: str
    check: Callable[[Sequence[Document[Any]], Pack], Iterable[Fault]] = _nothing
    takes: Callable[[Item], bool] | None = None
    try_on: Callable[[Sequence[Item], Policy, Policy], Iterable[dict[str, Any]]] | None = None


def all_sections() -> tuple[Section, ...]:
    """Every section installed parts have registered, by name."""
    found = [entry.load() for entry in entry_points(group=GROUP)]
    return tuple(sorted(found, key=lambda section: str(section.name)))
