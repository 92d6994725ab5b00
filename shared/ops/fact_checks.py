"""What of "always true" shows on the topics alone, record by record. Pure."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from shared.contracts.catalog import CATALOG, STANDS
from shared.contracts.triage import SafetyCleared
from shared.flow import codec
from shared.flow.errors import Poison
from shared.flow.records import Record
from shared.flow.replay import without_sealed
from shared.ops.checked import Checked

RANK = {"none": 0, "cleared": 0, "suspected": 1, "confirmed": 2}
UNREAD = ("redress.channels.", ".dead")
"""What others publish and what could not be read need not be of our form."""


def origin_of(record: Record) -> str:
    """Where a dead letter stood."""
    told = {name: value.decode(errors="replace") for name, value in record.headers if name.startswith("dead_")}
    return "/".join(told.get(f"dead_{name}", "") for name in ("topic", "partition", "offset"))


Content = tuple[bytes, bytes]
"""Digests of a fact without what is sealed in it, and with it; the latter empty where nothing is sealed."""


def _content(type: str, data: Mapping[str, Any]) -> Content:
    bare = without_sealed(data)
    return _digest(type, bare), b"" if bare == data else _digest(type, data)


def _digest(type: str, data: Any) -> bytes:
    return hashlib.sha256(type.encode() + orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).digest()


def _same(one: Content, other: Content) -> bool:
    """What is sealed may be gone since an erasure; nothing else may differ."""
    return one[0] == other[0] and (one[1] == other[1] or not (one[1] and other[1]))


class FactChecks:
    """Fed every record once; the sets it keeps hold ids and digests only."""

    def __init__(self) -> None:
        self.content = Checked("1 · one id, one content")
        self.derived = Checked("1 · every fact's id is derived from teller, thing and number")
        self.form = Checked("7 · what is not of its contract is buried with its reason")
        self.lowered = Checked("2 · safety is lowered by a named person only")
        self.express = Checked("2 · what is raised travels express, and stays so")
        self._unfit: dict[str, str] = {}
        self._buried: set[str] = set()
        self.numbers: dict[str, set[int]] = {}
        self.chains: dict[str, dict[int, str]] = {}
        self._contents: dict[str, Content] = {}
        self._raised_at: dict[str, int] = {}
        self._express: dict[str, list[tuple[int, bool]]] = {}
        self._safety: dict[str, dict[int, tuple[str, str]]] = {}

    def take(self, record: Record) -> None:
        """Looks at one record; what is no fact passes."""
        at = f"{record.topic}/{record.partition}/{record.offset}"
        if record.topic.endswith(".dead"):
            self._buried.add(origin_of(record))
        if any(mark in record.topic for mark in UNREAD):
            return
        self.form.counted += 1
        try:
            attributes, data = codec.read(record)
            number = int(attributes["sequence"]) if "sequence" in attributes else None
        except (Poison, ValueError):
            self._unfit[at] = "cannot be read"
            return
        if number is not None and self._fits(at, attributes["type"], data):
            self._fact(record, attributes, data, number)

    def _fact(self, record: Record, attributes: Mapping[str, str], data: Mapping[str, Any], number: int) -> None:
        id, source = attributes["id"], f"{attributes.get('teller')}/{attributes['subject']}"
        again = id in self._contents
        content = _content(attributes["type"], data)
        self.content.count(not _same(self._contents.setdefault(id, content), content), id)
        self.derived.count(id != f"{source}/{number}", id)
        if again:
            return
        self.numbers.setdefault(source, set()).add(number)
        if data.get("chain"):
            self.chains.setdefault(source, {})[number] = data["chain"]
        travels = attributes.get("lane") == "express"
        laned = record.topic.endswith((".express", ".standard"))
        if laned and travels != record.topic.endswith(".express"):
            self.express.breaches.append(f"{id} of lane {attributes.get('lane')} on {record.topic}")
        self._express.setdefault(source, []).append((number, travels))
        if attributes.get("teller") == "triage" and data.get("stands"):
            by = str(data["happened"].get("by", "")) if attributes["type"] == SafetyCleared.TYPE else ""
            self._safety.setdefault(source, {})[number] = (str(data["stands"].get("safety", "none")), by)

    def _fits(self, at: str, type: str, data: Mapping[str, Any]) -> bool:
        model, teller = CATALOG.get(type), type.split(".")[1]
        try:
            if model is None:
                raise ValueError(type)
            model.model_validate(data.get("happened"))
            if data.get("stands") and teller in STANDS:
                STANDS[teller].model_validate(data["stands"])
        except ValueError:
            self._unfit[at] = type
            return False
        return True

    def finish(self) -> list[Checked]:
        """What can be said once everything was seen; facts come in any order."""
        self.form.breaches = [f"{at} {why}" for at, why in self._unfit.items() if at not in self._buried]
        for source, told in self._express.items():
            raised = min((number for number, express in told if express), default=None)
            for number, express in told:
                late = raised is not None and number > raised and not express
                self.express.count(late, f"{source}/{number} is ordinary after a raise")
        for source, stood in self._safety.items():
            self._ratchet(source, stood)
        return [self.content, self.derived, self.form, self.lowered, self.express]

    def _ratchet(self, source: str, stood: Mapping[int, tuple[str, str]]) -> None:
        before = "none"
        for number in sorted(stood):
            safety, by = stood[number]
            lower = RANK.get(safety, 2) < RANK.get(before, 0)
            self.lowered.count(lower and not by.startswith("staff:"), f"{source}/{number}: {before} to {safety}")
            before = safety
