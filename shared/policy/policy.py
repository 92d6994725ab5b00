"""All packs together, and what of them is in force for a line on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

from shared.policy.documents import Document
from shared.policy.packs import SHARED_PACK, Pack, with_shared

_REMEMBERED = 256


class UnknownLine(LookupError):
    """A business line no pack speaks for; `known` are those that have one."""

    def __init__(self, line: str, known: Iterable[str]) -> None:
        self.line, self.known = line, tuple(known)
        super().__init__(f"no pack for the line {line!r}; known: {', '.join(self.known)}")


@dataclass(frozen=True, eq=False)
class InForce:
    """What holds for one line (None: for no particular line) on one day. The line's own stands before the shared."""

    line: str | None
    documents: Mapping[str, Mapping[str, Document[Any]]]

    def of(self, section: str) -> Mapping[str, Document[Any]]:
        """The documents of a section by id."""
        return self.documents.get(section, {})

    def get(self, section: str, id: str) -> Document[Any] | None:
        return self.of(section).get(id)

    @cached_property
    def version(self) -> str:
        """Names exactly these contents: the line and twelve hex digits over the digests of all documents."""
        return self.version_of(*self.documents)

    def version_of(self, *sections: str) -> str:
        """The same over some sections only, so that a change elsewhere does not change it."""
        parts = sorted(f"{s}/{id}:{document.digest}" for s in sections for id, document in self.of(s).items())
        digest = sha256("\n".join(parts).encode()).hexdigest()
        return f"{self.line or SHARED_PACK}@{digest[:12]}"


class Policy:
    """A set of packs, never changed; ask `at` for what is in force."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        found = {pack.name: pack for pack in packs}
        self.shared = found.get(SHARED_PACK)
        self.packs: tuple[Pack, ...] = tuple(with_shared(pack, self.shared) for pack in found.values())
        self._by_line = {pack.line: pack for pack in self.packs if pack.line is not None}
        self._in_force: dict[tuple[str | None, tuple[str, ...]], InForce] = {}
        self._by_day: dict[tuple[str | None, date], InForce] = {}

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_line))

    def with_pack(self, pack: Pack) -> Policy:
        """The same policy with this pack added, or in place of the one of the same name or line."""
        kept = [p for p in self.packs if p.name != pack.name and (p.line is None or p.line != pack.line)]
        return Policy([*kept, pack])

    def at(self, line: str | None, on: date) -> InForce:
        """What is in force for this line on this day (a day in the line's time zone). Raises UnknownLine."""
        known = self._by_day.get((line, on))
        if known is not None:
            return known
        if line is not None and line not in self._by_line:
            raise UnknownLine(line, self.lines)
        own = [self.shared] if self.shared else []
        own += [self._by_line[line]] if line is not None else []
        chosen = [d for pack in own for d in pack.documents if d.content.in_force.holds(on)]
        found = self._same(line, chosen)
        if len(self._by_day) >= _REMEMBERED:
            self._by_day.clear()
        self._by_day[(line, on)] = found
        return found

    def _same(self, line: str | None, chosen: list[Document[Any]]) -> InForce:
        key = (line, tuple(d.file + d.digest for d in chosen))
        if key not in self._in_force:
            documents: dict[str, dict[str, Document[Any]]] = {}
            for document in chosen:
                documents.setdefault(document.section, {})[document.id] = document
            self._in_force[key] = InForce(line, documents)
        return self._in_force[key]

    def find(self, section: str, id: str, on: date) -> Document[Any] | None:
        """A document wherever it stands: in the shared pack, else in any line's; for ids unique over all packs."""
        versions = self.versions(section, id)
        return next((document for document in versions if document.content.in_force.holds(on)), None)

    def versions(self, section: str, id: str) -> tuple[Document[Any], ...]:
        """Every version of this document over all packs, oldest first."""
        found = [d for pack in self.packs for d in pack.of(section) if d.id == id]
        return tuple(sorted(found, key=lambda document: document.content.in_force.start))

    def ids(self, section: str) -> tuple[str, ...]:
        """Every id of this section over all packs."""
        return tuple(sorted({d.id for pack in self.packs for d in pack.of(section)}))
