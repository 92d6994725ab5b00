"""One process of one service: its lanes, clocks, effects and HTTP face, from start to a clean end."""

import asyncio
import contextlib
import gc
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import structlog
import uvicorn
from fastapi import FastAPI

from shared import metrics
from shared.flow.edge import Edge
from shared.flow.effects import Effect, Effects
from shared.flow.errors import Transient
from shared.flow.messages import Lane
from shared.flow.service import Service
from shared.flow.stage import Stage
from shared.flow.ticks import Ticks
from shared.kafka.log import KafkaLog
from shared.kafka.publisher import Publisher
from shared.mongo.client import database
from shared.mongo.lanes import MongoSwitch, epoch
from shared.mongo.store import MongoStore
from shared.settings import ServiceSettings
from shared.web.app import served
from shared.web.door import Door

T = TypeVar("T")
log = structlog.get_logger(__name__)

LANES: tuple[Lane, Lane] = ("express", "standard")
LOOK_S, MEASURE_S = 1.0, 10.0
"""How often the watchdog looks at its own loops, and asks the broker what waits."""
STUCK = 70
"""Exit status of a process that ends because a lane stands still for no declared reason."""


class Host:
    """The parts of one process, and what its HTTP face may use of them."""

    def __init__(self, service: Service[Any], settings: ServiceSettings, effects: Mapping[str, Effect]) -> None:
        self.service, self.settings, self.kinds = service, settings, effects
        self.database = database(settings.mongo, settings.database or f"redress_{service.name}")
        self.store = MongoStore(self.database, service.name)
        self.switch = MongoSwitch(self.database)
        kafka = settings.kafka_settings()
        self.publishers: dict[Lane, Publisher] = {lane: Publisher(kafka, lane) for lane in LANES}
        self.logs: dict[Lane, KafkaLog] = {
            lane: KafkaLog(kafka, lane, f"redress.{service.name}.{lane}", service.topics(lane), self.publishers[lane])
            for lane in LANES
        }
        self.effect_logs: dict[Lane, KafkaLog] = {
            lane: KafkaLog(
                kafka, lane, f"redress.{service.name}.effects.{lane}", [service.effects(lane)], self.publishers[lane]
            )
            for lane in LANES
            if effects
        }
        self.edge = Edge(service, self.logs, self.store)
        self.stages: dict[Lane, Stage] = {}
        self.effects: dict[Lane, Effects] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._clocks: list[asyncio.Task[None]] = []
        self._starting: asyncio.Task[None] | None = None

    def publisher(self, lane: Lane) -> Publisher:
        """For what is published beside the flow: nothing that must not be lost."""
        return self.publishers[lane]

    def start(self) -> None:
        """Begins to run the lanes; servers that are away are waited for."""
        self._starting = asyncio.create_task(self._start())
        self._starting.add_done_callback(_end_if_failed)

    async def _start(self) -> None:
        number = await _when_there(lambda: epoch(self.database))
        await _when_there(self.store.prepare)
        for lane in LANES:
            stage = Stage(self.service, lane, self.logs[lane], self.store, self.switch, number)
            stage.written = self.edge.written
            stage.before = self.stages["express"].status if lane == "standard" else None
            self.stages[lane] = stage
        self._clocks.append(asyncio.create_task(self._watch(), name="watchdog"))
        # At once: what cannot start on one road keeps nothing waiting on the other.
        await asyncio.gather(*map(self._start_lane, LANES), *map(self._start_effects, self.effect_logs))

    async def _start_lane(self, lane: Lane) -> None:
        await _when_there(self.logs[lane].start)
        self._tasks.append(asyncio.create_task(self.stages[lane].run(), name=f"stage {lane}"))
        every_s, pause_s = self.settings.tick_every_s, self.settings.tick_pause_s
        ticks = Ticks(self.service, lane, self.logs[lane], self.store, every_s, pause_s)
        self._clocks.append(asyncio.create_task(ticks.run(), name=f"ticks {lane}"))

    async def _start_effects(self, lane: Lane) -> None:
        await _when_there(self.effect_logs[lane].start)
        self.effects[lane] = Effects(self.service, lane, self.effect_logs[lane], self.kinds)
        self._tasks.append(asyncio.create_task(self.effects[lane].run(), name=f"effects {lane}"))

    async def stop(self) -> None:
        """Stop taking, finish the batch, commit, leave."""
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
        for clock in self._clocks:
            clock.cancel()
        for stage in self.stages.values():
            stage.stop()
        for effect in self.effects.values():
            effect.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self.settings.grace_s)
        for log_ in (*self.logs.values(), *self.effect_logs.values()):
            await log_.stop()
        for publisher in self.publishers.values():
            await publisher.stop()

    # Watching ----------------------------------------------------------------------------------

    async def ready(self) -> dict[str, str]:
        """Each part and what it does; anything but `ok` or `running` is red."""
        state = {"log": "ok" if await self.publishers["express"].ping() else "away"}
        try:
            await asyncio.wait_for(self.store.load([]), 3.0)
            state["store"] = "ok"
        except (Transient, TimeoutError):
            state["store"] = "away"
        for lane in LANES:
            stage = self.stages.get(lane)
            state[f"lane {lane}"] = stage.status.state if stage else "starting"
        return state

    async def _watch(self) -> None:
        measured = -MEASURE_S
        while True:
            await asyncio.sleep(LOOK_S)
            if time.monotonic() - measured > MEASURE_S:  # what is never fetched is not known to wait
                for log_ in self.logs.values():
                    with contextlib.suppress(Transient):
                        await log_.measure()
                measured = time.monotonic()
            for lane, stage in self.stages.items():
                lag = self.logs[lane].lag()
                metrics.LAG.labels(self.service.name, lane).set(lag)
                for state in ("starting", "running", "waiting", "stopped", "draining"):
                    metrics.LANE_STATE.labels(self.service.name, lane, state).set(state == stage.status.state)
                if stage.status.stuck(lag, self.settings.stuck_after_s):
                    await self._end_if_stuck(lane, stage)
            for task in (*self._tasks, *self._clocks):
                if task.done():
                    defect = "cancelled" if task.cancelled() else type(task.exception()).__name__
                    log.error("a loop ended", task=task.get_name(), defect=defect)
                    _crash()

    async def _end_if_stuck(self, lane: Lane, stage: Stage) -> None:
        if not await self.publishers[lane].ping():
            stage.status.waits("log away")
            return
        log.error("no progress with lag: ending", service=self.service.name, lane=lane)
        _crash()


def _end_if_failed(starting: asyncio.Task[None]) -> None:
    """A lane that never came up would be missed by nobody."""
    if not starting.cancelled() and (defect := starting.exception()) is not None:
        log.error("not started", defect=type(defect).__name__)
        _crash()


def _crash() -> None:
    """Crash only: the log holds everything, and whoever starts us again begins from it."""
    os._exit(STUCK)


async def _when_there(begin: Callable[[], Awaitable[T]]) -> T:
    pause = 0.1
    while True:
        try:
            return await begin()
        except Transient as fault:
            log.warning("waiting to start", why=str(fault))
            await asyncio.sleep(pause)
            pause = min(pause * 2, 3.0)


def collect_seldom() -> None:
    """Tells the garbage collector what this process is like: what stands after the start stays, and what a batch
    makes holds no cycles. A batch of 500 facts is some 30,000 objects, so the default looks 40 times a batch."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def run_service(
    service: Service[Any],
    settings: ServiceSettings,
    effects: Mapping[str, Effect],
    make_app: Callable[[Host], FastAPI],
) -> None:
    """Serves until SIGTERM or SIGINT, then drains within the grace period."""
    host = Host(service, settings, effects)
    app = make_app(host)
    config = uvicorn.Config(
        served(app), host=settings.host, port=settings.port, log_config=None, access_log=False, lifespan="on",
        http=Door, ws="none", timeout_keep_alive=30, proxy_headers=False, server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, lambda: setattr(server, "should_exit", True))
    collect_seldom()
    host.start()
    with contextlib.suppress(asyncio.CancelledError):
        await server.serve()
    await host.stop()
