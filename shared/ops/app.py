"""The wiring of ops: the log and every service's store, found by the settings the services themselves read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from shared.contracts.catalog import SERVICES
from shared.flow.errors import Transient
from shared.flow.messages import Lane
from shared.flow.records import Outgoing, Part
from shared.kafka.offsets import set_offsets
from shared.kafka.publisher import Publisher
from shared.kafka.reading import Reader
from shared.mongo.client import database
from shared.mongo.lanes import MongoSwitch, epoch, set_epoch
from shared.mongo.reading import documents
from shared.ops.show import complain
from shared.settings import ServiceSettings

LANES: tuple[Lane, Lane] = ("express", "standard")
GROUPS = tuple(f"redress.{service}{of}.{lane}" for service in SERVICES for of in ("", ".effects") for lane in LANES)
PORTS = {"intake": 8001, "triage": 8002, "compensation": 8003, "notify": 8004}


def settings_of(service: str) -> ServiceSettings:
    """`INTAKE_KAFKA`, `INTAKE_MONGO` and so on, as the service reads them."""
    told = ServiceSettings(_env_prefix=f"{service.upper()}_")
    return told if "port" in told.model_fields_set else told.model_copy(update={"port": PORTS[service]})


class Running:
    """The running system as ops sees it. As an async context manager; Transient while the log is away."""

    def __init__(self, settings: Mapping[str, ServiceSettings] | None = None) -> None:
        self.settings = dict(settings or {service: settings_of(service) for service in SERVICES})
        self.reader = Reader(self.settings["intake"].kafka_settings())
        self._databases = {
            service: database(told.mongo, told.database or f"redress_{service}")
            for service, told in self.settings.items()
        }

    async def __aenter__(self) -> Self:
        await self.reader.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.reader.close()

    def things(self, service: str) -> AsyncIterator[dict[str, Any]]:
        """A service's documents."""
        return documents(self._databases[service], "things")

    def pages(self, service: str) -> AsyncIterator[dict[str, Any]]:
        """A service's pages: older history, records kept for a person."""
        return documents(self._databases[service], "pages")

    async def epoch(self, service: str) -> int:
        """How often a service's store was rewound, as it knows."""
        return await epoch(self._databases[service])

    async def set_epoch(self, service: str, number: int) -> None:
        """The epoch a service's facts are numbered in from its next start on."""
        await set_epoch(self._databases[service], number)

    async def set_offsets(self, service: str, group: str, offsets: Mapping[Part, int]) -> None:
        """Where a group of a service that does not run begins when it starts."""
        await set_offsets(self.settings[service].kafka_settings(), group, offsets)

    def switch(self, service: str) -> MongoSwitch:
        """Where a service's stopped lanes are remembered."""
        return MongoSwitch(self._databases[service])

    async def committed(self, parts: Iterable[Part]) -> dict[str, dict[Part, int]]:
        """Where each group stands, by group; groups that read nothing are left out."""
        asked = list(parts)
        told = {group: await self.reader.committed(group, asked) for group in GROUPS}
        return {group: at for group, at in told.items() if at}

    async def waiting(self) -> int:
        """Records that some group has not read to the end, over all groups."""
        spans = await self.reader.spans(await self.reader.topics())
        groups = await self.committed(spans)
        return sum(max(0, spans[part][1] - at[part]) for at in groups.values() for part in at if part in spans)

    async def publish(self, message: Outgoing, lane: Lane) -> None:
        """Puts one record onto the log."""
        publisher = Publisher(self.settings["intake"].kafka_settings(), lane)
        try:
            await publisher.publish([message])
        finally:
            await publisher.stop()


def on_running(work: Callable[[Running], Awaitable[int]]) -> int:
    """Runs one ops command; a log or store that is away is one sentence and exit status 1."""

    async def run() -> int:
        async with Running() as running:
            return await work(running)

    try:
        return asyncio.run(run())
    except Transient as fault:
        return complain(f"{fault}: is the system running?")
