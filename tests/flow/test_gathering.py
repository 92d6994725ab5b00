"""Few messages of many callers are gathered by partition: together while they wait; no partition waits for another."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import RecordMetadata, TopicPartition

from shared.flow.errors import Transient
from shared.flow.records import Outgoing
from shared.ids import partition
from shared.kafka.gathering import Gathering
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings

TOPIC, PARTS = "redress.toy.inbox", 3


class Batch:
    def __init__(self, most: int) -> None:
        self.most, self.keys = most, list[bytes]()

    def append(self, *, timestamp: None, key: bytes, value: bytes, headers: list[Any]) -> object:
        if len(self.keys) == self.most:
            return None
        self.keys.append(key)
        return object()

    def close(self) -> None: ...


class Producer:
    """Acknowledges when it is told to, in order."""

    def __init__(self, most: int = 100) -> None:
        self.most, self.sent, self.stood = most, list[tuple[int, list[bytes], asyncio.Future[Any]]](), dict[int, int]()
        self.leaderless: dict[int, asyncio.Event] = {}

    def create_batch(self) -> Batch:
        return Batch(self.most)

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> asyncio.Future[Any]:
        if partition in self.leaderless:
            await self.leaderless[partition].wait()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.sent.append((partition, batch.keys, future))
        return future

    def acknowledge(self, number: int) -> None:
        part, keys, future = self.sent[number]
        base = self.stood.get(part, 0)
        self.stood[part] = base + len(keys)
        future.set_result(RecordMetadata(TOPIC, part, TopicPartition(TOPIC, part), base, -1, 0, 0))


class Field:
    """A gathering before producers that fail one after the other."""

    def __init__(self, most: int = 100, wait_s: float = 60.0) -> None:
        self.producers, self.most = [Producer(most)], most
        self.gathering = Gathering(self.ready, self.count, self.lost, wait_s)

    @property
    def producer(self) -> Producer:
        return self.producers[-1]

    async def ready(self) -> Producer:
        return self.producer

    async def count(self, _: str) -> int:
        return PARTS

    async def lost(self, producer: Any) -> None:
        if producer is self.producer:
            self.producers.append(Producer(self.most))

    def publish(self, key: str) -> "asyncio.Task[Any]":
        return asyncio.create_task(self.gathering.publish([Outgoing(TOPIC, key, b"{}")]))


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def keys_of(part: int, count: int) -> list[str]:
    return [key for key in (f"k{n}" for n in range(1000)) if partition(key, PARTS) == part][:count]


async def test_what_comes_while_a_batch_is_under_way_goes_together_in_order_and_each_hears_its_place() -> None:
    field, keys = Field(), keys_of(1, 5)
    first = field.publish(keys[0])
    await settle()
    others = [field.publish(key) for key in keys[1:]]
    await settle()
    assert [keys for _, keys, _ in field.producer.sent] == [[keys[0].encode()]]
    field.producer.acknowledge(0)
    await settle()
    assert [keys for _, keys, _ in field.producer.sent[1:]] == [[key.encode() for key in keys[1:]]]
    field.producer.acknowledge(1)
    places = [(await each)[0] for each in (first, *others)]
    assert places == [((TOPIC, 1), offset) for offset in range(5)]


async def test_a_partition_that_is_not_acknowledged_holds_up_no_other() -> None:
    field = Field()
    stuck = field.publish(keys_of(0, 1)[0])
    await settle()
    also = field.publish(keys_of(0, 2)[1])
    other = field.publish(keys_of(2, 1)[0])
    await settle()
    field.producer.acknowledge(1)
    assert await other == [((TOPIC, 2), 0)]
    assert not stuck.done() and not also.done()
    field.producer.acknowledge(0)
    await settle()
    field.producer.acknowledge(2)
    assert [await stuck, await also] == [[((TOPIC, 0), 0)], [((TOPIC, 0), 1)]]


async def test_what_found_no_room_goes_next_and_keeps_its_order() -> None:
    field, keys = Field(most=2), keys_of(1, 5)
    tasks = [field.publish(key) for key in keys]
    for number in range(3):
        await settle()
        field.producer.acknowledge(number)
    assert [len(sent) for _, sent, _ in field.producer.sent] == [2, 2, 1]
    assert [(await each)[0][1] for each in tasks] == [0, 1, 2, 3, 4]


async def test_only_those_of_a_failed_batch_are_told_and_the_next_goes_by_another_producer() -> None:
    field, keys = Field(), keys_of(1, 3)
    failed = [field.publish(key) for key in keys[:2]]
    other = field.publish(keys_of(2, 1)[0])
    await settle()
    first = field.producer
    number = next(n for n, (part, _, _) in enumerate(first.sent) if part == 1)
    first.sent[number][2].set_exception(KafkaConnectionError())
    for each in failed:
        with pytest.raises(Transient):
            await each
    first.acknowledge(1 - number)
    assert await other == [((TOPIC, 2), 0)]
    later = field.publish(keys[2])
    await settle()
    assert len(field.producers) == 2
    field.producer.acknowledge(0)
    assert await later == [((TOPIC, 1), 0)]


async def test_what_is_not_acknowledged_in_time_is_not_known_and_its_producer_is_used_no_more() -> None:
    field = Field(wait_s=0.01)
    with pytest.raises(Transient):
        await field.publish(keys_of(1, 1)[0])
    async with asyncio.timeout(30):
        while len(field.producers) < 2:
            await asyncio.sleep(0.005)


async def test_a_client_that_waits_for_one_partitions_leader_holds_up_no_other() -> None:
    field = Field()
    field.producer.leaderless[0] = asyncio.Event()
    stuck = field.publish(keys_of(0, 1)[0])
    await settle()
    other = field.publish(keys_of(2, 1)[0])
    await settle()
    field.producer.acknowledge(0)
    assert await other == [((TOPIC, 2), 0)]
    field.producer.leaderless[0].set()
    await settle()
    field.producer.acknowledge(1)
    assert await stuck == [((TOPIC, 0), 0)]


async def test_what_its_caller_has_given_up_is_not_sent() -> None:
    field, keys = Field(), keys_of(1, 2)
    under_way = field.publish(keys[0])
    await settle()
    given_up = field.publish(keys[1])
    await settle()
    given_up.cancel()
    await settle()
    field.producer.acknowledge(0)
    await under_way
    await settle()
    assert len(field.producer.sent) == 1


async def test_who_waits_behind_a_batch_that_is_not_acknowledged_is_told_in_time() -> None:
    field = Field(wait_s=0.05)
    tasks = [field.publish(key) for key in keys_of(1, 1)]
    await settle()
    tasks += [field.publish(key) for key in keys_of(1, 3)[1:]]
    async with asyncio.timeout(30):
        assert [type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)] == [Transient] * 3
    assert [sent for _, sent, _ in field.producers[0].sent] == [[keys_of(1, 1)[0].encode()]]


async def test_while_nobody_is_there_all_who_publish_hear_it_of_one_try():
    publisher, tries = Publisher(KafkaSettings("nowhere"), "express"), []

    async def away():
        tries.append(len(tries))
        await asyncio.sleep(0.01)
        raise Transient("log away")

    publisher.start = away
    for _ in range(2):
        said = await asyncio.gather(
            *(publisher.publish([Outgoing("t", "k", b"")]) for _ in range(20)), return_exceptions=True
        )
        assert {type(each) for each in said} == {Transient}
    assert len(tries) == 2
