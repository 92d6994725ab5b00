"""The rolling replacement: a later release comes replica by replica, and what it wrote outlives the older one."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from shared.contracts.catalog import SERVICES
from shared.mongo.client import database
from tests.faults.campaign.faults import Faults, second_first
from tests.faults.campaign.newer import FIELD
from tests.faults.campaign.system import System

BESIDE_S, WRITES_MOST_S = 10.0, 60.0
MOST_WATCHED = 20_000


class Rolling:
    """`seen`: how the new field stood while old and new worked side by side; `lost`: where it stood lower later."""

    def __init__(self, system: System, faults: Faults) -> None:
        self.system, self.faults = system, faults
        self.seen: dict[str, dict[str, int]] = {}
        self.done = False

    async def run(self, beside_s: float = BESIDE_S) -> None:
        """One replica of each service, then a time side by side, then the others."""
        order = second_first()
        for name in order[: len(SERVICES)]:
            await self.faults.replace(name)
            await asyncio.sleep(2.0)
        await asyncio.sleep(beside_s)
        for service in SERVICES:
            self.seen[service] = await self._written(service)
        await asyncio.sleep(beside_s)
        for name in order[len(SERVICES) :]:
            await self.faults.replace(name)
            await asyncio.sleep(2.0)
        self.done = True

    async def _written(self, service: str) -> dict[str, int]:
        """What the later release has written so far; waited for, since without it nothing would be shown."""
        until = time.monotonic() + WRITES_MOST_S
        while not (seen := await self._standing(service)) and time.monotonic() < until:
            await asyncio.sleep(1.0)
        return dict(seen)

    async def lost(self) -> list[str]:
        """Documents in which the field is gone or lower than it stood, and services that never wrote it."""
        found = [f"{service} wrote none" for service, before in self.seen.items() if not before]
        for service, before in self.seen.items():
            now = await self._standing(service, sorted(before))
            found += [f"{service}/{id}" for id, value in before.items() if now.get(id, 0) < value]
        return found

    async def _standing(self, service: str, ids: list[str] | None = None) -> Mapping[str, int]:
        things = database(self.system.mongo, f"redress_{service}", 20_000)["things"]
        where: dict[str, Any] = {f"state.{FIELD}": {"$gt": 0}} if ids is None else {"_id": {"$in": ids}}
        found = await things.find(where, {f"state.{FIELD}": 1}).limit(MOST_WATCHED).to_list(None)
        return {each["_id"]: each["state"].get(FIELD, 0) for each in found}
