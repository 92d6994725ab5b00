"""The audit's view of a system that runs over the twins: a simulated seed, as it stands at its end."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from shared.flow.records import Part, Record
from shared.ops.app import GROUPS
from tests.simulation.world import World


class TwinReader:
    """The topics of a run; `records` may be changed before they are looked at."""

    def __init__(self, records: Mapping[Part, Sequence[Record]]) -> None:
        self.records = {part: list(found) for part, found in records.items()}

    async def topics(self) -> list[str]:
        return sorted({topic for topic, _ in self.records})

    async def spans(self, topics: Iterable[str]) -> dict[Part, tuple[int, int]]:
        wanted = set(topics)
        return {part: (0, len(records)) for part, records in sorted(self.records.items()) if part[0] in wanted}

    async def read(self, topics: Iterable[str]) -> AsyncIterator[Record]:
        wanted = set(topics)
        for part, records in sorted(self.records.items()):
            for record in records if part[0] in wanted else ():
                yield record


class TwinRunning:
    """What `Running` gives, of a world at its end."""

    def __init__(self, world: World) -> None:
        self.reader = TwinReader(world.broker.records)
        self.stores = {service: dict(store.things) for service, store in world.stores.items()}
        self.kept = {service: dict(store.pages) for service, store in world.stores.items()}
        self._committed = dict(world.broker.committed)

    async def things(self, service: str) -> AsyncIterator[dict[str, Any]]:
        for thing in self.stores[service].values():
            yield thing

    async def pages(self, service: str) -> AsyncIterator[dict[str, Any]]:
        for page in self.kept[service].values():
            yield page

    async def committed(self, parts: Iterable[Part]) -> dict[str, dict[Part, int]]:
        asked = set(parts)
        told = {group: self._of(group, asked) for group in GROUPS}
        return {group: at for group, at in told.items() if at}

    def _of(self, group: str, asked: set[Part]) -> dict[Part, int]:
        return {part: at for (name, part), at in self._committed.items() if name == group and part in asked}
