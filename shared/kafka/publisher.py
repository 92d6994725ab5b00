"""One lane's producer: acknowledged by all in-sync replicas, in order per key, rebuilt when it loses its sequence."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from shared import ids
from shared.flow.errors import Transient
from shared.flow.messages import Lane
from shared.flow.pacing import give_turns
from shared.flow.records import Outgoing, Part
from shared.kafka.gathering import AWAY, Gathering
from shared.kafka.settings import KafkaSettings

log = structlog.get_logger(__name__)

ACK_WAIT_S, FLUSH_S = 20.0, 5.0
FEW = 8
"""Up to so many messages are gathered with those of other callers; more are built into batches of their own."""

AT_ONCE = 64
"""Messages built without giving others a turn of the event loop."""

_Placed = tuple[int, bytes, bytes | None, list[tuple[str, bytes]]]
"""A message by its place among those published together, with its key in bytes."""


class Publisher:
    """Publishes for stage, ticks, effects and edge of one lane."""

    def __init__(self, settings: KafkaSettings, lane: Lane) -> None:
        self.settings, self.lane = settings, lane
        self._producer: Any = None
        self._stopped = False
        self._counts: dict[str, tuple[float, int]] = {}
        self._beginning: asyncio.Task[None] | None = None
        self._gathering = Gathering(self._ready, self._counted, self._rebuild, ACK_WAIT_S)

    async def start(self) -> None:
        """Connects; Transient while Kafka is away."""
        producer = AIOKafkaProducer(**self.settings.producer(self.lane))
        try:
            await asyncio.wait_for(producer.start(), ACK_WAIT_S)
        except AWAY as fault:
            with contextlib.suppress(Exception):
                await producer.stop()
            raise Transient(f"log away: {type(fault).__name__}") from None
        if self._stopped:
            await _end(producer)
            raise Transient("log: the publisher is stopped")
        self._producer = producer

    async def stop(self) -> None:
        """Lets go of the connection for good; nothing acknowledged is lost by that."""
        self._stopped = True
        producer, self._producer = self._producer, None
        if producer is not None:
            await _end(producer)

    async def publish(self, messages: Sequence[Outgoing]) -> list[tuple[Part, int]]:
        """Where each message stands once all are acknowledged; Transient when that is not known of every one."""
        if not messages:
            return []
        if len(messages) <= FEW:
            return await self._gathering.publish(messages)
        async with self._in_time() as producer:
            return await self._in_batches(producer, messages)

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[Any]:
        """The producer in use; Transient, and another one next, when it fails or takes longer than it may."""
        producer = await self._ready()
        try:
            async with asyncio.timeout(ACK_WAIT_S):
                yield producer
        except AWAY as fault:
            await self._rebuild(producer)
            raise Transient(f"log: {type(fault).__name__}") from None

    async def _ready(self) -> Any:
        """The producer in use. Who finds none waits for the one try to make one, and hears the same of it as others."""
        while self._producer is None:
            if self._stopped:
                raise Transient("log: the publisher is stopped")
            if self._beginning is None:
                self._beginning = asyncio.create_task(self.start())
                self._beginning.add_done_callback(self._begun)
            await asyncio.shield(self._beginning)
        return self._producer

    def _begun(self, beginning: asyncio.Task[None]) -> None:
        self._beginning = None
        if not beginning.cancelled():
            beginning.exception()  # whoever still waits has it

    async def _rebuild(self, failed: Any) -> None:
        """A producer whose outcome is unknown is not used again: its sequence may be lost for good."""
        if self._producer is failed:
            self._producer = None  # whoever publishes now takes another one, and waits for nothing of this one's
            await _end(failed)

    async def _in_batches(self, producer: Any, messages: Sequence[Outgoing]) -> list[tuple[Part, int]]:
        """One batch per partition, or more when full; order within a partition is kept."""
        parts: dict[str, list[list[_Placed]]] = {
            topic: [[] for _ in range(await self._count(producer, topic))]
            for topic in {each.topic for each in messages}
        }
        for index, (topic, key, value, headers) in enumerate(messages):
            key_bytes = key.encode() if isinstance(key, str) else key
            of_topic = parts[topic]
            of_topic[ids.partition(key_bytes, len(of_topic))].append((index, key_bytes, value, list(headers)))
            if index % AT_ONCE == AT_ONCE - 1:
                await give_turns()
        sent: list[tuple[Any, list[int]]] = []
        for topic, of_topic in parts.items():
            for partition, placed in enumerate(of_topic):
                if placed:
                    sent += await self._send_part(producer, (topic, partition), placed)
        places: list[tuple[Part, int]] = [(("", 0), 0)] * len(messages)
        acknowledged = await asyncio.gather(*(future for future, _ in sent))
        for metadata, (_, indexes) in zip(acknowledged, sent, strict=True):
            part = metadata.topic, metadata.partition
            for offset, index in enumerate(indexes, metadata.offset):
                places[index] = part, offset
        return places

    async def _send_part(self, producer: Any, part: Part, placed: Sequence[_Placed]) -> list[tuple[Any, list[int]]]:
        topic, partition = part
        sent: list[tuple[Any, list[int]]] = []
        batch = producer.create_batch()
        held: list[int] = []
        for number, (index, key, value, headers) in enumerate(placed):
            if number % AT_ONCE == 0:
                await give_turns()
            if not batch.append(timestamp=None, key=key, value=value, headers=headers):  # full, without it
                sent.append((await producer.send_batch(batch, topic, partition=partition), held))
                batch, held = producer.create_batch(), []
                batch.append(timestamp=None, key=key, value=value, headers=headers)
            held.append(index)
        batch.close()
        sent.append((await producer.send_batch(batch, topic, partition=partition), held))
        return sent

    async def _counted(self, topic: str) -> int:
        if count := self._seen(topic):
            return count
        async with self._in_time() as producer:
            return await self._count(producer, topic)

    def _seen(self, topic: str) -> int:
        """How many partitions it had within the last minute; 0 when that is not known."""
        known_at, count = self._counts.get(topic, (0.0, 0))
        return count if time.monotonic() - known_at <= 60 else 0

    async def _count(self, producer: Any, topic: str) -> int:
        count = self._seen(topic)
        if not count:
            count = len(await producer.partitions_for(topic))
            self._counts[topic] = time.monotonic(), count
        return count

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has, as last seen; 1 before anything was seen."""
        seen = self._producer.client.cluster.partitions_for_topic(topic) if self._producer else None
        return len(seen) if seen else self._counts.get(topic, (0.0, 1))[1]

    async def ping(self) -> bool:
        """Whether a broker answers."""
        try:
            producer = await self._ready()
            await asyncio.wait_for(producer.client.fetch_all_metadata(), 5.0)
        except (Transient, *AWAY):
            return False
        return True


async def _end(producer: Any) -> None:
    """What it cannot send in time it does not send later: whoever waits for it sends it again by another one.

    The client gives up neither by itself: an idempotent producer goes on until the broker is back, each with its own.
    """
    with contextlib.suppress(Exception):
        await asyncio.wait_for(producer.stop(), FLUSH_S)
        return
    with contextlib.suppress(Exception):
        producer._sender.sender_task.cancel()
        producer._message_accumulator.fail_all(KafkaConnectionError("given up"))
        await asyncio.wait_for(producer.client.close(), FLUSH_S)
