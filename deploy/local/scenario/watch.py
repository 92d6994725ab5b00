"""Looking on: every fact of the run as it comes onto its topic, by complaint, with the moment it came."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared import clock
from shared.contracts.catalog import SERVICES
from shared.flow import codec
from shared.flow.errors import Poison
from shared.flow.records import Record
from shared.kafka.reading import Reader
from shared.kafka.settings import KafkaSettings

LANES = ("express", "standard")


@dataclass(frozen=True)
class Fact:
    """A fact as seen: `at_ms` is when it came onto the log."""

    type: str
    teller: str
    number: int
    at_ms: int
    express: bool
    happened: dict[str, Any]


@dataclass
class Story:
    """Everything seen of one complaint; `stands` by teller, from its newest fact."""

    facts: list[Fact] = field(default_factory=list)
    stands: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    outcomes: list[tuple[int, str]] = field(default_factory=list)

    def of(self, name: str) -> list[Fact]:
        """Facts by the end of their name: `triage.triaged`."""
        return [fact for fact in self.facts if fact.type == f"redress.{name}.v1"]

    def first_ms(self, name: str) -> int | None:
        """When the first fact of a name came."""
        return min((fact.at_ms for fact in self.of(name)), default=None)

    def of_teller(self, teller: str) -> dict[str, Any]:
        """How the teller's thing stood last."""
        return self.stands.get(teller, (0, {}))[1]


class Watch:
    """Follows every public topic of a run. `run` until `stop`; `until` waits for something to be so."""

    def __init__(self, kafka: str) -> None:
        self.kafka = KafkaSettings(kafka, idempotent=False)
        self.stories: dict[str, Story] = {}
        self.receipts: list[dict[str, Any]] = []
        self.records: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._came = asyncio.Condition()
        self._ending = False

    def stop(self) -> None:
        """Asks `run` to end; it does at the next look."""
        self._ending = True

    async def run(self) -> None:
        """Follows until `stop`."""
        async with Reader(self.kafka) as reader:
            topics = [topic for topic in await reader.topics() if _public(topic)]
            async for records in reader.follow(topics):
                for record in records:
                    self._take(record)
                async with self._came:
                    self._came.notify_all()
                if self._ending:
                    return

    async def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Whether it became so in time."""
        async with self._came:
            try:
                await asyncio.wait_for(self._came.wait_for(true), seconds)
            except TimeoutError:
                return true()
        return True

    def story(self, complaint: str) -> Story:
        """What was seen of a complaint so far."""
        return self.stories.setdefault(complaint, Story())

    def _take(self, record: Record) -> None:
        try:
            attributes, data = codec.read(record)
        except Poison:
            return
        self.records[record.topic] += 1
        happened = data.get("happened", {})
        if record.topic == "redress.receipts":
            self.receipts.append(happened)
        if "sequence" not in attributes or attributes["id"] in self._seen:
            return
        self._seen.add(attributes["id"])
        story = self.story(attributes.get("partitionkey", ""))
        if record.topic.startswith("redress.outcomes."):
            story.outcomes.append((happened["sequence"], happened["outcome"]))
            return
        number, teller = int(attributes["sequence"]), attributes.get("teller", "")
        express = attributes.get("lane") == "express"
        at = clock.to_ms(record.time)
        story.facts.append(Fact(attributes["type"], teller, number, at, express, happened))
        if data.get("stands") and number > story.stands.get(teller, (0, {}))[0]:
            story.stands[teller] = number, data["stands"]


def _public(topic: str) -> bool:
    """What services tell everybody."""
    told = {f"redress.{service}.{lane}" for service in SERVICES for lane in LANES}
    return topic in told or topic == "redress.receipts" or topic.startswith("redress.outcomes.")
