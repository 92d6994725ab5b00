"""The load: every integration tells at its share of the rate; what is not accepted yet is held within bounds."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from deploy.local.channels import Channel
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from tests.faults.campaign.accepted import Accepted
from tests.faults.campaign.integrations import SENDERS, Integration
from tests.faults.campaign.people import People
from tests.faults.campaign.system import WORLD, System
from tests.faults.campaign.told import Complaint, Teller

MOST_OPEN = 400
"""Complaints an integration has told and not had accepted yet; beyond that it waits, as a caller with a queue does."""


class Load:
    """Tells until the time or the count is up; `open` counts what is not accepted yet."""

    def __init__(
        self, system: System, channels: Sequence[Channel], accepted: Accepted, people: People, seed: int
    ) -> None:
        self.accepted, self.people, self.teller = accepted, people, Teller(seed)
        settings = KafkaSettings(system.bootstrap(WORLD), idempotent=True)
        self.publisher = Publisher(settings, "standard")
        ways = system.ways("intake")
        self.integrations = [
            Integration(sender, channel, ways, self.publisher, accepted, seed)
            for sender, channel in zip(SENDERS, channels, strict=True)
        ]
        self.open: dict[str, int] = {sender.id: 0 for sender in SENDERS}
        self.told = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, rate: float, until: float, most: int) -> None:
        """`rate` complaints a second in all, until the moment or until so many were told."""
        # single calls cost most, so they are the smaller part
        shares = [0.08 if one.sender.at_a_time == 1 else 0.21 for one in self.integrations]
        await asyncio.gather(
            *(
                self._keep_telling(one, rate * share, until, int(most * share))
                for one, share in zip(self.integrations, shares, strict=True)
            )
        )

    async def _keep_telling(self, one: Integration, rate: float, until: float, most: int) -> None:
        sender, told, due = one.sender, 0, time.monotonic()
        while time.monotonic() < until and told < most:
            due = max(due + sender.at_a_time / rate, time.monotonic() - 5)  # what was missed is caught up in part
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if self.open[sender.id] >= MOST_OPEN:
                due = time.monotonic()
                continue
            complaints = [self._next(one, told + number) for number in range(sender.at_a_time)]
            told += len(complaints)
            self.told += len(complaints)
            self.open[sender.id] += len(complaints)
            task = asyncio.create_task(self._tell(one, complaints))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _next(self, one: Integration, number: int) -> Complaint:
        told = self.teller.next(one.sender.id, {**one.sender.channel, "external_id": f"{one.sender.id}-{number}"})
        return replace(told, integration=one.sender.id)

    async def _tell(self, one: Integration, complaints: Sequence[Complaint]) -> None:
        try:
            await one.tell(complaints)
        finally:
            self.open[one.sender.id] -= len(complaints)
        for each in complaints:
            if each.story in ("ticket", "deposit"):
                self.people.begin(each)

    @property
    def waiting(self) -> int:
        """Told and not accepted yet."""
        return sum(self.open.values())

    async def finish(self) -> None:
        """Returns when everything told is accepted; then lets go."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
        await self.publisher.stop()
        for one in self.integrations:
            one.caller.close()
