"""An answer is told as soon as its document is written by this process; another's is found by looking."""

import asyncio
import time

from shared.flow import edge
from shared.flow.edge import Edge
from shared.flow.stage import Stage
from tests.flow.bench import Bench
from tests.flow.toy import add


async def waited(bench: Bench, stage: Stage, door: Edge) -> float:
    """Seconds a caller waits for the answer to a request already on the log."""
    began = time.monotonic()
    asking = asyncio.create_task(door.ask(add(5)))
    await asyncio.sleep(0.02)  # it has looked once, in vain
    await bench.turn(stage)
    reply = await asking
    assert reply is not None and dict(reply.body) == {"total": 5, "again": False}
    return time.monotonic() - began


async def test_who_waits_is_answered_when_the_stage_of_this_process_has_written(monkeypatch):
    monkeypatch.setattr(edge, "POLL_S", 1.0)
    bench = Bench()
    stage = await bench.stage()
    door = Edge(bench.service, {"standard": stage.log, "express": stage.log}, bench.store)
    stage.written = door.written
    assert await waited(bench, stage, door) < 0.8


async def test_what_another_process_wrote_is_found_at_the_next_look(monkeypatch):
    monkeypatch.setattr(edge, "POLL_S", 0.1)
    bench = Bench()
    stage = await bench.stage()
    door = Edge(bench.service, {"standard": stage.log, "express": stage.log}, bench.store)
    assert await waited(bench, stage, door) < 2.0
