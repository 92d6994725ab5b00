"""Lists of a service's things for people: filtered and sorted on indexed fields of their state, a few fields each."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.mongo.client import world

Index = Sequence[tuple[str, int]]
MOST = 5000


class Listing:
    """Reads only. The indexes are made at the first question; none of them is unique."""

    def __init__(self, database: Any, indexes: Mapping[str, Index]) -> None:
        self.things, self.kept_pages, self.indexes = database["things"], database["pages"], indexes
        self._ready = False

    async def find(
        self, where: Mapping[str, Any], order: Index, limit: int, fields: Sequence[str]
    ) -> list[dict[str, Any]]:
        """At most `limit` documents in this order, with these fields of them. Transient while the store is away."""
        await self._prepare()
        with world():
            cursor = self.things.find(dict(where), dict.fromkeys(fields, 1)).sort(list(order)).limit(min(limit, MOST))
            found: list[dict[str, Any]] = await cursor.to_list(None)
        return found

    async def pages(self, thing: str, count: int) -> list[dict[str, Any]]:
        """The pages of a thing's history, oldest first."""
        ids = [f"{thing}#history-{number}" for number in range(1, count + 1)]
        with world():
            found: list[dict[str, Any]] = await self.kept_pages.find({"_id": {"$in": ids}}).to_list(None)
        return sorted(found, key=lambda page: int(page["page"]))

    async def _prepare(self) -> None:
        if self._ready:
            return
        with world():
            for name, keys in self.indexes.items():
                await self.things.create_index(list(keys), name=name)
        self._ready = True
