"""One lane's consumer, with the lock that keeps a rebalance from cutting a batch in two."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.flow.errors import Transient
from shared.flow.messages import Lane
from shared.flow.records import Outgoing, Part, Record
from shared.kafka.inflating import bound
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.kafka.taking import UNREAD, Taking, record_of

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
        self._ends: dict[Part, int] = {}
        self._taking = Taking()

    async def start(self) -> None:
        """Joins the group; Transient while Kafka is away."""
        bound()
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
            self._lost()

    def _lost(self) -> None:
        self._owned, self._fresh = {}, set()
        self.assignment += 1
        self._taking.forget()

    def assigned(self, parts: Sequence[TopicPartition]) -> None:
        """Their positions are learned by the next fetch, before anything of them is handed out."""
        self._owned, self._fresh = {}, set(parts)
        self.assignment += 1

    async def _learn_positions(self) -> None:
        """Begins at the committed offset, by seeking: a fetch that straddled the rebalance may have moved on."""
        assignment, new = self.assignment, list[TopicPartition]()
        for part in sorted(self._fresh):
            committed = await asyncio.wait_for(self._consumer.committed(part), BROKER_WAIT_S)
            if assignment != self.assignment:
                return
            if committed is None:
                new.append(part)
            else:
                self._begin(part, committed)
        if new:  # the others are not asked for: one without a leader has no answer, and would hold up all
            begins = await asyncio.wait_for(self._consumer.beginning_offsets(new), BROKER_WAIT_S)
            if assignment == self.assignment:
                for part in new:
                    self._begin(part, begins[part])

    def _begin(self, part: TopicPartition, at: int) -> None:
        self._consumer.seek(part, at)
        self._owned[part.topic, part.partition] = at
        self._fresh.discard(part)

    # Reading -----------------------------------------------------------------------------------

    async def fetch(self, at_most: int, wait_s: float) -> list[Record]:
        assignment = self.assignment
        self._look_at_client()
        try:
            if self._fresh:
                await self._learn_positions()
            found = await self._taking.something_of_each(self._consumer, sorted(self._owned), at_most, assignment)
            if not found:
                found = await self._wait(at_most, wait_s, assignment)
        except (CommitFailedError, IllegalStateError):
            return []
        except (KafkaError, OSError, TimeoutError) as fault:
            raise Transient(f"log: {type(fault).__name__}") from None
        return [record for record in found if record.part in self._owned] if assignment == self.assignment else []

    def _look_at_client(self) -> None:
        """Where a loop of the client itself has ended, waiting helps nobody: the process must."""
        for task in (self._consumer._coordinator._coordination_task, self._consumer._fetcher._fetch_task):
            if task.done():
                raise RuntimeError(f"the client of {self.group} no longer works")

    async def _wait(self, at_most: int, wait_s: float, assignment: int) -> list[Record]:
        """Always polled, with or without partitions: a member that does not poll can never rejoin."""
        if self._taking.careful:
            return []  # somebody else's look would throw away the batch that is read record by record
        began = {part: self._position(part) for part in self._owned}
        try:
            got = await self._consumer.getmany(timeout_ms=int(wait_s * 1000), max_records=max(1, at_most // 4))
        except UNREAD:
            # The client has moved past what other partitions gave in the same look, and hands nothing of it out.
            self.seek({part: self._owned.get(part, 0) if at is None else at for part, at in began.items()})
            self._taking.careful.update(self._owned)  # one of them: the next turns find out which, and where
            return []
        return [record_of(message, assignment) for messages in got.values() for message in messages]

    def current(self, records: Sequence[Record]) -> list[Record]:
        return [r for r in records if r.assignment == self.assignment and r.part in self._owned]

    def owned(self) -> Mapping[Part, int]:
        return dict(self._owned)

    def seek(self, offsets: Mapping[Part, int]) -> None:
        for part, offset in offsets.items():
            if part in self._owned:
                with contextlib.suppress(IllegalStateError):
                    self._consumer.seek(TopicPartition(*part), offset)

    def _position(self, part: Part) -> int | None:
        """Where the client reads on; None in the middle of a rebalance, or while it asks where the log begins."""
        with contextlib.suppress(Exception):
            state = self._consumer._subscription.subscription.assignment.state_value(TopicPartition(*part))
            return int(state.position)
        return None

    def lag(self, part: Part | None = None) -> int:
        waiting = 0
        for one in self._owned if part is None else self._owned.keys() & {part}:
            with contextlib.suppress(Exception):
                end = max(self._consumer.highwater(TopicPartition(*one)) or 0, self._ends.get(one, 0))
                at = self._position(one)
                waiting += 0 if at is None else max(0, end - at)
        fresh = [] if part else self._fresh
        return waiting + sum(self._ends.get((one.topic, one.partition), 0) > 0 for one in fresh)

    async def measure(self) -> None:
        parts = [TopicPartition(*part) for part in self._owned] + list(self._fresh)
        if self._consumer is None or not parts:
            return
        try:
            ends = await asyncio.wait_for(self._consumer.end_offsets(parts), BROKER_WAIT_S)
        except (KafkaError, OSError, TimeoutError) as fault:
            raise Transient(f"log: {type(fault).__name__}") from None
        self._ends = {(part.topic, part.partition): end for part, end in ends.items()}

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
        except IllegalStateError:
            return  # the partitions went elsewhere: whoever holds them decides these records again
        except CommitFailedError:
            # Out of the group, and the listener does not know yet. Going on would decide record after record that
            # nobody commits, further than a stopped lane looks; the client joins again by itself.
            if assignment == self.assignment:
                self._lost()
            return
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
