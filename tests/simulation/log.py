"""The log of a simulated process: the twin, reached over the net, as one member of its group."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from shared.flow.errors import Transient
from shared.flow.records import Outgoing, Part, Record
from shared.testing.memory_log import MemoryLog
from shared.testing.virtual import Process, release
from tests.simulation.groups import Group, SimBroker
from tests.simulation.net import Both, Net


class SimLog(MemoryLog):
    """One process's member of one group."""

    def __init__(
        self, net: Net, process: Process, broker: SimBroker, group: Group, topics: Sequence[str], rings: bool = False
    ) -> None:
        super().__init__(broker, group.name, topics)
        self.net, self.process, self.members, self.rings = net, process, group, rings
        self.world: SimBroker = broker
        self.generation = -1
        self.counts: dict[str, tuple[float, int]] = {}
        self._bell: asyncio.Future[None] | None = None
        self._rung, self._nothing = False, 0
        self._lag: int | None = None
        self.stopped: Callable[[], bool] = lambda: False
        self._cut_until = self._held_until = 0.0
        self._committed_then: Callable[[], None] | None = None

    # The group -----------------------------------------------------------------------------------

    async def let_go(self) -> None:
        """What the client does when it hears of a rebalance."""
        await self.revoked()
        self._hold([])

    def given(self, parts: Sequence[Part], generation: int) -> None:
        if generation == self.members.generation and self in self.members.members and self.process.alive:
            self.generation = generation
            self.counts.clear()
            self.assign(parts)
            self._hold(parts)
            self.ring()

    def _hold(self, parts: Sequence[Part]) -> None:
        self._lag = None
        for holders in self.world.holders.values():
            if self in holders:
                holders.remove(self)
        for part in parts:
            self.world.holders.setdefault(part, []).append(self)

    def fenced(self) -> bool:
        """Whether the broker no longer takes this member's commits."""
        return self not in self.members.members or self.generation != self.members.generation

    # Reading -------------------------------------------------------------------------------------

    def ring(self) -> None:
        """Something is different: `fetch`, waiting or called next, looks and returns."""
        self._rung, self._nothing = True, 0
        self.came()

    def came(self) -> None:
        """Something was appended to a partition held here: `fetch`, if it waits, looks."""
        self._lag = None
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    def lag(self, part: Part | None = None) -> int:
        """Counted anew only after something has changed."""
        if part is not None:
            return super().lag(part)
        if self._lag is None:
            records = self.world.records
            self._lag = sum(len(records[part]) - self._position[part] for part in self._owned if part in records)
        return self._lag

    def seek(self, offsets: Mapping[Part, int]) -> None:
        super().seek(offsets)
        self._lag = None

    async def fetch(self, at_most: int, wait_s: float) -> list[Record]:
        if self.lag() == 0 and not self._rung:
            await self._wait(wait_s)
        self._rung = False
        if self.lag() == 0:
            self._nothing += 1
            return []
        self._nothing = 0
        assignment = self.assignment
        found: list[Record] = await self.net.read(self.process, "fetch", lambda: self._taken(at_most, assignment))
        if not found and self._silent():
            await asyncio.sleep(wait_s)
        if self._held_until > self.net.loop.time():
            await asyncio.sleep(self._held_until - self.net.loop.time())
        return found

    async def _wait(self, wait_s: float) -> None:
        """Until it is rung. Where its lane stands stopped it looks up after its time as well, the first few times."""
        self._bell = self.net.loop.create_future()
        timer = self.net.loop.call_later(wait_s, release, self._bell) if self._nothing < 4 and self.stopped() else None
        await self._bell
        self._bell = None
        if timer is not None:
            timer.cancel()

    def _silent(self) -> bool:
        """The client gives nothing, without an error, of what has no leader and while nobody is there."""
        return self.world.away or not self.world.leaderless.isdisjoint(self._owned)

    async def measure(self) -> None:
        if self._silent():
            raise Transient("log: nobody says")

    def _taken(self, at_most: int, assignment: int) -> list[Record]:
        if self.world.away or assignment != self.assignment:
            return []
        self._lag = None
        return self._take(at_most)

    def _take(self, at_most: int) -> list[Record]:
        """As the twin's, without looking into partitions that hold nothing."""
        records, held = self.world.records, self._owned
        dark = self.world.leaderless
        self._owned = {part: at for part, at in held.items() if part in records and part not in dark}
        found = super()._take(at_most)
        self._owned = held
        return found

    # Writing -------------------------------------------------------------------------------------

    def cut_off(self, cut_s: float, held_s: float, then: Callable[[], None]) -> None:
        """Publishing fails for a time, what is fetched comes late, and `then` follows the first commit after that."""
        now = self.net.loop.time()
        self._cut_until, self._held_until = now + cut_s, now + held_s
        self.net.loop.after(held_s - 0.1, setattr, self, "_committed_then", then)

    def partitions(self, topic: str) -> int:
        """As this process last saw it; it looks again at each rebalance and once a minute."""
        now, (seen, count) = self.net.loop.time(), self.counts.get(topic, (-1e9, 0))
        if now - seen > 60.0:
            count = self.world.partitions(topic)
            self.counts[topic] = now, count
        return count

    async def publish(self, messages: Sequence[Outgoing]) -> list[tuple[Part, int]]:
        if not messages:
            return []
        if self._cut_until > self.net.loop.time():
            await asyncio.sleep(self._cut_until - self.net.loop.time())
            self.ring()
            raise Transient("publish: no answer")
        counts = [self.partitions(message.topic) for message in messages]
        both = list(zip(messages, counts, strict=True))

        def landed(some: Sequence[tuple[Outgoing, int]]) -> list[tuple[Part, int]]:
            return [self.world.append(message, count) for message, count in some]

        def halves() -> Both:
            rng, kept = self.net.rng, {}
            first = [kept.setdefault((m.topic, m.key), rng.random() < 0.5) for m, _ in both]
            one = [pair for pair, now in zip(both, first, strict=True) if now]
            rest = [pair for pair, now in zip(both, first, strict=True) if not now]
            return lambda: landed(one), lambda: landed(rest)

        try:
            places: list[tuple[Part, int]] = await self.net.call(self.process, "publish", lambda: landed(both), halves)
        except Transient:
            self.ring()
            raise
        if self.rings:
            self.ring()
        return places

    async def commit(self, offsets: Mapping[Part, int], assignment: int) -> None:
        if assignment != self.assignment:
            return
        try:
            taken = await self.net.call(self.process, "commit", lambda: self._committed(offsets))
        except Transient:
            self.ring()
            raise
        if taken:
            self._owned.update({part: offset for part, offset in offsets.items() if part in self._owned})
        elif assignment == self.assignment:
            self.lost()
            self._hold([])

    def _committed(self, offsets: Mapping[Part, int]) -> bool:
        if self.world.away or self.group in self.world.uncoordinated:
            raise Transient("log away")
        if self.fenced():
            return False
        for part, at in offsets.items():
            if part in self._owned:
                group = self.group, part
                self.world.committed[group] = at
                self.world.furthest[group] = max(at, self.world.furthest.get(group, 0))
        if self._committed_then is not None:
            self.net.loop.after(0.0, self._committed_then)
            self._committed_then = None
        return True
