"""A provider forgets its keys: an order that may be older than they are asks before it is done again."""

import asyncio

import pytest

from shared.flow.effects import Effect, Effects, Result
from shared.testing.memory_log import MemoryLog
from tests.flow.bench import Bench
from tests.flow.toy import add, asked, at, toy

HOUR = 3600
ORDERS = "redress.toy.effects.standard"


async def carried_out(bench: Bench, after_s: float) -> list[bool]:
    """Whether each order asks first, carried out so long after the toy's time began."""
    seen: list[bool] = []

    async def pay(order):
        seen.append(order.ask_first)
        return Result("done")

    log = MemoryLog(bench.broker, "toy.effects", [ORDERS])
    await log.start()
    effects = Effects(bench.service, "standard", log, {"payout": Effect(pay)}, now=lambda: at(after_s))
    running = asyncio.create_task(effects.run())
    async with asyncio.timeout(5):
        while len(seen) < len(bench.broker.all(ORDERS)):
            await asyncio.sleep(0.01)
    effects.stop()
    await running
    return seen


@pytest.mark.parametrize(("after_s", "asks"), [(60, False), (20 * HOUR, True)])
async def test_an_order_that_lay_for_long_asks_though_it_was_young_when_it_was_told(after_s, asks):
    bench = Bench().put(asked(add(pay=True)))
    await bench.run(await bench.stage())
    assert await carried_out(bench, after_s) == [asks]


async def test_a_try_told_late_and_carried_out_late_never_outlives_the_key_together():
    service = toy()
    half = service.keys_remembered.total_seconds() / 2
    bench = Bench(service).put(asked(add(pay=True)))
    stage = await bench.stage()
    await bench.run(stage)
    bench.time = at(half + 60)
    await bench.ticks(stage).once()
    await bench.run(stage)
    assert await carried_out(bench, half + 60) == [True, True]


async def test_after_a_restore_every_order_asks_since_nobody_knows_what_was_ordered_before():
    bench = Bench().put(asked(add(pay=True)))
    await bench.run(await bench.stage(epoch=1))
    assert await carried_out(bench, 1) == [True]
