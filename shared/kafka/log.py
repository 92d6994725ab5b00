"""One lane's consumer, with the lock that keeps a rebalance from cutting a batch in two."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.clock import from_ms
from shared.flow.errors import Transient
from shared.flow.messages import Lane
from shared.flow.records import Outgoing, Part, Record
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings

log = structlog.get_logger(__name__)

BROKER_WAIT_S = 10.0


class KafkaLog:
    """The flow's `Log` over aiokafka: fetch outside the lock, work inside it, explicit offsets."""

    def __init__(
        self, settings: KafkaSettings, lane: Lane, group: str, topics: Sequence[str], publisher: Publisher
    ) -> None:
        self.settings, self.lane, self.group, self.topics = settings, lane, group, list(topics)
        self.publisher = publisher
        self.lock = asyncio.Lock()
        self.drain: Callable[[], Awaitable[None]] | None = None
        self.assignment = 0
        self._consumer: Any = None
        self._fresh: set[TopicPartition] = set()
        self._owned: dict[Part, int] = {}
        self._turn = 0

    async def start(self) -> None:
        """Joins the group; Transient while Kafka is away."""
        consumer = AIOKafkaConsumer(group_id=self.group, **self.settings.consumer(self.lane))
        consumer.subscribe(topics=self.topics, listener=_Listener(self))
        try:
            await asyncio.wait_for(consumer.start(), 2 * BROKER_WAIT_S)
        except (KafkaError, OSError, TimeoutError) as fault:
            with contextlib.suppress(Exception):
                await consumer.stop()
            raise Transient(f"log away: {type(fault).__name__}") from None
        self._consumer = consumer

    async def stop(self) -> None:
        """Leaves the group; call it after the batch in hand is committed."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(consumer.stop(), BROKER_WAIT_S)

    # Rebalances --------------------------------------------------------------------------------

    async def revoked(self) -> None:
        """Waits for the batch in hand and what is outstanding; then the partitions are no longer ours."""
        async with self.lock:
            if self.drain is not None:
                await self.drain()
            self._owned, self._fresh = {}, set()
            self.assignment += 1

    def assigned(self, parts: Sequence[TopicPartition]) -> None:
        """Their positions are learned by the next fetch, before anything of them is handed out."""
        self._owned, self._fresh = {}, set(parts)
        self.assignment += 1

    async def _learn_positions(self) -> None:
        """Begins at the committed offset, by seeking: a fetch that straddled the rebalance may have moved on."""
        assignment, fresh = self.assignment, sorted(self._fresh)
        begins = await asyncio.wait_for(self._consumer.beginning_offsets(fresh), BROKER_WAIT_S)
        for part in fresh:
            committed = await asyncio.wait_for(self._consumer.committed(part), BROKER_WAIT_S)
            if assignment != self.assignment:
                return
            at = begins[part] if committed is None else committed
            self._consumer.seek(part, at)
            self._owned[part.topic, part.partition] = at
            self._fresh.discard(part)

    # Reading -----------------------------------------------------------------------------------

    async def fetch(self, at_most: int, wait_s: float) -> list[Record]:
        assignment = self.assignment
        try:
            if self._fresh:
                await self._learn_positions()
            found = await self._fetch(at_most)
            if not found:
                # always polled, with or without partitions: a member that does not poll can never rejoin
                got = await self._consumer.getmany(timeout_ms=int(wait_s * 1000), max_records=max(1, at_most // 4))
                found = [message for messages in got.values() for message in messages]
        except (CommitFailedError, IllegalStateError):
            return []
        except (KafkaError, OSError, TimeoutError) as fault:
            raise Transient(f"log: {type(fault).__name__}") from None
        if assignment != self.assignment:
            return []
        return [_record(message, assignment) for message in found if (message.topic, message.partition) in self._owned]

    async def _fetch(self, at_most: int) -> list[Any]:
        """Something of every partition, beginning with another one each time; of the inbox at most half."""
        parts = sorted(self._owned)
        if not parts:
            return []
        self._turn = (self._turn + 1) % len(parts)
        parts = parts[self._turn :] + parts[: self._turn]
        share = max(1, at_most // len(parts))
        inbox_left, left = max(1, at_most // 2), at_most
        found: list[Any] = []
        for most in (share, at_most):  # a share of each first, then what is left over to whoever has more
            fuller = []
            for part in parts:
                inbox = ".inbox." in part[0]
                wanted = min(most, left, inbox_left if inbox else left)
                got = await self._take(part, wanted)
                found += got
                left -= len(got)
                inbox_left -= len(got) if inbox else 0
                if got and len(got) == wanted:
                    fuller.append(part)
            parts = fuller
        return found

    async def _take(self, part: Part, most: int) -> list[Any]:
        if most <= 0:
            return []
        got = await self._consumer.getmany(TopicPartition(*part), timeout_ms=0, max_records=most)
        return [message for messages in got.values() for message in messages]

    def current(self, records: Sequence[Record]) -> list[Record]:
        return [r for r in records if r.assignment == self.assignment and r.part in self._owned]

    def owned(self) -> Mapping[Part, int]:
        return dict(self._owned)

    def seek(self, offsets: Mapping[Part, int]) -> None:
        for part, offset in offsets.items():
            if part in self._owned:
                with contextlib.suppress(IllegalStateError):
                    self._consumer.seek(TopicPartition(*part), offset)

    def lag(self) -> int:
        waiting = 0
        for topic, partition in self._owned:
            part = TopicPartition(topic, partition)
            with contextlib.suppress(Exception):  # a partition in the middle of a rebalance has no position
                end = self._consumer.highwater(part)
                at = self._consumer._subscription.subscription.assignment.state_value(part).position
                waiting += max(0, (end or 0) - at)
        return waiting

    # Writing -----------------------------------------------------------------------------------

    async def publish(self, messages: Sequence[Outgoing]) -> list[tuple[Part, int]]:
        return await self.publisher.publish(messages)

    def partitions(self, topic: str) -> int:
        return self.publisher.partitions(topic) if not self._consumer else self._count(topic)

    def _count(self, topic: str) -> int:
        seen = self._consumer._client.cluster.partitions_for_topic(topic)
        return len(seen) if seen else self.publisher.partitions(topic)

    async def commit(self, offsets: Mapping[Part, int], assignment: int) -> None:
        if assignment != self.assignment:
            return
        ours = {TopicPartition(*part): offset for part, offset in offsets.items() if part in self._owned}
        if not ours:
            return
        try:
            await asyncio.wait_for(self._consumer.commit(ours), BROKER_WAIT_S)
        except (CommitFailedError, IllegalStateError):
            return  # the partitions went elsewhere: whoever holds them decides these records again
        except (KafkaError, OSError, TimeoutError) as fault:
            raise Transient(f"log: commit {type(fault).__name__}") from None
        for part, offset in ours.items():
            if (part.topic, part.partition) in self._owned:
                self._owned[part.topic, part.partition] = offset


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, log: KafkaLog) -> None:
        self.log = log

    async def on_partitions_revoked(self, revoked: Any) -> None:
        await self.log.revoked()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        self.log.assigned(list(assigned))


def _record(message: Any, assignment: int) -> Record:
    headers = tuple((name, value) for name, value in message.headers)
    return Record(
        message.topic,
        message.partition,
        message.offset,
        from_ms(message.timestamp),
        message.key,
        message.value,
        headers,
        assignment,
    )
