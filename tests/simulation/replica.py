"""One process of one service: the real stage, ticks, effects and edge of both lanes, as the host puts them together."""

import asyncio
import contextlib
import random
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.flow.edge import Edge
from shared.flow.effects import Effect, Effects
from shared.flow.errors import Transient
from shared.flow.lanes import DeadLetterLimit
from shared.flow.messages import Lane
from shared.flow.service import Service
from shared.flow.stage import Pace, Stage
from shared.flow.ticks import Ticks
from shared.testing.virtual import Process, release
from tests.simulation.log import SimLog
from tests.simulation.store import StoreOver, SwitchOver

if TYPE_CHECKING:
    from tests.simulation.world import World

LANES: tuple[Lane, Lane] = ("express", "standard")
SESSION_S = 6.0


@dataclass(frozen=True, slots=True)
class Make:
    """What a replica is made of: its service in one version, how its effects are carried out, how it paces itself."""

    service: Service[Any]
    effects: Mapping[str, Effect]
    batch: int = 500
    version: str = "old"
    skew_s: float = 0.0


class Replica:
    """Runs from `start` until it is killed or has drained."""

    def __init__(self, world: "World", name: str, make: Make) -> None:
        self.world, self.name, self.make = world, name, make
        self.process = Process(name)
        service, net, rng = make.service, world.net, world.rng
        self.rng = random.Random(rng.random())
        self.store = StoreOver(net, self.process, world.stores[service.name])
        self.switch = SwitchOver(service.name, world.switches[service.name], world.loop.time, world.note)
        self.logs: dict[Lane, SimLog] = {lane: self._log(lane, service.topics(lane)) for lane in LANES}
        self.effect_logs: dict[Lane, SimLog] = {
            lane: self._log(lane, [service.effects(lane)], "effects.") for lane in LANES if make.effects
        }
        self.edge = Edge(service, self.logs, self.store)
        self.stages: dict[Lane, Stage] = {}
        self.effects: dict[Lane, Effects] = {}
        self.tickers: dict[Lane, asyncio.Future[None]] = {}
        self.face: Any = None
        self._running: list[asyncio.Task[Any]] = []

    def _log(self, lane: Lane, topics: list[str], kind: str = "") -> SimLog:
        group = self.world.group(f"redress.{self.make.service.name}.{kind}{lane}")
        return SimLog(self.world.net, self.process, self.world.broker, group, topics, rings=bool(kind))

    @property
    def all_logs(self) -> list[SimLog]:
        return [*self.logs.values(), *self.effect_logs.values()]

    @property
    def alive(self) -> bool:
        return self.process.alive

    def start(self) -> None:
        make = self.make
        for lane in LANES:
            stage = Stage(
                make.service,
                lane,
                self.logs[lane],
                self.store,
                self.switch,
                self.world.epochs.get(make.service.name, 0),
            )
            stage.pace = Pace(most=make.batch, least=make.batch, pause_s=0.2)
            stage.size = make.batch
            stage.standing.reach = 2 * max(self.world.plan.batches)
            stage.limit = DeadLetterLimit(in_a_row=self.world.plan.dead_in_a_row)
            self.stages[lane] = stage
            self._spawn(stage.run(), f"stage {lane}")
            self.tickers[lane] = self.world.loop.create_future()
            self._spawn(self._tick(lane), f"ticks {lane}")
            self.logs[lane].stopped = lambda stage=stage: stage.status.state == "stopped"
        for lane, log in self.effect_logs.items():
            self.effects[lane] = Effects(make.service, lane, log, make.effects, now=lambda: self.world.now(make.skew_s))
            self._spawn(self.effects[lane].run(), f"effects {lane}")
        for log in self.all_logs:
            log.members.join(log)

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        task = self.world.loop.spawn(self.process, work, name)
        task.add_done_callback(lambda done: self._ended(done, name))
        self._running.append(task)

    def _ended(self, task: asyncio.Task[Any], name: str) -> None:
        """A loop that ends by a defect ends its process; so does the host's watchdog."""
        if not task.cancelled() and task.exception() is not None:
            fault = task.exception()
            self.world.defect(f"{self.name}: the loop `{name}` ended: {fault!r}", fault)
            self.world.kill(self, "its loop ended")

    async def _tick(self, lane: Lane) -> None:
        """As `Ticks.run`, but time jumps to where a clock may strike: at times early, late or twice."""
        service = self.make.service
        skew = self.make.skew_s
        ticks = Ticks(service, lane, self.logs[lane], self.store, now=lambda: self.world.now(skew))
        twice = Ticks(service, lane, self.logs[lane], self.store, now=lambda: self.world.now(skew))
        idle = 0
        while True:
            due = self.world.stores[service.name].next_due(lane)
            wait = (due - self.world.now_ms(skew)) / 1000 if due is not None else 1e9
            if wait > 0:
                bell = self.tickers[lane] = self.world.loop.create_future()
                timer = self.world.loop.call_later(wait + self.rng.random(), release, bell)
                await bell
                timer.cancel()
                idle = 0
                continue
            with contextlib.suppress(Transient):
                told = await ticks.once()
                idle = 0 if told else idle + 1
                if self.rng.random() < self.world.plan.double_ticks:
                    await twice.once()
            await asyncio.sleep(min((2.0 + 10 * self.rng.random()) * 2 ** min(idle, 6), 300.0))

    # Its end -------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """SIGTERM: stop taking, finish the batch, commit, leave."""
        for stage in self.stages.values():
            stage.stop()
        for effects in self.effects.values():
            effects.stop()
        for log in self.all_logs:
            log.ring()
        loops = [task for task in self._running if "ticks" not in task.get_name()]
        await asyncio.wait(loops, timeout=30.0)
        for log in self.all_logs:
            log.members.leave(log)
