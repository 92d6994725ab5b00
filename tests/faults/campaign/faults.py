"""The faults: each process is killed, stopped and cut off, again and again, and the time until all goes on is taken."""

import asyncio
import random
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from deploy.local.processes import Server
from tests.faults.campaign.calls import Caller, Unanswered
from tests.faults.campaign.gauges import Gauges
from tests.faults.campaign.system import REPLICAS, System

How = Literal["kill", "stop", "reset", "silent", "lose", "busy", "hang"]
HOWS: tuple[How, ...] = ("kill", "stop", "reset", "silent")
PARTNERS: tuple[How, ...] = ("lose", "busy", "hang", "reset", "silent")
LASTS_S: dict[How, tuple[float, float]] = {
    "kill": (0.0, 6.0), "stop": (2.0, 14.0), "reset": (2.0, 10.0), "silent": (3.0, 14.0),
    "lose": (3.0, 6.0), "busy": (3.0, 6.0), "hang": (3.0, 6.0),
}  # fmt: skip
RECOVERY_MOST_S, CALM_S, SUPERVISE_S = 60.0, (0.5, 3.0), 0.5
ENDPOINTS = ("order", "payout", "grant", "protective_action")


@dataclass(frozen=True)
class Fault:
    """One fault as it was: when it began and ended, and how long after its end everything went on."""

    target: str
    how: How
    lasted_s: float
    recovered_s: float | None
    held_up: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """`service killed` and so on, for the table."""
        of = "broker" if self.target.startswith("kafka") else "service" if "-" in self.target else self.target
        return f"{of} {self.how}"


class Faults:
    """One fault after another until told to end; whatever ends by itself is started again and counted."""

    def __init__(self, system: System, gauges: Gauges, seed: int) -> None:
        self.system, self.gauges, self.random = system, gauges, random.Random(seed)
        self.done: list[Fault] = []
        self.ended_alone: list[str] = []
        self.held: set[str] = set()
        self._caller = Caller(3.0)

    async def run(self, until: float) -> None:
        """Until that moment; the last fault is brought to its end."""
        for target, how in self._order():
            if time.monotonic() >= until:
                return
            while target in self.held:
                await asyncio.sleep(0.2)
            await self.one(target, how)
            await asyncio.sleep(self.random.uniform(*CALM_S))

    def _order(self) -> Iterator[tuple[str, How]]:
        """Every target by every means, in a new order each round; each kind of target as early as any."""
        while True:
            kinds: dict[str, list[tuple[str, How]]] = defaultdict(list)
            for target in self.system.servers():
                for how in HOWS:
                    kinds[target.split("-")[0]].append((target, how))
            kinds["partners"] = [("partners", how) for how in PARTNERS]
            for each in kinds.values():
                self.random.shuffle(each)
            while any(kinds.values()):
                names = [name for name, left in kinds.items() if left]
                self.random.shuffle(names)
                for name in names:
                    yield kinds[name].pop()

    async def one(self, target: str, how: How) -> None:
        """Begins, lasts, ends; then waits until everything goes on."""
        lasts = self.random.uniform(*LASTS_S[how])
        self.gauges.now = f"{target} {how}"
        self.held.add(target)
        try:
            await self._begin(target, how)
            await asyncio.sleep(lasts)
        finally:
            await self._end(target, how)
            self.held.discard(target)
        ended = time.monotonic()
        self.gauges.now = f"after {target} {how}"
        recovered, held_up = await self._recovered(ended)
        self.done.append(Fault(target, how, lasts, recovered, held_up))
        self.gauges.now = "calm"

    async def _begin(self, target: str, how: How) -> None:
        match how:
            case "kill":
                await asyncio.to_thread(self._server(target).kill)
            case "stop":
                self._server(target).stop_signal()
            case "reset" | "silent":
                self.system.doors.set(how, target)
            case _:
                await self._partners(how)

    async def _end(self, target: str, how: How) -> None:
        match how:
            case "kill":
                self._server(target).spawn()
            case "stop":
                self._server(target).cont()
            case "reset" | "silent":
                self.system.doors.set("open", target)
            case _:
                await self._partners("normal")

    async def _partners(self, do: str) -> None:
        for endpoint in ENDPOINTS:
            body = {"endpoint": endpoint, "do": do, "seconds": 3.0 if do == "hang" else 0}
            try:
                await self._caller.ask(self.system.partners.port, "POST", "/_control", body=body)
            except Unanswered:
                continue

    def _server(self, target: str) -> Server:
        return self.system.servers()[target]

    async def _recovered(self, since: float) -> tuple[float | None, tuple[str, ...]]:
        """Seconds until nothing is held up; None, and what still is, when it took too long."""
        held_up = await self.gauges.held_up(since)
        while held_up and time.monotonic() - since < RECOVERY_MOST_S:
            await asyncio.sleep(0.5)
            held_up = await self.gauges.held_up(since)
        return (None if held_up else time.monotonic() - since), tuple(held_up[:5])

    # Supervision -------------------------------------------------------------------------------

    async def supervise(self) -> None:
        """Until cancelled: what ended though nobody killed it is started again, as a supervisor would."""
        while True:
            for name, server in self.system.servers().items():
                if name not in self.held and not server.alive:
                    self.ended_alone.append(f"{name} ended with {_said(server)} while {self.gauges.now}")
                    server.spawn()
            await asyncio.sleep(SUPERVISE_S)

    # Rolling replacement -----------------------------------------------------------------------

    async def replace(self, name: str) -> None:
        """One replica drains and is started as the later release."""
        while name in self.held:
            await asyncio.sleep(0.2)
        self.held.add(name)
        try:
            old = self._server(name)
            status = await asyncio.to_thread(old.stop, 25)
            if status != 0:
                self.ended_alone.append(f"{name} asked to end: {status}")
            self.system.renew(name)
            self._server(name).spawn()
        finally:
            self.held.discard(name)


def _said(server: Server) -> str:
    code = server.exit_code
    return signal.Signals(-code).name if code is not None and code < 0 else str(code)


def second_first() -> list[str]:
    """The order of a rolling replacement: one replica of each service, then the others."""
    return [name for letter in "ab" for name in REPLICAS if name.endswith(letter)]
