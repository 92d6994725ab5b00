"""The world of one seed: a broker, a store per service, processes that come and go, and what befalls them."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from shared import clock
from shared.flow.service import Service
from shared.testing.memory_store import MemorySwitch
from shared.testing.virtual import Process, VirtualLoop, release
from tests.simulation.groups import Group, SimBroker
from tests.simulation.log import SimLog
from tests.simulation.net import Net
from tests.simulation.plan import SERVICES, Plan, Trouble
from tests.simulation.replica import SESSION_S, Make, Replica
from tests.simulation.seen import ENDED
from tests.simulation.store import SimStore
from tests.simulation.writing import left_behind, let_go, not_written

T0 = datetime(2026, 11, 23, 8, tzinfo=UTC)
MakeOf = Callable[["World", str, str], Make]


class World:
    """What a seed's run happens in. `defects` are broken rules, each with the thing it broke."""

    def __init__(self, loop: VirtualLoop, plan: Plan, make: MakeOf, services: Iterable[str] = SERVICES) -> None:
        self.loop, self.plan, self.make_of = loop, plan, make
        self.rng = random.Random(plan.rng.random())
        self.net = Net(loop, random.Random(plan.rng.random()), plan.weather)
        self.net.on_fate = self._fate
        self.broker = SimBroker(self.now, plan.partitions)
        apart = plan.brokers_apart_s
        self.broker.apart = lambda part: (self.rng.random() * 2 - 1) * apart
        self.broker.on_append = self._appended
        self.services = tuple(services)
        self.stores = {service: SimStore(service, plan.whole_copies) for service in self.services}
        for service, store in self.stores.items():
            store.on_write, store.on_keep = self._written, self._kept
            store.on_due = lambda lane, service=service: self._due_changed(service, lane)
        self.switches = {service: MemorySwitch() for service in self.services}
        self.versions = dict.fromkeys(self.services, "old")
        self.epochs: dict[str, int] = {}
        self.groups: dict[str, Group] = {}
        self.replicas: dict[str, list[Replica]] = {service: [] for service in self.services}
        self.defects: list[tuple[str, str]] = []
        self.story: list[tuple[Any, ...]] | None = None
        self.counts: Counter[str] = Counter()
        self.befallen: list[Trouble] = []
        self.down: set[str] = set()
        self.when_told: list[Callable[[str, dict[str, Any]], bool]] = []
        self.when_done: list[Callable[[str], bool]] = []
        self.faulty = True
        self.calls: Any = None
        self.ops: Any = None
        self.effects: dict[str, Any] = {}
        self.providers: dict[str, Any] = {}
        self.breaks: Callable[[str, str], bool] = lambda thing, mark: False
        self._born = 0

    # Time ----------------------------------------------------------------------------------------

    def now(self, skew_s: float = 0.0) -> datetime:
        return T0 + timedelta(milliseconds=int((self.loop.time() + skew_s) * 1000))

    def now_ms(self, skew_s: float = 0.0) -> int:
        return clock.to_ms(self.now(skew_s))

    # What is told of it --------------------------------------------------------------------------

    def defect(self, text: str, thing: str = "") -> None:
        self.defects.append((thing, text))

    def note(self, *what: Any) -> None:
        """One line of the story, when it is told at all; counted by its first word."""
        self.counts[what[0]] += 1
        if self.story is not None:
            self.story.append((self.loop.time(), *what))

    def _appended(self, record: Any) -> None:
        if self.story is not None:
            self.note("append", record)

    def _written(self, service: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Each write follows from the one before: what only rises has not fallen."""
        if self.story is not None:
            self.note("write", service, old, new)
        id = new["_id"]
        if new.get("erased") and not old.get("erased") and service == "triage":
            self.counts["erased in the middle"] += new["state"].get("status") not in ENDED
        if new["v"] != old.get("v", 0) + 1:
            self.defect(f"{service}: version {old.get('v', 0)} was followed by {new['v']}", id)
        if new["told"] > old.get("told", 0):
            self.when_told = [waits for waits in self.when_told if not waits(service, new)]
        if not old:
            return
        if old["lane"] == "express" != new["lane"]:
            self.defect(f"{service}: the lane was lowered", id)
        for effect in left_behind(old, new):
            self.defect(f"{service}: a raise left the order of {effect} on standard", id)
        for place in let_go(service, old, new, self.broker.furthest):
            self.defect(f"{service}: what {place} made it tell was let go before its offset was committed", id)
        if new["told"] < old["told"]:
            self.defect(f"{service}: told {old['told']} was followed by {new['told']}", id)
        if old.get("erased") and not new.get("erased"):
            self.defect(f"{service}: an erasure was undone", id)
        for source, heard in old["heard"].items():
            if new["heard"].get(source, {"high": 0})["high"] < heard["high"]:
                self.defect(f"{service}: the number heard from {source} fell", id)

    def _kept(self, service: str, page: dict[str, Any]) -> None:
        store = self.stores[service]
        thing = page.get("thing", "")
        if not_written(page, store.pages.get(page["_id"]), store.things.get(thing, {})):
            self.defect(f"{service}: {page['_id']} was kept with entries nobody had written", thing)

    def done_for(self, service: str) -> None:
        """A provider did something for a service."""
        self.when_done = [waits for waits in self.when_done if not waits(service)]

    async def until(self, check: Callable[[], Any]) -> Any:
        """What the check finds at last; nothing when faults end before."""
        while self.faulty and not check():
            await asyncio.sleep(0.5)
        return self.faulty and check()

    # Processes -----------------------------------------------------------------------------------

    def group(self, name: str) -> Group:
        if name not in self.groups:
            rng = random.Random(self.rng.random())
            self.groups[name] = Group(name, self.broker, self.loop, rng)
        return self.groups[name]

    def start(self, service: str) -> Replica:
        self._born += 1
        version = self.versions[service]
        replica = Replica(self, f"{service}-{self._born}", self.make_of(self, service, version))
        self.counts["side by side"] += any(other.make.version != version for other in self.live(service))
        self.replicas[service].append(replica)
        self.note("start", replica.name, version)
        replica.start()
        return replica

    def wanted(self, service: str) -> None:
        """As the supervisor sees to it: as many replicas as planned."""
        while service not in self.down and len(self.live(service)) < self.plan.replicas[service]:
            self.start(service)

    def declared(self, service: str) -> Service[Any]:
        """What the newest version running declares."""
        return self.make_of(self, service, self.versions[service]).service

    def live(self, service: str) -> list[Replica]:
        return [replica for replica in self.replicas[service] if replica.alive]

    def kill(self, replica: Replica, why: str) -> None:
        """As SIGKILL; the groups notice when the session runs out, the supervisor starts another."""
        if not replica.alive:
            return
        self.note("kill", replica.name, why)
        self.loop.kill(replica.process)
        self.replicas[replica.make.service.name].remove(replica)
        for log in replica.all_logs:
            self.loop.after(SESSION_S * self.rng.random(), log.members.leave, log)
        pause = self.rng.random() * self.plan.restart_s if self.faulty else 0.1
        self.loop.after(pause, self.wanted, replica.make.service.name)

    def freeze(self, replica: Replica, seconds: float) -> None:
        """As SIGSTOP and, later, SIGCONT: past its session it is a zombie that does not know."""
        if not replica.alive or replica.process.frozen:
            return
        self.note("freeze", replica.name, round(seconds, 1))
        self.loop.freeze(replica.process)
        self.loop.after(SESSION_S, self._expel, replica)
        self.loop.after(seconds, self.thaw, replica)

    def _expel(self, replica: Replica) -> None:
        if replica.process.frozen:
            self.note("expelled", replica.name)
            for log in replica.all_logs:
                log.members.expel(log)

    def thaw(self, replica: Replica) -> None:
        if not replica.process.frozen:
            return
        self.note("thaw", replica.name)
        self.loop.thaw(replica.process)
        for log in replica.all_logs:
            if log not in log.members.members:
                self.counts["zombie"] += 1
                self.loop.after(self.rng.random() * 3.0, self._rejoin, log)

    def _rejoin(self, log: SimLog) -> None:
        """Its heartbeat is answered: unknown member."""

        async def again() -> None:
            await log.let_go()
            log.members.join(log)

        if log.process.alive and log not in log.members.members:
            self.loop.spawn(log.process, again())

    def _fate(self, fate: str, process: Process, kind: str, long: float) -> None:
        replica = next((r for rs in self.replicas.values() for r in rs if r.process is process), None)
        if replica is None:
            return
        if fate == "die soon":
            self._later(replica, self.rng.randint(1, 20), kind)
        elif fate.startswith("die"):
            self.kill(replica, f"{fate}: {kind}")
        elif fate.startswith("freeze"):
            self.freeze(replica, long)
        else:
            self.note("rebalance", replica.name)
            self.rng.choice(replica.all_logs).members.rebalance()

    def _later(self, replica: Replica, steps: int, kind: str) -> None:
        """Killed at whichever await it has come to after some more of its own steps."""
        if steps:
            self.loop.in_turn(replica.process, self._later, replica, steps - 1, kind)
        else:
            self.kill(replica, f"die soon: {kind}")

    # The servers ---------------------------------------------------------------------------------

    def log_away(self, away: bool) -> None:
        self.note("log", "away" if away else "back")
        self.broker.away = away

    def leader_away(self, part: tuple[str, int], seconds: float) -> None:
        self.note("leader away", *part, round(seconds, 1))
        self.broker.leaderless.add(part)
        self.loop.after(seconds, self.broker.leaderless.discard, part)

    def store_away(self, service: str, away: bool) -> None:
        self.note("store", service, "away" if away else "back")
        self.stores[service].away = away

    def stop_lane(self, service: str, reason: str | None) -> None:
        """Stops or, without a reason, resumes a standard lane; its processes look again within a second."""
        self.note("lane", service, reason or "resumed")
        self.switches[service].reasons["standard"] = reason
        for replica in self.live(service):
            for delay in (0.0, 1.5):
                self.loop.after(delay, replica.logs["standard"].ring)

    def _due_changed(self, service: str, lane: str) -> None:
        for replica in self.replicas[service]:
            if lane in replica.tickers:
                release(replica.tickers[lane])
