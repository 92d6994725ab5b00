"""Clocks onto the log: the owner of an inbox partition appends a tick for each of its clocks that is due."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from shared import clock, metrics
from shared.flow.codec import tick_event
from shared.flow.errors import Transient
from shared.flow.messages import Lane, Tick
from shared.flow.records import Log, Part, Store
from shared.flow.service import Service
from shared.ids import SHARDS

log = structlog.get_logger(__name__)

Remembered = dict[tuple[str, str, int], tuple[Part, int, float]]


class Ticks:
    """Ticks of one lane. The local clock only guesses: the stage checks each tick against the log's time."""

    def __init__(
        self,
        service: Service[Any],
        lane: Lane,
        log: Log,
        store: Store,
        every_s: float = 0.5,
        pause_s: float = 5.0,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self.service, self.lane, self.log, self.store = service, lane, log, store
        self.every_s, self.pause_s, self.now = every_s, pause_s, now
        self._ticked: Remembered = {}

    async def run(self) -> None:
        """Until cancelled; a world that is down is waited for."""
        while True:
            with contextlib.suppress(Transient):
                await self.once()
            await asyncio.sleep(self.every_s)

    async def once(self) -> int:
        """Looks once; how many ticks were appended."""
        shards = self._shards()
        if not shards:
            return 0
        now_ms = clock.to_ms(self.now())
        things = await self.store.due(self.lane, shards, clock.minute_of(now_ms))
        ticks = self._due(things, now_ms)
        if not ticks:
            return 0
        places = await self.log.publish([tick_event(tick, self.service.inbox(self.lane)) for tick in ticks])
        for tick, (part, offset) in zip(ticks, places, strict=True):
            self._ticked[tick.thing, tick.clock, tick.due] = part, offset, time.monotonic()
        metrics.TICKS.labels(self.service.name, self.lane).inc(len(ticks))
        return len(ticks)

    def _shards(self) -> list[int]:
        """The shards whose inbox partition is held here."""
        inbox = self.service.inbox(self.lane)
        owned = {partition for topic, partition in self.log.owned() if topic == inbox}
        if not owned:
            return []
        count = self.log.partitions(inbox)
        return [shard for shard in range(SHARDS) if shard % count in owned]

    def _due(self, things: Sequence[Mapping[str, Any]], now_ms: int) -> list[Tick]:
        """Clocks due now and not ticked, or ticked in vain: the tick before is decided and a pause has gone."""
        owned = self.log.owned()
        standing = {
            (thing["_id"], name, due)
            for thing in things
            for name, due in thing.get("clocks", {}).items()
            if due <= now_ms
        }
        self._ticked = {key: at for key, at in self._ticked.items() if key in standing}
        return [Tick(*key) for key in sorted(standing) if self._again(key, owned)]

    def _again(self, key: tuple[str, str, int], owned: Mapping[Part, int]) -> bool:
        if key not in self._ticked:
            return True
        part, offset, at = self._ticked[key]
        # Partitions were added where it lies on one that another reads: its thing is here now, and so is its repeat.
        passed = part not in owned or owned[part] > offset
        return passed and time.monotonic() - at > self.pause_s
