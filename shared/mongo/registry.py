"""Small lists that are no things of the flow: integrations, subscriptions' secrets, what ops sets."""

from typing import Any

from shared.mongo.client import world


class Registry:
    """One collection of small documents by id. Transient while the store is away."""

    def __init__(self, database: Any, name: str) -> None:
        self.collection = database[name]

    async def get(self, id: str) -> dict[str, Any] | None:
        """The entry, or None."""
        with world():
            found: dict[str, Any] | None = await self.collection.find_one({"_id": id})
        return found

    async def put(self, id: str, entry: dict[str, Any]) -> None:
        """Writes an entry whole, in place of an older one."""
        with world():
            await self.collection.replace_one({"_id": id}, {**entry, "_id": id}, upsert=True)

    async def list(self) -> list[dict[str, Any]]:
        """Every entry."""
        with world():
            found: list[dict[str, Any]] = await self.collection.find({}).to_list(None)
        return found
