"""A crowd before a provider: a quick one makes room for all of it, one that hangs has the rest come again."""

import asyncio

import pytest

from shared.flow.effects import Effect, Effects, Result
from shared.flow.messages import Order
from shared.testing.memory_log import MemoryLog
from tests.flow.bench import Bench


async def effects_of(effect: Effect) -> Effects:
    bench = Bench()
    log = MemoryLog(bench.broker, "toy.effects", ["redress.toy.effects.standard"])
    await log.start()
    return Effects(bench.service, "standard", log, {"payout": effect, "mail": Effect(at_once_done)})


async def at_once_done(_: Order) -> Result:
    return Result("done")


def order(number: int, kind: str = "payout") -> Order:
    return Order(f"c{number}", "pay", kind, f"c{number}/pay", 1, {})


async def test_a_quick_provider_makes_room_for_a_crowd_and_nobody_has_to_come_again():
    async def quick(_: Order) -> Result:
        await asyncio.sleep(0)
        return Result("done")

    effects = await effects_of(Effect(quick, at_once=2, waiting=3, brief_s=60.0))
    results = await asyncio.gather(*(effects._try(order(number)) for number in range(200)))
    assert [result.verdict for result in results] == ["done"] * 200


async def test_before_a_provider_that_hangs_the_rest_is_told_later_and_other_kinds_go_on():
    let_go = asyncio.Event()

    async def hangs(_: Order) -> Result:
        await let_go.wait()
        return Result("done")

    effects = await effects_of(Effect(hangs, limit_s=60.0, at_once=1, waiting=2, brief_s=0.01))
    tries = [asyncio.create_task(effects._try(order(number))) for number in range(5)]
    assert (await effects._try(order(9, "mail"))).verdict == "done"
    turned_away = [await each for each in tries[3:]]
    assert [(each.verdict, each.body["reason"]) for each in turned_away] == [("open", "too many in hand")] * 2
    assert not any(each.done() for each in tries[:3])
    let_go.set()
    assert [(await each).verdict for each in tries[:3]] == ["done"] * 3
    assert (await effects._try(order(7))).verdict == "done"


async def test_before_a_provider_that_moves_nothing_nobody_waits_again():
    async def hangs(_: Order) -> Result:
        await asyncio.Event().wait()
        return Result("done")

    effects = await effects_of(Effect(hangs, limit_s=60.0, at_once=1, waiting=0, brief_s=0.01))
    stuck = asyncio.create_task(effects._try(order(0)))
    await asyncio.sleep(0)
    assert (await effects._try(order(1))).verdict == "open"
    naps, real = [], asyncio.Semaphore.acquire

    async def acquire(self):
        naps.append(self)
        return await real(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.Semaphore, "acquire", acquire)
        assert [(await effects._try(order(number))).verdict for number in range(2, 400)] == ["open"] * 398
    assert not naps
    stuck.cancel()
