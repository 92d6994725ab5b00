"""A stopped lane: it decides nothing new, and tells what had been decided before the stop, once for each assignment."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from shared.flow.errors import Transient
from shared.flow.records import Log, Part, Record, Store
from shared.flow.replay import told_before
from shared.flow.service import Service
from shared.flow.understand import understand

SILENT = 3
"""Fetches that gave nothing at all, one after the other, until it is asked whether more is there."""


class Standing:
    """Of each partition as many records as two batches in hand of any replica can have held, or all there are.

    Records and not offsets are counted, since offsets have gaps: what was compacted, marks of transactions. What is
    not given out yet is waited for; what was told before that is not told again.
    """

    def __init__(self, service: Service[Any], log: Log, store: Store, reach: int) -> None:
        self.service, self.log, self.store, self.reach = service, log, store, reach
        self._held: tuple[int, Mapping[Part, int]] | None = None
        self._left: dict[Part, int] = {}

    def forget(self) -> None:
        """The lane runs, or begins anew to stand."""
        self._held = None

    async def told(self, at_most: int, wait_s: float, stopping: asyncio.Event) -> bool:
        """Tells what is left to tell; False when nothing was. Transient while something waits and is not given out."""
        held = self.log.assignment, self.log.owned()
        if held != self._held:
            self.log.seek(held[1])
            self._held, self._left = held, dict.fromkeys(held[1], self.reach)
        if not self._left:
            return False
        await self._tell_decided(at_most, wait_s, stopping)
        self._left = {}
        return True

    async def _tell_decided(self, at_most: int, wait_s: float, stopping: asyncio.Event) -> None:
        silent = beside = 0
        # a crowd on one partition may take the place of others for some fetches, not for as many as there are
        while silent < SILENT and beside <= SILENT + len(self._left) and not stopping.is_set():
            records = await self.log.fetch(at_most, wait_s)
            async with self.log.lock:
                near = self._near(self.log.current(records))
                try:
                    await self._tell_again(near)
                except BaseException:
                    self._held = None  # fetched and not told: all of it once more
                    raise
            if not near and records and not self._waiting():
                break
            silent = 0 if records else silent + 1
            beside = 0 if near else beside + 1
        await self.log.measure()  # after what could be had: it says nothing while one partition has no leader
        if self._waiting():
            raise Transient("log: what waits is not given out")

    def _near(self, records: Sequence[Record]) -> list[Record]:
        near = []
        for record in records:
            if self._left.get(record.part, 0) > 0:
                self._left[record.part] -= 1
                near.append(record)
        return near

    def _waiting(self) -> bool:
        """Whether records are known to wait that may have been decided."""
        return any(more and self.log.lag(part) for part, more in self._left.items())

    async def _tell_again(self, records: Sequence[Record]) -> None:
        """Publishes what stands in `replay` for these records."""
        understood = [understand(record, self.service) for record in records]
        ids = sorted({target for item in understood for target in item.targets})
        raws = await self.store.load(ids) if ids else {}
        whose = [(raws[id], item.record) for item in understood for id in item.targets if id in raws]
        await self.log.publish([message for raw, record in whose for message in told_before(raw, record)])
