"""What stands on the log at the end of a run, read once for all rules."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.contracts.catalog import CATALOG
from shared.flow import codec
from shared.flow.messages import Fact
from shared.flow.records import Record
from shared.flow.replay import without_sealed
from tests.simulation.world import World


@dataclass(slots=True)
class OnLog:
    """One fact with every place it was published at."""

    attributes: dict[str, str]
    data: dict[str, Any]
    places: list[Record] = field(default_factory=list)

    @property
    def number(self) -> int:
        return int(self.attributes["sequence"])

    @property
    def type(self) -> str:
        return self.attributes["type"]


class Reading:
    """Facts by their teller's thing and number, orders, answers, ticks and dead letters."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.facts: dict[str, dict[int, OnLog]] = {}
        self.named: dict[str, tuple[str, int]] = {}
        self.contents: list[tuple[str, str]] = []
        self.orders: list[tuple[Record, dict[str, Any]]] = []
        self.ticks: list[tuple[Record, dict[str, Any]]] = []
        self.answers: list[dict[str, Any]] = []
        self.dead: list[Record] = []
        for _, records in sorted(world.broker.records.items()):
            for record in records:
                self._take(record)

    def _take(self, record: Record) -> None:
        if record.topic.endswith(".dead"):
            self.dead.append(record)
            return
        attributes = {name[3:]: value.decode(errors="replace") for name, value in record.headers if name[:3] == "ce_"}
        type = attributes.get("type")
        if "teller" in attributes:
            self._fact(record, attributes)
        elif type == codec.ORDER:
            self.orders.append((record, {**orjson.loads(record.value or b"{}"), "thing": attributes["subject"]}))
        elif type == codec.ANSWER:
            self.answers.append(orjson.loads(record.value or b"{}"))
        elif type == codec.TICK:
            self.ticks.append((record, {**orjson.loads(record.value or b"{}"), "thing": attributes["subject"]}))

    def _fact(self, record: Record, attributes: dict[str, str]) -> None:
        source = f"{attributes['teller']}/{attributes['subject']}"
        data = orjson.loads(record.value or b"{}")
        told = self.facts.setdefault(source, {})
        number = int(attributes["sequence"])
        known = told.setdefault(number, OnLog(attributes, data))
        known.places.append(record)
        if self.named.setdefault(attributes["id"], (source, number)) != (source, number):
            other = self.named[attributes["id"]]
            self.contents.append((attributes["subject"], f"one id, two facts: {other} and {(source, number)}"))
        if len(known.places) > 1 and not _same(known, attributes, data):
            thing = attributes["subject"]
            self.contents.append((thing, f"one id, two contents: {attributes['id']} {known.type} {attributes['type']}"))

    def fact(self, on_log: OnLog) -> Fact:
        """The fact as a reader understands it."""
        return codec.fact_of(on_log.attributes, on_log.data, CATALOG[on_log.type], on_log.places[0].time)


def _same(known: OnLog, attributes: dict[str, str], data: dict[str, Any]) -> bool:
    """What is sealed may be gone since an erasure; nothing else may differ."""
    if (known.attributes, known.data) == (attributes, data):
        return True
    return known.attributes == attributes and without_sealed(known.data) == without_sealed(data)
