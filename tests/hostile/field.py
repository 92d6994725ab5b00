"""A service over the twins, both lanes and its effects, fed with anything; honest records go between."""

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import bson

from shared import clock
from shared.flow.effects import Effect, Effects, Result
from shared.flow.errors import Transient
from shared.flow.lanes import DeadLetterLimit
from shared.flow.messages import Lane, Order
from shared.flow.records import Change, Outgoing, Part, Record, Written
from shared.flow.service import Service
from shared.flow.stage import Stage
from shared.mongo.client import CODEC
from shared.testing.memory_log import MemoryBroker, MemoryLog
from shared.testing.memory_store import MemoryStore, MemorySwitch
from tests.flow.bench import FAST

LANES: tuple[Lane, Lane] = ("express", "standard")
UNLIMITED = 10**9


class StrictStore(MemoryStore):
    """The twin, refusing what MongoDB's own encoding refuses."""

    def written(self, changes: Any) -> Written:
        refused: dict[str, str] = {}
        good: list[Change] = []
        for change in changes:
            try:
                bson.encode(change.document, codec_options=CODEC)
                good.append(change)
            except Exception as fault:
                refused[change.id] = f"the store cannot hold the document: {type(fault).__name__}"
        written = super().written(good)
        return Written(written.conflicts, refused | dict(written.refused))

    def kept(self, pages: Mapping[str, dict[str, Any]]) -> None:
        for page in pages.values():
            assert len(bson.encode(page, codec_options=CODEC)) < 16_000_000, "MongoDB takes no page that large"
        super().kept(pages)


class Field:
    """One service with everything it hears; `put` appends, `work` lets it work until nothing waits."""

    def __init__(self, service: Service[Any], kinds: Mapping[str, Effect] | None = None) -> None:
        self.time = clock.now()
        self.service, self.store = service, StrictStore()
        self.broker = MemoryBroker(now=lambda: self.time)
        self.kinds = kinds or {}
        self.stages: list[Stage] = []
        self.effects: list[Effects] = []
        self.faults: list[str] = []

    async def start(self) -> "Field":
        for lane in LANES:
            log = MemoryLog(self.broker, f"{self.service.name}.{lane}", self.service.topics(lane))
            await log.start()
            stage = Stage(self.service, lane, log, self.store, MemorySwitch(), 0)
            stage.pace, stage.limit = FAST, DeadLetterLimit(in_a_row=UNLIMITED, share=2.0)
            self.stages.append(stage)
            if self.kinds:
                orders = MemoryLog(self.broker, f"{self.service.name}.effects.{lane}", [self.service.effects(lane)])
                await orders.start()
                self.effects.append(Effects(self.service, lane, orders, self.kinds))
        return self

    @property
    def topics(self) -> list[str]:
        return sorted({topic for loop in (*self.stages, *self.effects) for topic in loop.log.topics})

    def put(self, record: Record) -> Record:
        """A record as it is, on the log; as it stands there then."""
        out = Outgoing(record.topic, record.key if record.key is not None else b"none", record.value, record.headers)
        part, offset = self.broker.append(out)
        stored = self.broker.records[part][offset]._replace(key=record.key)
        self.broker.records[part][offset] = stored
        return stored

    async def work(self, turns: int = 100_000) -> None:
        """Until nothing waits; a lane that waits for the world, which is up, stands still: that is a finding."""
        waited = 0
        for _ in range(turns):
            for loop in (*self.stages, *self.effects):
                try:
                    await loop._turn()
                except Transient as fault:
                    waited += 1
                    assert waited < 50, f"a lane stands still: {fault}"
                    await asyncio.sleep(0.001)
            if all(loop.log.lag() == 0 for loop in (*self.stages, *self.effects)) and not self._in_hand():
                return
        raise AssertionError("the lanes do not come to rest")

    def _in_hand(self) -> bool:
        return any(stage._outstanding for stage in self.stages) or any(effects._tasks for effects in self.effects)

    def dead(self) -> dict[tuple[Part, int], Record]:
        """Dead letters by where their record stood."""
        found = {}
        for letter in self.broker.all(self.service.dead):
            told = {name: value.decode() for name, value in letter.headers if name.startswith("dead_")}
            part = told["dead_topic"], int(told["dead_partition"])
            found[part, int(told["dead_offset"])] = letter
        return found


async def nothing(order: Order) -> Result:
    """A provider that says done to anything."""
    return Result("done", {"reference": "P-1"})


def effects(*kinds: str) -> dict[str, Effect]:
    return {kind: Effect(nothing, limit_s=1.0) for kind in kinds}


def untouched(letter: Record, record: Record) -> bool:
    """Whether the dead letter holds the record's bytes, headers first."""
    same_key = letter.key == record.key or not record.key
    return letter.value == record.value and letter.headers[: len(record.headers)] == record.headers and same_key


def shuffled(records: list[Record], rng: random.Random) -> list[Record]:
    copy = list(records)
    rng.shuffle(copy)
    return copy


LATER = timedelta(milliseconds=1)
