"""An answer that could not be appended is asked for again; what was answered meanwhile is committed all the same."""

import asyncio

from shared.flow.effects import Effect, Effects, Result
from shared.flow.errors import Transient
from shared.flow.records import Outgoing
from shared.testing.memory_log import MemoryLog
from tests.flow.bench import Bench
from tests.flow.toy import add, asked

ORDERS = "redress.toy.effects.standard"


async def carrying_out(bench, pay):
    """Effects that pay so, at work."""
    log = MemoryLog(bench.broker, "toy.effects", [ORDERS])
    await log.start()
    effects = Effects(bench.service, "standard", log, {"payout": Effect(pay)})
    running = asyncio.create_task(effects.run())
    return effects, running


async def test_a_fault_that_comes_after_everything_was_answered_leaves_nothing_uncommitted():
    bench = Bench().put(asked(add(pay=True)))
    await bench.run(await bench.stage())

    async def pay(_):
        return Result("done")

    log = MemoryLog(bench.broker, "toy.effects", [ORDERS])
    await log.start()
    effects = Effects(bench.service, "standard", log, {"payout": Effect(pay)})
    records = await log.fetch(50, 0.1)
    for record in records:
        effects._begin(record)
    await asyncio.wait(effects._tasks)
    effects._fault = Transient("of a try before, whose order was read again and answered since")
    running = asyncio.create_task(effects.run())
    await asyncio.sleep(0.05)
    effects._stopping.set()
    committed = bench.committed(ORDERS, "toy.effects")
    await running
    assert committed == len(records) == 1


async def test_an_order_that_cannot_be_read_in_an_unforeseen_way_is_buried_and_holds_up_nothing():
    bench = Bench().put(asked(add(pay=True)))
    await bench.run(await bench.stage())
    (order,) = bench.broker.all(ORDERS)
    without = tuple((name, None if name == "ce_subject" else value) for name, value in order.headers)  # Kafka has such
    bench.put(Outgoing(ORDERS, "c1", order.value, without), Outgoing(ORDERS, "c1", order.value, order.headers))
    asked_for = []

    async def pay(order):
        asked_for.append(order.key)
        return Result("done")

    effects, running = await carrying_out(bench, pay)
    await asyncio.sleep(0.05)
    effects.stop()
    await running
    assert len(asked_for) == 2
    assert bench.committed(ORDERS, "toy.effects") == 3
    assert [dict(dead.headers)["dead_offset"] for dead in bench.broker.all("redress.toy.dead")] == [b"1"]


async def test_what_is_nearly_done_when_partitions_go_is_not_done_again_by_whoever_gets_them():
    bench = Bench().put(asked(add(pay=True)))
    await bench.run(await bench.stage())
    asked_for = []

    async def pay(order):
        asked_for.append(order.key)
        await asyncio.sleep(0.05)
        return Result("done")

    effects, running = await carrying_out(bench, pay)
    await asyncio.sleep(0.02)
    assert len(asked_for) == 1
    await bench.broker.rebalance("toy.effects")
    await asyncio.sleep(0.1)
    effects.stop()
    await running
    assert len(asked_for) == 1 and bench.committed(ORDERS, "toy.effects") == 1
