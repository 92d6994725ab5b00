"""A provider that says too much is heard all the same: its verdict counts, its order does not hold up the others."""

import asyncio
import contextlib

import pytest

from shared.flow.effects import Effect, Effects, Result
from shared.testing.memory_log import MemoryLog
from tests.flow.bench import Bench
from tests.flow.toy import add, asked


@pytest.mark.parametrize("body", [{"page": "x" * 1_000_000}, {"page": "x" * 50_000}, {"amount": 10**40}])
async def test_an_answer_too_long_or_no_json_keeps_its_verdict_and_the_orders_offset_goes_on(body):
    bench = Bench().put(asked(add(pay=True)))
    stage = await bench.stage()
    await bench.run(stage)

    async def pay(_):
        return Result("done", body)

    log = MemoryLog(bench.broker, "toy.effects", ["redress.toy.effects.standard"])
    await log.start()
    effects = Effects(bench.service, "standard", log, {"payout": Effect(pay)})
    running = asyncio.create_task(effects.run())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(30):
            while not bench.committed("redress.toy.effects.standard", "toy.effects"):
                await asyncio.sleep(0.01)
    effects.stop()
    await running
    await bench.run(stage)
    assert bench.committed("redress.toy.effects.standard", "toy.effects") == 1
    assert bench.thing()["attempts"]["pay"]["answer"]["verdict"] == "done"
    assert [f["type"] for f in bench.told()].count("redress.toy.paid.v1") == 1
