"""A store and a switch that cost nothing: what is left is the road over the log and the decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.flow.messages import Lane
from shared.flow.records import Change, Written


class NoStore:
    """Holds nothing and forgets everything; every thing is new."""

    async def load(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {}

    async def write(self, changes: Sequence[Change]) -> Written:
        return Written()

    async def keep(self, pages: Mapping[str, dict[str, Any]]) -> None:
        return None

    async def due(self, lane: str, shards: Sequence[int], until_minute: int) -> list[dict[str, Any]]:
        return []


class NoSwitch:
    """No lane ever stops."""

    async def stopped(self, lane: Lane) -> str | None:
        return None

    async def stop(self, lane: Lane, reason: str) -> None:
        raise RuntimeError(f"{lane} should not stop: {reason}")
