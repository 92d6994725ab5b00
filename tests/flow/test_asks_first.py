"""A provider forgets its keys: an order that may be older than they are asks before it is done again."""

import asyncio

import pytest

from shared.flow.effects import Effect, Effects, Result
from shared.flow.errors import Transient
from shared.testing.memory_log import MemoryLog
from tests.flow.bench import Bench
from tests.flow.toy import add, asked, at

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
    async with asyncio.timeout(30):
        while len(seen) < len(bench.broker.all(ORDERS)):
            await asyncio.sleep(0.01)
    effects.stop()
    await running
    return seen


@pytest.mark.parametrize(("after_s", "asks"), [(60, False), (24 * HOUR, True)])
async def test_an_order_that_lay_for_long_asks_though_it_was_young_when_it_was_told(after_s, asks):
    bench = Bench().put(asked(add(pay=True)))
    await bench.run(await bench.stage())
    assert await carried_out(bench, after_s) == [asks]


async def test_a_try_told_in_time_and_carried_out_too_late_asks():
    bench = Bench().put(asked(add(pay=True)))
    stage = await bench.stage()
    await bench.run(stage)
    bench.time = at(20 * HOUR)
    await bench.ticks(stage).once()
    await bench.run(stage)
    assert await carried_out(bench, 24 * HOUR) == [True, True]


async def test_what_was_told_before_an_outage_and_is_told_again_after_it_asks_by_when_it_was_begun():
    bench = Bench().put(asked(add(pay=True)))
    stage = await bench.stage()

    def dies(_):
        raise Transient("killed before the commit")

    stage.log.before_commit = dies
    await bench.run(stage, turns=2)
    bench.time = at(48 * HOUR)
    stage.log.vanish()
    await bench.run(await bench.stage())
    assert len(bench.broker.all(ORDERS)) > 1
    assert set(await carried_out(bench, 48 * HOUR)) == {True}


async def test_after_a_restore_every_order_asks_since_nobody_knows_what_was_ordered_before():
    bench = Bench().put(asked(add(pay=True)))
    await bench.run(await bench.stage(epoch=1))
    assert await carried_out(bench, 1) == [True]
