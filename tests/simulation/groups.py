"""The broker of a simulated world, and the groups that share its partitions out."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared import ids
from shared.flow.errors import Transient
from shared.flow.records import Outgoing, Part, Record
from shared.testing.memory_log import MemoryBroker
from shared.testing.virtual import VirtualLoop

if TYPE_CHECKING:
    from tests.simulation.log import SimLog

REBALANCE_S = 12.0
"""A member that has not let go by then is out of its group; it still believes otherwise."""


class SimBroker(MemoryBroker):
    """Partitions led by brokers whose clocks stand apart; members are rung when something comes.

    `furthest`: the highest offset each group ever committed; one that lands late may lower what stands committed.
    `leaderless`: partitions that take nothing, and give nothing without a word of it, as clients see them.
    """

    def __init__(self, now: Callable[[], datetime], partitions: int) -> None:
        super().__init__(now=now, default_partitions=partitions)
        self.apart: Callable[[Part], float] = lambda _: 0.0
        self.holders: dict[Part, list[SimLog]] = {}
        self.on_append: Callable[[Record], None] = lambda _: None
        self.before: Callable[[Outgoing], Sequence[Outgoing]] = lambda _: ()
        self.uncoordinated: set[str] = set()
        self.furthest: dict[tuple[str, Part], int] = {}
        self.leaderless: set[Part] = set()
        self._apart: dict[Part, timedelta] = {}

    def time(self, part: Part) -> datetime:
        if part not in self._apart:
            self._apart[part] = timedelta(milliseconds=int(self.apart(part) * 1000))
        return self.now() + self._apart[part]

    def append(self, message: Outgoing, count: int | None = None) -> tuple[Part, int]:
        if self.away:
            raise Transient("log away")
        if self.leaderless:
            part = message.topic, ids.partition(message.key_bytes, count or self.partitions(message.topic))
            if part in self.leaderless:
                raise Transient("no leader")
        for belated in self.before(message):
            self._land(belated, count)
        return self._land(message, count)

    def _land(self, message: Outgoing, count: int | None) -> tuple[Part, int]:
        part, offset = super().append(message, count)
        self.on_append(self.records[part][offset])
        for member in self.holders.get(part, ()):
            member.came()
        return part, offset


class Group:
    """One consumer group: who is in it, and which generation counts."""

    def __init__(self, name: str, broker: SimBroker, loop: VirtualLoop, rng: random.Random) -> None:
        self.name, self.broker, self.loop, self.rng = name, broker, loop, rng
        self.members: list[SimLog] = []
        self.generation = 0
        self._asked: asyncio.Event = asyncio.Event()
        self._task = loop.create_task(self._run())

    def rebalance(self) -> None:
        """Asks for one; it is at work soon."""
        self._asked.set()

    def join(self, member: "SimLog") -> None:
        if member not in self.members:
            self.members.append(member)
        self.rebalance()

    def leave(self, member: "SimLog") -> None:
        if member in self.members:
            self.members.remove(member)
        self.rebalance()

    def expel(self, member: "SimLog") -> None:
        """Its session ran out: the others share its partitions, and it does not know yet."""
        if member in self.members:
            self.members.remove(member)
            self.generation += 1
            self.rebalance()

    def calm(self) -> bool:
        return not self._asked.is_set() and all(m.generation == self.generation for m in self.members)

    async def _run(self) -> None:
        while True:
            await self._asked.wait()
            await asyncio.sleep(self.rng.random() * 0.5)
            if self.broker.away:
                await asyncio.sleep(1.0)
                continue
            self._asked.clear()
            await self._round()

    async def _round(self) -> None:
        """Eager: all let go, then all are given anew; whoever does not let go in time is out."""
        asked = {member: self.loop.spawn(member.process, member.let_go()) for member in self.members}
        if asked:
            await asyncio.wait(asked.values(), timeout=REBALANCE_S)
        for member, task in asked.items():
            if not task.done() and member in self.members:
                self.members.remove(member)
                if member.process.alive:
                    task.add_done_callback(lambda _, member=member: self.join(member))
        self.generation += 1
        self._share_out([member for member in self.members if member in asked])

    def _share_out(self, members: Sequence["SimLog"]) -> None:
        parts = sorted({(t, p) for m in members for t in m.topics for p in range(self.broker.partitions(t))})
        if self.rng.random() < 0.5:
            members = self.rng.sample(members, len(members))
        for index, member in enumerate(members):
            share = [part for at, part in enumerate(parts) if at % len(members) == index]
            self.loop.after(self.rng.random() * 0.2, member.given, share, self.generation)
