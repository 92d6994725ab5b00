"""A stage over the twins, run until the log is empty: builder, act, outcome."""

import asyncio
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.flow.messages import Lane
from shared.flow.records import Outgoing, Record
from shared.flow.service import Service
from shared.flow.stage import Pace, Stage
from shared.flow.ticks import Ticks
from shared.testing.memory_log import MemoryBroker, MemoryLog
from shared.testing.memory_store import MemoryStore, MemorySwitch
from tests.flow.toy import T0, toy

FAST = Pace(wait_s=0.001, pause_s=0.001, pause_most_s=0.005)


class Bench:
    """One broker, one store, and as many stages as a test starts."""

    def __init__(self, service: Service[Any] | None = None) -> None:
        self.time: datetime = T0
        self.broker = MemoryBroker(now=lambda: self.time)
        self.store, self.switch = MemoryStore(), MemorySwitch()
        self.service = service or toy()

    def put(self, *messages: Outgoing) -> "Bench":
        for message in messages:
            self.broker.append(message)
        return self

    async def stage(self, lane: Lane = "standard", service: Service[Any] | None = None, epoch: int = 0) -> Stage:
        """A new member of the lane's group."""
        service = service or self.service
        log = MemoryLog(self.broker, f"{service.name}.{lane}", service.topics(lane))
        stage = Stage(service, lane, log, self.store, self.switch, epoch)
        stage.pace = FAST
        await log.start()
        return stage

    async def run(self, *stages: Stage, turns: int = 12) -> None:
        """Lets the stages work until nothing waits."""
        for _ in range(turns):
            for stage in stages:
                await self.turn(stage)
            if all(stage.log.lag() == 0 and stage._outstanding is None for stage in stages):
                return

    async def turn(self, stage: Stage) -> None:
        from shared.flow.errors import Transient

        try:
            await stage._turn()
        except Transient:
            await asyncio.sleep(0.001)

    def ticks(self, stage: Stage, **more: Any) -> Ticks:
        return Ticks(self.service, stage.lane, stage.log, self.store, now=lambda: self.time, **more)

    # What came of it ---------------------------------------------------------------------------

    def told(self, topic: str = "redress.toy", lanes: Iterable[str] = ("express", "standard")) -> list[dict[str, Any]]:
        """Facts on the toy's topics: type, number, lane, what happened."""
        return [read(record) for lane in lanes for record in self.broker.all(f"{topic}.{lane}")]

    def distinct(self) -> dict[str, dict[str, Any]]:
        """Facts by id; a second telling under an id must say the same."""
        found: dict[str, dict[str, Any]] = {}
        for fact in self.told():
            assert found.setdefault(fact["id"], fact) == fact, "one id, two contents"
        return found

    def committed(self, topic: str, group: str = "toy.standard") -> int:
        return sum(at for (g, (t, _)), at in self.broker.committed.items() if g == group and t == topic)

    def thing(self, id: str = "c1") -> dict[str, Any]:
        return self.store.things[id]


def read(record: Record) -> dict[str, Any]:
    headers = {name: value.decode() for name, value in record.headers}
    data = json.loads(record.value or b"null")
    fact = {"id": headers["ce_id"], "type": headers["ce_type"], "topic": record.topic, "data": data}
    if "ce_sequence" in headers:
        fact |= {"number": int(headers["ce_sequence"]), "thing": headers["ce_subject"], "happened": data["happened"]}
    return fact
