"""What of "always true" shows in the documents, held against what was seen on the topics. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from shared import ids
from shared.flow.history import broken_at, whole
from shared.flow.records import Part
from shared.flow.telling import EPOCH
from shared.ops.checked import Checked, Document


class StoreChecks:
    """Fed every document of every service, and its pages before; keeps what the topics are held against.

    `groups`: what each group had committed before the documents were read.
    """

    def __init__(self, groups: Mapping[str, Mapping[Part, int]]) -> None:
        self.groups = groups
        self.history = Checked("6 · no history was changed")
        self.told: dict[str, tuple[int, frozenset[int]]] = {}
        self.newest: dict[str, dict[int, str]] = {}
        self.there: dict[str, set[str]] = {}

    def take(self, service: str, thing: Document, pages: Mapping[int, Document]) -> None:
        """Looks at one document; `pages` are those of its history, by number."""
        source = f"{service}/{thing['_id']}"
        self.there.setdefault(service, set()).add(thing["_id"])
        entries = whole(thing, pages)
        at = broken_at(entries)
        missing = len(pages) != int(thing.get("pages", 0))
        self.history.count(at is not None or missing, f"{source} at entry {at}" if not missing else f"{source}: a page")
        self.newest[source] = {entry["n"]: entry["hash"] for entry in entries}
        self.told[source] = int(thing.get("told", 0)), frozenset(self._untold(service, thing))

    def _untold(self, service: str, thing: Document) -> Iterable[int]:
        """Numbers that stand in `replay` of records not committed: decided, and maybe not on the log yet."""
        for group in thing.get("replay", ()):
            part = group["topic"], group["partition"]
            stages = (self.groups.get(f"redress.{service}.{lane}", {}) for lane in ("express", "standard"))
            if any(group["offset"] < at.get(part, 0) for at in stages):
                continue  # what it made the thing tell was published before that
            for message in group["out"]:
                headers: dict[str, Any] = dict(message["headers"])
                if "ce_sequence" in headers:
                    yield int(bytes(headers["ce_sequence"]))

    # Against the topics ------------------------------------------------------------------------

    def chains(self, seen: Mapping[str, Mapping[int, str]]) -> Checked:
        """The hash each fact carried is the one that stands in its thing's history."""
        checked = Checked("6 · the history's hashes are those that were told")
        for source, by_number in seen.items():
            stood = self.newest.get(source)
            for number, chain in by_number.items() if stood else ():
                told_later = number > self.told[source][0]
                checked.count(not told_later and (stood or {}).get(number) != chain, f"{source}/{number}")
        return checked

    def gaps(self, seen: Mapping[str, set[int]], trimmed: bool) -> Checked:
        """Every number a thing has told is on a topic; `trimmed`: the oldest records are gone with their retention."""
        checked = Checked("1 · the numbers of each thing are without a gap, nothing told is missing on the topics")
        for source, (told, untold) in self.told.items():
            there = seen.get(source, set())
            first = min(there, default=told + 1) if trimmed else (told // EPOCH) * EPOCH + 1
            missing = [n for n in range(first, told + 1) if n not in there and n not in untold]
            checked.counted += max(0, told + 1 - first)
            checked.breaches += [f"{source}/{number}" for number in missing]
        return checked

    def accepted(self, names: Iterable[str]) -> list[Checked]:
        """What a caller holds as accepted, by id or reference, is with intake and is a case."""
        by_reference = {ids.reference(id): id for id in self.there.get("intake", ())}
        here = Checked("1 · every accepted complaint named by the caller is here")
        case = Checked("1 · every accepted complaint named by the caller is a case")
        for name in names:
            id = by_reference.get(name, name)
            here.count(id not in self.there.get("intake", ()), name)
            case.count(id not in self.there.get("triage", ()), name)
        return [here, case]

    def heard(self, rule: str, service: str, complaints: Iterable[str]) -> Checked:
        """Each of these complaints has a document with this service."""
        checked = Checked(rule)
        for complaint in complaints:
            checked.count(complaint not in self.there.get(service, ()), f"{service}/{complaint}")
        return checked


def planted_in(record_parts: Iterable[bytes], planted: Mapping[str, Iterable[bytes]]) -> list[str]:
    """Which planted strings stand in these bytes, by their label."""
    whole = b"\n".join(record_parts)
    return [label for label, forms in planted.items() if any(form in whole for form in forms)]


def forms_of(text: str) -> list[bytes]:
    """How a text may be written: as it is, and as JSON escapes it."""
    escaped = orjson.dumps(text)[1:-1]
    return list({text.encode(), escaped, text.encode("unicode_escape")})
