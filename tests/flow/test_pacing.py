"""A lane writes less at once when what it holds takes the time, not when every write does."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from shared.flow.errors import Transient
from shared.flow.pacing import WriteTime
from shared.flow.stage import Pace
from tests.flow.bench import Bench
from tests.flow.toy import add, asked

PACE = Pace()


def settled_size(cost: Callable[[int], float], size: int = PACE.most) -> float:
    """Batches follow as the stage makes them; how large they are on average once it has settled."""
    write_time, sizes = WriteTime(PACE.write_target_s, PACE.least), []
    for _ in range(400):
        slow = write_time.slow(size, cost(size))
        size = max(PACE.least, size // 2) if slow else min(PACE.most, size + 50)
        sizes.append(size)
    return sum(sizes[200:]) / 200


def test_a_quick_store_gets_whole_batches() -> None:
    assert settled_size(lambda n: 0.002 + 20e-6 * n) == PACE.most


def test_a_store_that_works_long_on_each_document_gets_few_at_once() -> None:
    assert settled_size(lambda n: 0.001 * n) < 100


def test_a_store_whose_every_write_takes_long_gets_more_at_once_so_that_the_lane_keeps_up() -> None:
    assert settled_size(lambda n: 0.1 + 20e-6 * n) > 300
    assert settled_size(lambda n: 0.1 + 20e-6 * n, size=PACE.least) > 300


def test_once_the_store_is_quick_again_nothing_is_left_of_it() -> None:
    write_time = WriteTime(PACE.write_target_s, PACE.least)
    for _ in range(10):
        write_time.slow(PACE.least, 0.5)
    assert not write_time.slow(400, 0.3)
    assert any(write_time.slow(400, 0.05) for _ in range(500))


async def test_the_pauses_of_a_lane_that_can_tell_and_not_commit_grow_and_are_short_again_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench().put(asked(add()))
    stage = await bench.stage()
    stage.pace = Pace(wait_s=0.001, pause_s=0.1, pause_most_s=0.8)
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 6:
            stage.log.before_commit = lambda _: None
        if len(pauses) == 7:
            stage.stop()
        await asyncio.sleep(0)

    def away(_: Any) -> None:
        raise Transient("no coordinator")

    def away_again(*_: Any) -> None:
        if bench.broker.committed:
            bench.put(asked(add(id="k2")))
            stage.log.before_commit = away

    monkeypatch.setattr(stage, "_sleep", sleep)
    monkeypatch.setattr(stage, "_count", away_again)
    stage.log.before_commit = away
    await asyncio.wait_for(stage.run(), 30)
    assert pauses == [0.1, 0.2, 0.4, 0.8, 0.8, 0.8, 0.1]
