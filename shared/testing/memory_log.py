"""The twin of the log: topics in memory, groups with rebalances by hand, failures on demand."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared import clock, ids
from shared.flow.errors import Transient
from shared.flow.records import Outgoing, Part, Record


@dataclass(slots=True)
class MemoryBroker:
    """All topics. `now` is the log's clock; `away` makes every call fail; `counts` partitions by topic."""

    now: Callable[[], datetime] = clock.now
    default_partitions: int = 2
    counts: dict[str, int] = field(default_factory=dict)
    records: dict[Part, list[Record]] = field(default_factory=dict)
    committed: dict[tuple[str, Part], int] = field(default_factory=dict)
    members: dict[str, list["MemoryLog"]] = field(default_factory=dict)
    away: bool = False

    def partitions(self, topic: str) -> int:
        return self.counts.get(topic, self.default_partitions)

    def append(self, message: Outgoing, count: int | None = None) -> tuple[Part, int]:
        """Puts one message at the end of its partition; `count`: how many partitions its producer knows of."""
        key = message.key_bytes
        part = message.topic, ids.partition(key, count or self.partitions(message.topic))
        records = self.records.setdefault(part, [])
        records.append(Record(*part, len(records), self.time(part), key, message.value, message.headers))
        return part, len(records) - 1

    def time(self, part: Part) -> datetime:
        """The clock of the broker that leads a partition."""
        return self.now()

    def all(self, topic: str) -> list[Record]:
        """Every record of a topic, partition by partition."""
        return [record for part, records in sorted(self.records.items()) if part[0] == topic for record in records]

    async def rebalance(self, group: str) -> None:
        """Revokes everything of a group and assigns it anew, partitions in turn."""
        members = self.members.get(group, [])
        for member in members:
            await member.revoked()
        parts = sorted({(t, p) for m in members for t in m.topics for p in range(self.partitions(t))})
        for index, member in enumerate(members):
            member.assign([part for at, part in enumerate(parts) if at % len(members) == index])


class MemoryLog:
    """One member of one group, with the same protocol as the real one.

    `before_publish`, `before_commit` are called first and may raise; `lose_ack` publishes and then fails.
    """

    def __init__(self, broker: MemoryBroker, group: str, topics: Sequence[str]) -> None:
        self.broker, self.group, self.topics = broker, group, list(topics)
        self.lock = asyncio.Lock()
        self.drain: Callable[[], Awaitable[None]] | None = None
        self.assignment = 0
        self.lose_ack = 0
        self.before_publish: Callable[[Sequence[Outgoing]], None] = lambda _: None
        self.before_commit: Callable[[Mapping[Part, int]], None] = lambda _: None
        self._owned: dict[Part, int] = {}
        self._position: dict[Part, int] = {}
        self._turn = 0

    async def start(self) -> None:
        self.broker.members.setdefault(self.group, []).append(self)
        await self.broker.rebalance(self.group)

    async def stop(self) -> None:
        self.vanish()
        await self.broker.rebalance(self.group)

    def vanish(self) -> None:
        """Killed: the group does not know yet, nothing is drained."""
        self.broker.members[self.group].remove(self)

    async def revoked(self) -> None:
        async with self.lock:
            if self.drain is not None:
                await self.drain()
            self.lost()

    def lost(self) -> None:
        """Holds nothing from now on."""
        self._owned = {}
        self.assignment += 1

    def assign(self, parts: Sequence[Part]) -> None:
        self.assignment += 1
        self._owned = {part: self.broker.committed.get((self.group, part), 0) for part in parts}
        self._position = dict(self._owned)

    async def fetch(self, at_most: int, wait_s: float) -> list[Record]:
        if self.broker.away:
            raise Transient("log away")
        found = self._take(at_most)
        if not found:
            await asyncio.sleep(min(wait_s, 0.002))
        return found

    def _take(self, at_most: int) -> list[Record]:
        parts = sorted(self._owned)
        if not parts:
            return []
        self._turn = (self._turn + 1) % len(parts)
        share, inbox_left = max(1, at_most // len(parts)), max(1, at_most // 2)
        found: list[Record] = []
        for part in parts[self._turn :] + parts[: self._turn]:
            most = min(share, inbox_left) if ".inbox." in part[0] else share
            at = self._position[part]
            got = self.broker.records.get(part, [])[at : at + most]
            self._position[part] = at + len(got)
            inbox_left -= len(got) if ".inbox." in part[0] else 0
            found += [
                Record(r.topic, r.partition, r.offset, r.time, r.key, r.value, r.headers, self.assignment) for r in got
            ]
        return found

    def current(self, records: Sequence[Record]) -> list[Record]:
        return [r for r in records if r.assignment == self.assignment and r.part in self._owned]

    def owned(self) -> Mapping[Part, int]:
        return dict(self._owned)

    def seek(self, offsets: Mapping[Part, int]) -> None:
        self._position.update({part: at for part, at in offsets.items() if part in self._owned})

    def lag(self, part: Part | None = None) -> int:
        parts = self._owned if part is None else self._owned.keys() & {part}
        return sum(len(self.broker.records.get(part, [])) - self._position[part] for part in parts)

    async def measure(self) -> None:
        if self.broker.away:
            raise Transient("log away")

    async def publish(self, messages: Sequence[Outgoing]) -> list[tuple[Part, int]]:
        await asyncio.sleep(0)
        if self.broker.away:
            raise Transient("log away")
        self.before_publish(messages)
        places = [self.broker.append(message) for message in messages]
        if self.lose_ack:
            self.lose_ack -= 1
            raise Transient("acknowledgement lost")
        return places

    def partitions(self, topic: str) -> int:
        return self.broker.partitions(topic)

    async def commit(self, offsets: Mapping[Part, int], assignment: int) -> None:
        await asyncio.sleep(0)
        if assignment != self.assignment:
            return
        if self.broker.away:
            raise Transient("log away")
        self.before_commit(offsets)
        if self not in self.broker.members.get(self.group, ()):
            self.lost()
            return
        for part, offset in offsets.items():
            if part in self._owned:
                self.broker.committed[self.group, part] = self._owned[part] = offset
