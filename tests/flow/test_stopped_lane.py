"""A lane that was stopped goes on where it stopped, whatever happened in between."""

import asyncio

import pytest

from shared.flow.errors import Transient
from shared.flow.lanes import DeadLetterLimit
from shared.flow.records import Outgoing
from shared.flow.stage import MOST, Pace, Stage
from shared.testing.memory_log import MemoryLog
from shared.testing.memory_store import MemorySwitch
from tests.flow.bench import FAST, Bench
from tests.flow.toy import said


async def stopped(bench: Bench):
    stage = await bench.stage()
    await bench.switch.stop("standard", "by hand")
    for number in (1, 2, 3):
        bench.put(said(f"w{number}", number))
    await bench.turn(stage)
    assert bench.store.things == {}
    return stage


async def test_what_was_read_while_stopped_is_read_again_when_the_store_was_away_at_the_moment_of_resuming():
    bench = Bench()
    bench.store.away = True
    stage = await stopped(bench)
    running = asyncio.create_task(stage.run())
    await asyncio.sleep(0.02)
    bench.store.away, bench.switch.reasons["standard"] = False, None
    await asyncio.sleep(0.05)
    stage.stop()
    await running
    assert bench.thing()["state"]["words"] == ["w1", "w2", "w3"]


async def test_what_was_read_while_stopped_is_read_again_when_a_batch_was_outstanding_at_the_stop():
    bench = Bench().put(said("w0", 9))
    stage = await bench.stage()
    await bench.turn(stage)  # decided; its delivery is outstanding
    await bench.switch.stop("standard", "by hand")
    for number in (1, 2, 3):
        bench.put(said(f"w{number}", number))
    await bench.turn(stage)
    assert stage.status.state == "stopped"
    bench.switch.reasons["standard"] = None
    await bench.run(stage)
    assert bench.thing()["state"]["words"] == ["w0", "w1", "w2", "w3"]


async def test_a_lane_stopped_by_dead_letters_runs_on_when_it_is_resumed():
    bench = Bench()
    stage = await bench.stage()
    stage.limit = DeadLetterLimit(in_a_row=3, of_last=4)
    bench.put(*[Outgoing("redress.far.standard", "c1", b"not JSON") for _ in range(4)])
    await bench.run(stage)
    assert bench.switch.reasons["standard"] == "4 records in a row could not be read or decided"
    bench.switch.reasons["standard"] = None
    bench.put(said("hello", 1))
    await bench.run(stage)
    bench.put(said("again", 2))
    await bench.run(stage)
    assert bench.switch.reasons["standard"] is None
    assert bench.thing()["state"]["words"] == ["hello", "again"]


async def test_a_stopped_lane_tells_what_a_replica_with_greater_batches_had_decided():
    bench = Bench().put(*[said(f"w{number}", number) for number in range(1, 9)])
    greater = await bench.stage()

    def dies(_: object) -> None:
        raise RuntimeError("killed")

    greater.log.before_publish = dies
    with pytest.raises(RuntimeError):
        while True:
            await greater._turn()
            await greater._settle()
    assert len(bench.thing()["state"]["words"]) == 8 and bench.told() == []
    await bench.switch.stop("standard", "by hand")
    greater.log.vanish()
    lesser = await bench.stage()
    lesser.pace = Pace(most=1, least=1, wait_s=0.001)
    await bench.turn(lesser)
    assert sorted(fact["number"] for fact in bench.told()) == list(range(1, 9))


async def untold(bench: Bench):
    """Decided and written; nothing of it is published."""
    stage = await bench.stage()
    stage.log.before_publish = not_acknowledged
    await bench.turn(stage)
    await bench.turn(stage)
    assert bench.thing()["told"] and bench.told() == []
    await bench.switch.stop("standard", "by hand")
    return stage


def not_acknowledged(_: object) -> None:
    raise Transient("no acknowledgement")


async def test_a_stopped_lane_tells_also_of_a_thing_whose_state_it_cannot_read():
    bench = Bench().put(said("w1", 1))
    stage = await untold(bench)
    bench.thing()["state"]["words"] = "no list"
    stage.log.before_publish = lambda _: None
    await bench.turn(stage)
    assert stage.status.state == "stopped"
    assert [fact["number"] for fact in bench.told()] == [1]


async def test_a_stopped_lane_tells_what_a_replica_out_of_the_group_decided_once_the_same_partitions_are_given_anew():
    bench = Bench()
    stage = await bench.stage()
    outside = MemoryLog(bench.broker, stage.log.group, stage.log.topics)  # frozen, and still believes it holds them
    outside.assign(sorted(stage.log.owned()))
    outside.before_publish = not_acknowledged
    await bench.switch.stop("standard", "by hand")
    bench.put(said("w1", 1))
    await bench.turn(stage)
    frozen = Stage(bench.service, "standard", outside, bench.store, MemorySwitch(), 0)
    frozen.pace = FAST
    await bench.turn(frozen)
    await bench.turn(stage)
    assert bench.thing()["told"] == 1 and bench.told() == []
    await bench.broker.rebalance(stage.log.group)
    await bench.turn(stage)
    assert [fact["number"] for fact in bench.told()] == [1]


async def test_a_stopped_lane_waits_for_a_broker_that_gives_nothing_for_a_while():
    bench = Bench().put(said("w1", 1))
    stage = await untold(bench)
    stage.log.before_publish = lambda _: None
    fetch, silent = stage.log.fetch, [7]

    async def gives_nothing_at_first(at_most: int, wait_s: float):
        silent[0] -= 1
        return await fetch(at_most, wait_s) if silent[0] < 0 else []

    stage.log.fetch = gives_nothing_at_first
    for _ in range(4):
        await bench.turn(stage)
    assert [fact["number"] for fact in bench.told()] == [1]
    assert stage.status.state == "stopped"


async def test_a_stopped_lane_tells_once_though_another_partition_gives_nothing_for_long():
    bench = Bench().put(said("w1", 1))
    stage = await untold(bench)
    stage.log.before_publish = lambda _: None
    fetch, measured = stage.log.fetch, [0]

    async def not_yet() -> None:
        measured[0] += 1
        if measured[0] < 5:
            raise Transient("log: one partition has no leader")

    async def crowded(at_most: int, wait_s: float):
        return (await fetch(at_most, wait_s))[:1]

    stage.log.measure, stage.log.fetch = not_yet, crowded
    for _ in range(4):
        with pytest.raises(Transient):
            await stage._turn()
    await bench.turn(stage)
    assert [fact["number"] for fact in bench.told()] == [1]
    bench.put(*[said(f"w{number}", number) for number in range(2, 40)])
    await bench.turn(stage)
    assert [fact["number"] for fact in bench.told()] == [1]


async def test_a_stopped_lane_looks_as_many_records_far_over_gaps_between_their_offsets():
    bench = Bench()
    stage = await bench.stage()
    stage.standing.reach = 4
    bench.put(*[said(f"w{n}", n) for n in range(1, 5)])
    ((part, records),) = bench.broker.records.items()
    spread = [record._replace(offset=3 * record.offset) for record in records]
    stage.log.before_publish = not_acknowledged

    async def fetch(at_most: int, wait_s: float):
        found = [record._replace(assignment=stage.log.assignment) for record in spread if record.offset >= at[part]]
        at[part] = 100
        return found

    at = {part: 0}
    stage.log.fetch, stage.log.seek, stage.log.lag = fetch, at.update, lambda _=None: 0
    await bench.turn(stage)
    await bench.turn(stage)
    assert bench.thing()["told"] == 4 and bench.told() == []
    await bench.switch.stop("standard", "by hand")
    stage.log.before_publish = lambda _: None
    await bench.turn(stage)
    assert [fact["number"] for fact in bench.told()] == [1, 2, 3, 4]


def test_no_pace_takes_more_than_a_stopped_lane_looks_for():
    Pace(most=MOST)
    with pytest.raises(ValueError, match="stopped lane"):
        Pace(most=MOST + 1)


async def test_a_stopped_lane_does_not_run_through_what_waits_record_by_record():
    bench = Bench()
    stage = await bench.stage()
    await bench.switch.stop("standard", "by hand")
    for number in range(1, 201):
        bench.put(said(f"w{number}", number))
    await bench.turn(stage)  # what was decided before the stop is told again, once
    polled: list[int] = []
    fetch = stage.log.fetch

    async def counted(at_most: int, wait_s: float):
        found = await fetch(at_most, wait_s)
        polled.append(len(found))
        return found

    stage.log.fetch = counted
    stage.log.seek(dict.fromkeys(stage.log.owned(), 0))
    stage.pace = Pace(wait_s=0.05)
    running = asyncio.create_task(stage.run())
    await asyncio.sleep(0.2)
    stage.stop()
    await running
    assert 1 <= sum(polled) <= 8
