"""Looking through a service's documents whole, for ops and the audit. Writes nothing."""

from collections.abc import AsyncIterator
from typing import Any

from shared.mongo.client import world


async def documents(database: Any, collection: str) -> AsyncIterator[dict[str, Any]]:
    """Every document of a collection; Transient while the store is away."""
    cursor = database[collection].find({})
    while True:
        with world():
            batch: list[dict[str, Any]] = await cursor.to_list(200)
        for document in batch:
            yield document
        if not batch:
            return
