"""Looking for things by a field of their state: for people's questions, never for decisions."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.mongo.client import world


class Search:
    """One equality search over a service's things, with an index of its own that is not unique."""

    def __init__(self, database: Any, name: str, fields: Sequence[str]) -> None:
        self.things, self.name, self.fields = database["things"], name, list(fields)

    async def prepare(self) -> None:
        """The index; Transient while the store is away."""
        with world():
            await self.things.create_index([(field, 1) for field in self.fields], name=self.name)

    async def find(self, values: Mapping[str, Any], at_most: int = 100) -> list[dict[str, Any]]:
        """The documents whose fields hold these values."""
        with world():
            found: list[dict[str, Any]] = await self.things.find(dict(values)).limit(at_most).to_list(at_most)
        return found
