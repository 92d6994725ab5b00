"""The loop of virtual time: what runs, in which order, and what never runs again."""

import asyncio
import inspect

import pytest

from shared.testing.virtual import Process, Stuck, VirtualLoop


def test_a_day_passes_in_no_time():
    loop = VirtualLoop(1)
    loop.run(asyncio.wait_for(asyncio.sleep(86_400), 90_000))
    assert loop.time() == 86_400


def test_the_same_seed_runs_the_same_order_and_another_seed_another():
    def order(seed: int) -> list[str]:
        loop, ran = VirtualLoop(seed), list[str]()

        async def work(name: str) -> None:
            for _ in range(5):
                ran.append(name)
                await asyncio.sleep(0)

        async def main() -> None:
            await asyncio.wait([loop.spawn(Process(name), work(name)) for name in "abc"])

        loop.run(main())
        return ran

    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(8)}) > 4


def test_a_killed_process_runs_nothing_more_not_even_what_it_had_to_clean_up():
    loop, ran, process = VirtualLoop(1), list[str](), Process("p")

    async def work() -> None:
        try:
            ran.append("begun")
            await asyncio.sleep(5)
        finally:
            ran.append("cleaned up")

    async def main() -> None:
        loop.spawn(process, work())
        await asyncio.sleep(1)
        loop.kill(process)
        loop.spawn(process, work())
        await asyncio.sleep(10)

    loop.run(main())
    assert ran == ["begun"]


def test_a_timer_cancelled_after_its_time_while_its_process_stood_still_does_not_go_off():
    loop, process, ran = VirtualLoop(1), Process("p"), list[str]()
    answer: asyncio.Future[None] = loop.create_future()

    async def work() -> None:
        async with asyncio.timeout(5):
            await answer
        ran.append("in time")

    async def main() -> None:
        task = loop.spawn(process, work())
        await asyncio.sleep(1)
        loop.freeze(process)
        answer.set_result(None)
        await asyncio.sleep(10)
        loop.thaw(process)
        await task

    loop.run(main())
    assert (ran, loop.faults) == (["in time"], [])


@pytest.mark.parametrize("still", [False, True])
def test_what_nobody_had_begun_when_a_run_ends_does_not_complain_of_never_being_awaited(still: bool) -> None:
    loop, process = VirtualLoop(1), Process("p")

    async def begun_by_nobody() -> None:
        return

    work = begun_by_nobody()

    async def main() -> None:
        if still:
            loop.freeze(process)
        loop.spawn(process, work)

    loop.run(main())
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED


def test_what_can_never_happen_is_said():
    loop = VirtualLoop(1)
    with pytest.raises(Stuck):
        loop.run(asyncio.Event().wait())
