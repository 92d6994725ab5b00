"""Looking on without a door: where each lane stands, how long its partitions stood still, who is ready."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.kafka.reading import Reader
from shared.kafka.settings import KafkaSettings
from shared.ops.app import GROUPS
from tests.faults.campaign.calls import Caller, Unanswered
from tests.faults.campaign.system import System

EVERY_S, GROUP_S, LIMIT_S = 1.0, 3.0, 20.0
Part = tuple[str, str, int]
"""Group, topic, partition."""


@dataclass
class Still:
    """The longest time a partition with records waiting was not moved on; `while_`: the fault of that moment."""

    seconds: float = 0.0
    part: str = ""
    while_: str = ""


class Gauges:
    """Samples every second. A sample that cannot be taken counts for nobody: the next one tells."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.now = "calm"
        self.still: dict[str, Still] = {}
        self.lag: dict[str, int] = {}
        self.moved_at: dict[Part, float] = {}
        self.waiting: dict[Part, int] = {}
        self.sampled_at = 0.0
        self._stood: dict[Part, int] = {}
        self._consumer: Any = None
        self._admin: Any = None
        self._caller = Caller(2.0)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            began = time.monotonic()
            try:
                await asyncio.wait_for(self._sample(), LIMIT_S)
            except (KafkaError, OSError, TimeoutError, AssertionError, KeyError):
                await self._close()
            await asyncio.sleep(max(0.1, EVERY_S - (time.monotonic() - began)))

    async def _sample(self) -> None:
        if self._consumer is None:
            where = {"bootstrap_servers": self.system.kafka, "request_timeout_ms": 4000}
            self._consumer, self._admin = AIOKafkaConsumer(**where), AIOKafkaAdminClient(**where)
            await asyncio.gather(self._consumer.start(), self._admin.start())
        told = await asyncio.gather(*(self._offsets(group) for group in GROUPS))
        parts = sorted({part for offsets in told for part in offsets or ()})
        ends = await asyncio.wait_for(self._consumer.end_offsets(parts), GROUP_S) if parts else {}
        at = time.monotonic()
        for group, offsets in zip(GROUPS, told, strict=True):
            if offsets is None:
                continue
            self.lag[group] = 0
            for part, where_ in offsets.items():
                lag = max(0, ends[part] - max(0, where_.offset))
                self.lag[group] += lag
                self._note((group, part.topic, part.partition), where_.offset, lag, at)
        if all(offsets is None for offsets in told):
            raise TimeoutError
        if None not in told:
            self.sampled_at = at

    async def _offsets(self, group: str) -> Any:
        """Where a group stands; None while its coordinator does not say."""
        try:
            return await asyncio.wait_for(self._admin.list_consumer_group_offsets(group), GROUP_S)
        except (KafkaError, OSError, TimeoutError):
            return None

    def _note(self, part: Part, stands: int, lag: int, at: float) -> None:
        waited = self.waiting.get(part, 0) > 0
        if waited:
            stood, group = at - self.moved_at[part], part[0]
            if stood > self.still.setdefault(group, Still()).seconds:
                self.still[group] = Still(stood, f"{part[1]}/{part[2]}", self.now)
        if not waited or stands != self._stood.get(part):
            self.moved_at[part] = at
        self._stood[part], self.waiting[part] = stands, lag

    async def held_up(self, since: float) -> list[str]:
        """What does not go on since that moment: lanes not seen, partitions that stand, replicas not ready."""
        found = ["not sampled"] if self.sampled_at <= since else []
        found += [f"{group} on {topic}/{number}" for (group, topic, number), lag in self.waiting.items()
                  if lag and self.moved_at[group, topic, number] <= since]  # fmt: skip
        if found:
            return found  # asking every replica costs as much as some work
        names = list(self.system.replicas)
        ready = await asyncio.gather(*(self._ready(self.system.replicas[name].port) for name in names))
        return [f"{name} is not ready" for name, is_ready in zip(names, ready, strict=True) if not is_ready]

    async def _ready(self, port: int) -> bool:
        try:
            return (await self._caller.ask(port, "GET", "/health/ready")).status == 200
        except Unanswered:
            return False

    async def ends(self) -> dict[str, int]:
        """Records that stand on each topic."""
        async with Reader(KafkaSettings(self.system.kafka)) as reader:
            found: Counter[str] = Counter()
            for (topic, _), (first, end) in (await reader.spans(await reader.topics())).items():
                found[topic] += end - first
            return dict(sorted(found.items()))

    @property
    def behind(self) -> int:
        """Records waiting, over all groups."""
        return sum(self.lag.values())

    @property
    def furthest(self) -> str:
        """The group most behind, with its share."""
        group = max(self.lag, key=lambda each: self.lag[each], default="")
        return f"({group.removeprefix('redress.')} {self.lag[group]:,})" if group and self.lag[group] else ""

    async def _close(self) -> None:
        consumer, admin, self._consumer, self._admin = self._consumer, self._admin, None, None
        for client, end in ((consumer, "stop"), (admin, "close")):
            if client is not None:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(getattr(client, end)(), 2.0)

    async def close(self) -> None:
        """Lets go of every connection."""
        await self._close()
        self._caller.close()

    def lanes(self) -> Mapping[str, Still]:
        """The longest stand-still of each lane, over the services' own groups and those of their effects."""
        found: dict[str, Still] = {}
        for group, still in self.still.items():
            lane = group.rsplit(".", 1)[-1]
            if still.seconds > found.setdefault(lane, Still()).seconds:
                found[lane] = Still(still.seconds, f"{group} on {still.part}", still.while_)
        return found
