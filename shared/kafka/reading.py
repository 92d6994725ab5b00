"""Reading topics whole or as they grow, without a group: for ops, the audit and the demo. Commits nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.flow.errors import Transient
from shared.flow.records import Part, Record
from shared.kafka.inflating import bound
from shared.kafka.settings import KafkaSettings
from shared.kafka.taking import Taking

WAIT_S, LOOK_S = 20.0, 0.05
PREFIX = "redress."


class Reader:
    """One connection that looks on. As an async context manager; Transient while Kafka is away."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._where = {"bootstrap_servers": settings.bootstrap, **settings.security}
        self._consumer: Any = None
        self._taking = Taking()
        self._admin: Any = None

    async def __aenter__(self) -> Self:
        bound()
        self._consumer = AIOKafkaConsumer(
            enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=50, **self._where
        )
        self._admin = AIOKafkaAdminClient(**self._where)
        try:
            async with asyncio.timeout(WAIT_S):
                await asyncio.gather(self._consumer.start(), self._admin.start())
        except (KafkaError, OSError, TimeoutError) as fault:
            await self.close()
            raise Transient(f"log away: {type(fault).__name__}") from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._consumer.stop()
        await self._admin.close()

    async def topics(self) -> list[str]:
        """Every topic of Redress, by name."""
        return sorted(name for name in await self._consumer.topics() if name.startswith(PREFIX))

    async def spans(self, topics: Iterable[str]) -> dict[Part, tuple[int, int]]:
        """The first offset and the one after the last, of each partition."""
        wanted = sorted(set(topics))
        await self._consumer._client.set_topics(wanted)  # at once; one by one each costs a pause of 0.1 s
        told = await self._admin.describe_topics(wanted)
        parts = [TopicPartition(one["topic"], each["partition"]) for one in told for each in one["partitions"]]
        try:
            async with asyncio.timeout(WAIT_S):
                firsts = await self._consumer.beginning_offsets(parts)
                ends = await self._consumer.end_offsets(parts)
        except (KafkaError, TimeoutError) as fault:
            raise Transient(f"log: {type(fault).__name__}") from None
        ends |= await self._past_last_batch([part for part in parts if firsts[part] < ends[part]], ends)
        return {(part.topic, part.partition): (firsts[part], ends[part]) for part in sorted(parts)}

    async def _past_last_batch(self, parts: Sequence[Any], ends: Mapping[Any, int]) -> dict[Any, int]:
        """The embedded broker tells the end as if the last batch held one record; what a fetch tells is right."""
        self._begin({(part.topic, part.partition): (ends[part] - 1, 0) for part in parts})
        until = asyncio.get_running_loop().time() + WAIT_S
        while any(self._consumer.highwater(part) is None for part in parts):
            if asyncio.get_running_loop().time() > until:
                raise Transient("log: no answer to a fetch")
            await self._more()
        return {part: max(ends[part], self._consumer.highwater(part)) for part in parts}

    async def read(self, topics: Sequence[str]) -> AsyncIterator[Record]:
        """Every record that stands on the topics now, in order per partition."""
        spans = {part: span for part, span in (await self.spans(topics)).items() if span[0] < span[1]}
        left = {part: end for part, (_, end) in spans.items()}
        self._begin(spans)
        while left:
            for record in await self._more():
                if record.offset < spans[record.part][1]:
                    yield record
            for part in list(left):  # by position: what was compacted or deleted meanwhile never comes
                if await self._consumer.position(TopicPartition(*part)) >= left[part]:
                    del left[part]

    async def follow(self, topics: Sequence[str]) -> AsyncIterator[list[Record]]:
        """What stands on the topics, then what comes, a few records at a time, until no longer asked."""
        self._begin(await self.spans(topics))
        while True:
            yield await self._more()

    def _begin(self, spans: Mapping[Part, tuple[int, int]]) -> None:
        self._taking.forget()
        self._consumer.assign([TopicPartition(*part) for part in spans])
        for part, (first, _) in spans.items():
            self._consumer.seek(TopicPartition(*part), first)

    async def _more(self) -> list[Record]:
        """What came, also beside records the client cannot read, which are handed on as unreadable."""
        parts = sorted((part.topic, part.partition) for part in self._consumer.assignment())
        try:
            async with asyncio.timeout(WAIT_S):
                found = await self._taking.something_of_each(self._consumer, parts, 1000, 0)
                if not found:
                    await asyncio.sleep(LOOK_S)
        except (KafkaError, TimeoutError) as fault:
            raise Transient(f"log: {type(fault).__name__}") from None
        return [record._replace(headers=tuple((name, value or b"") for name, value in record.headers))
                for record in found]  # fmt: skip

    async def committed(self, group: str, parts: Sequence[Part]) -> dict[Part, int]:
        """Where a group stands on the partitions it reads; those it does not read are left out."""
        asked = [TopicPartition(*part) for part in parts]  # the embedded broker answers only when asked for each
        try:
            async with asyncio.timeout(WAIT_S):
                told = await self._admin.list_consumer_group_offsets(group, partitions=asked)
        except (KafkaError, OSError, TimeoutError) as fault:
            raise Transient(f"log: {type(fault).__name__}") from None
        return {(part.topic, part.partition): at.offset for part, at in told.items() if at.offset >= 0}
