"""Whoever takes or builds hundreds of records without waiting for anything lets others go on in between."""

import asyncio
from typing import Any

from shared.flow.lanes import LIVELY_S, LaneStatus
from shared.flow.pacing import BREATHS
from shared.flow.records import Outgoing, Part
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.kafka.taking import Taking


class Fetched:
    """One record as the client hands it out."""

    timestamp, key, value, headers = 1, b"k", b"{}", ()

    def __init__(self, topic: str, partition: int, offset: int) -> None:
        self.topic, self.partition, self.offset = topic, partition, offset


class Full:
    """A consumer whose buffer is never empty: it hands out at once, and never waits."""

    async def getmany(self, part: Any, timeout_ms: int, max_records: int) -> dict[Any, list[Fetched]]:
        return {part: [Fetched(part.topic, part.partition, n) for n in range(max_records)]}


class Built:
    """A batch that takes whatever it is given."""

    def append(self, **_: Any) -> bool:
        return True

    def close(self) -> None:
        pass


class Ready:
    """A producer that never waits either."""

    async def partitions_for(self, topic: str) -> range:
        return range(6)

    def create_batch(self) -> Built:
        return Built()

    async def send_batch(self, batch: Built, topic: str, partition: int) -> "asyncio.Future[Any]":
        sent: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.sent.append((topic, partition))
        metadata = type("Metadata", (), {"topic": topic, "partition": partition, "offset": 0})
        sent.set_result(metadata)
        return sent

    def __init__(self) -> None:
        self.sent: list[Part] = []


async def turns_during(work: Any) -> tuple[Any, int]:
    """What the work gives, and how many turns of the loop somebody else had until then."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(other())
    try:
        return await work, turns
    finally:
        task.cancel()


async def test_taking_a_large_batch_gives_turns_and_a_small_one_does_not_wait():
    parts = [("redress.intake.standard", n) for n in range(6)]
    found, turns = await turns_during(Taking().something_of_each(Full(), parts, 500, 1))
    assert len(found) == 500 and turns >= BREATHS
    for part in parts:
        offsets = [record.offset for record in found if record.part == part]
        assert offsets[:83] == list(range(83))
    found, turns = await turns_during(Taking().something_of_each(Full(), parts, 50, 1))
    assert (len(found), turns) == (50, 0)


async def test_building_a_large_batch_gives_turns_and_every_message_keeps_its_place():
    publisher, ready = Publisher(KafkaSettings("nowhere"), "standard"), Ready()
    publisher._producer = ready
    messages = [Outgoing("redress.told", f"k{n}", b"{}") for n in range(500)]
    places, turns = await turns_during(publisher.publish(messages))
    assert len(places) == 500 and turns >= BREATHS
    assert sorted(ready.sent) == [("redress.told", n) for n in range(6)]
    assert len(set(places)) == 500


def test_a_lane_is_lively_while_it_has_something_untold_and_a_moment_after_it_took_it():
    status = LaneStatus("express")
    assert not status.lively
    status.takes(1)
    assert status.lively
    status.running(1)
    assert status.lively
    status.took_at -= LIVELY_S
    assert not status.lively
    status.untold = True
    assert status.lively
