"""Where stopped lanes and the epoch are remembered over restarts."""

import time
from typing import Any

from shared.flow.errors import Transient
from shared.flow.messages import Lane
from shared.mongo.client import world

LOOK_AGAIN_S = 1.0


class MongoSwitch:
    """One service's stopped lanes; looked up at most once a second, the last answer holds while the store is away."""

    def __init__(self, database: Any) -> None:
        self.lanes = database["lanes"]
        self._known: dict[str, tuple[float, str | None]] = {}

    async def stopped(self, lane: Lane) -> str | None:
        looked_at, reason = self._known.get(lane, (0.0, None))
        if time.monotonic() - looked_at < LOOK_AGAIN_S and looked_at:
            return reason
        try:
            with world():
                document = await self.lanes.find_one({"_id": lane})
        except Transient:
            if looked_at:
                return reason
            raise
        reason = document.get("stopped") if document else None
        self._known[lane] = time.monotonic(), reason
        return reason

    async def stop(self, lane: Lane, reason: str) -> None:
        await self._set(lane, reason)

    async def resume(self, lane: Lane) -> None:
        """Lets a stopped lane run again."""
        await self._set(lane, None)

    async def _set(self, lane: Lane, reason: str | None) -> None:
        with world():
            await self.lanes.replace_one({"_id": lane}, {"_id": lane, "stopped": reason}, upsert=True)
        self._known[lane] = time.monotonic(), reason


async def epoch(database: Any) -> int:
    """The count of times this store was rewound; facts are numbered from epoch × 2³²."""
    with world():
        document = await database["meta"].find_one({"_id": "epoch"})
    return int(document["epoch"]) if document else 0


async def set_epoch(database: Any, number: int) -> None:
    """Before the service starts on a restored store."""
    with world():
        await database["meta"].replace_one({"_id": "epoch"}, {"_id": "epoch", "epoch": number}, upsert=True)
