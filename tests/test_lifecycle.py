"""What the watchdog of a process must see: a loop that ended, whichever, and a partition nobody fetches."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from shared import lifecycle
from shared.flow.errors import Transient
from shared.flow.stage import Stage
from shared.lifecycle import Host
from shared.settings import ServiceSettings
from shared.testing.memory_log import MemoryBroker, MemoryLog
from shared.testing.memory_store import MemoryStore, MemorySwitch
from tests.flow.toy import said, toy


class Crashed(BaseException):
    """The process would have ended."""


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    def crash() -> None:
        raise Crashed

    async def answers() -> bool:
        return True

    monkeypatch.setattr(lifecycle, "_crash", crash)
    monkeypatch.setattr(lifecycle, "LOOK_S", 0.01)
    monkeypatch.setattr(lifecycle, "MEASURE_S", 0.02)
    host = Host(toy(), ServiceSettings(stuck_after_s=0.1), {})
    for publisher in host.publishers.values():
        monkeypatch.setattr(publisher, "ping", answers)
    return host


async def ends(host: Host) -> bool:
    try:
        await asyncio.wait_for(host._watch(), 2.0)
    except Crashed:
        return True
    except TimeoutError:
        return False
    return False


async def fails() -> None:
    raise ValueError("a defect")


async def is_cancelled() -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("loops", ["_tasks", "_clocks"])
@pytest.mark.parametrize("how", [fails, is_cancelled])
async def test_a_loop_that_ends_ends_the_process(host: Host, loops: str, how: Callable[[], Any]) -> None:
    getattr(host, loops).append(asyncio.create_task(how()))
    assert await ends(host)


async def test_a_start_that_fails_ends_the_process(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(lifecycle, "_crash", lambda: ended.append(True))
    monkeypatch.setattr(host, "_start", fails)
    host.start()
    await asyncio.sleep(0.01)
    assert ended == [True]


async def test_a_standard_lane_that_cannot_start_keeps_nothing_of_express_waiting(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def number(_: Any) -> int:
        return 0

    broker, group = MemoryBroker(), host.service.topics
    monkeypatch.setattr(lifecycle, "epoch", number)
    host.store, host.switch = MemoryStoreOf(), MemorySwitch()  # type: ignore[assignment]
    host.logs = {lane: MemoryLog(broker, f"toy.{lane}", group(lane)) for lane in lifecycle.LANES}  # type: ignore
    host.effect_logs = {"express": MemoryLog(broker, "toy.effects", [host.service.effects("express")])}  # type: ignore
    monkeypatch.setattr(host.logs["standard"], "start", is_away)
    monkeypatch.setattr(host.logs["standard"], "stop", MemoryStoreOf().prepare)
    host.start()
    await asyncio.sleep(0.05)
    assert [task.get_name() for task in host._tasks] == ["stage express", "effects express"]
    assert (host.stages["standard"].status.state, host.stages["express"].status.state) == ("starting", "running")
    await host.stop()


async def is_away() -> None:
    raise Transient("no such topic yet")


class MemoryStoreOf(MemoryStore):
    async def prepare(self) -> None:
        """There is nothing to prepare."""


async def test_what_waits_on_a_partition_that_is_never_fetched_ends_the_process(host: Host) -> None:
    broker = MemoryBroker()
    log = Unfetched(broker, "toy.standard", host.service.topics("standard"))
    await log.start()
    stage = Stage(host.service, "standard", log, MemoryStore(), MemorySwitch(), 0)
    host.logs["standard"], host.stages["standard"] = log, stage  # type: ignore[assignment]
    running = asyncio.create_task(stage.run())
    await asyncio.sleep(0.05)
    broker.append(said("one", 1))
    assert await ends(host)
    stage.stop()
    await running


class Unfetched(MemoryLog):
    """Its fetches are never answered; of what came it knows only what it asks for."""

    known = 0

    async def fetch(self, at_most: int, wait_s: float) -> list[Any]:
        await asyncio.sleep(0.01)
        return []

    def lag(self, part: Any = None) -> int:
        return self.known

    async def measure(self) -> None:
        self.known = super().lag()
