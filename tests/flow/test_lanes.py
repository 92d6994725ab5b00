"""Lanes that stop: too many failures, over restarts, until somebody resumes; express never."""

import asyncio

import pytest

from shared.flow.batch import PATIENCE_MS, Batch
from shared.flow.lanes import LaneStatus
from shared.flow.records import Outgoing
from shared.flow.stage import Pace, Stage
from tests.flow.bench import Bench
from tests.flow.toy import said, toy


def junk(key: str = "c1", lane: str = "standard") -> Outgoing:
    return Outgoing(f"redress.far.{lane}", key, b"no json", (("ce_type", b"redress.far.said.v1"),))


async def strict(bench: Bench, lane: str = "standard", in_a_row: int = 5) -> Stage:
    stage = await bench.stage(lane)
    stage.limit.in_a_row = in_a_row
    return stage


def words(bench: Bench, id: str = "c1") -> list[str]:
    return bench.store.things.get(id, {"state": {"words": []}})["state"]["words"]


async def test_too_many_dead_letters_in_a_row_stop_a_standard_lane_over_restarts_until_it_is_resumed():
    bench = Bench().put(*[junk()] * 5)
    stage = await strict(bench)
    await bench.run(stage)
    bench.put(said("one", 1))
    await bench.run(stage)
    assert stage.status.state == "stopped" and "5 records in a row" in stage.status.reason
    await stage.log.stop()
    again = await strict(bench)
    await bench.run(again)
    assert (words(bench), again.status.state) == ([], "stopped")
    bench.switch.reasons["standard"] = None
    await bench.run(again)
    assert (words(bench), again.status.state) == (["one"], "running")


async def test_a_share_of_dead_letters_stops_it_too():
    bench = Bench()
    for number in range(60):
        bench.put(junk("c2"), junk("c2"), said(f"w{number}", number + 1))
    stage = await bench.stage()
    stage.limit.of_last = 100
    await bench.run(stage)
    assert "of the last 100" in (bench.switch.reasons["standard"] or "")


async def test_a_lane_resumed_counts_anew_and_does_not_stop_at_the_next_dead_letter():
    bench = Bench().put(*[junk()] * 5)
    stage = await strict(bench)
    await bench.run(stage)
    await bench.turn(stage)
    bench.switch.reasons["standard"] = None
    bench.put(junk(), said("one", 1))
    await bench.run(stage)
    assert (words(bench), bench.switch.reasons["standard"]) == (["one"], None)


async def test_records_decide_cannot_take_count_too_so_that_a_bad_release_does_not_raise_everything_to_express():
    bench = Bench()
    for number in range(200):
        bench.put(said("bang", 1, f"c{number}"))
    stage = await bench.stage()
    stage.limit.in_a_row = 20
    stage.size = stage.pace.least
    await bench.run(stage, turns=30)
    assert stage.status.state == "stopped"
    assert sum(thing["lane"] == "express" for thing in bench.store.things.values()) < 60


async def test_a_batch_delivered_at_the_third_try_counts_once():
    bench = Bench().put(junk(), junk(), said("one", 1))
    stage = await strict(bench)
    failures = iter([True, True])

    def away(_: object) -> None:
        if next(failures, False):
            from shared.flow.errors import Transient

            raise Transient("log away")

    stage.log.before_publish = away
    await bench.run(stage)
    assert (words(bench), bench.switch.reasons) == (["one"], {})


async def test_express_never_stops_and_each_dead_letter_is_work_for_a_person():
    bench = Bench().put(*[Outgoing("redress.toy.inbox.express", f"c{n}", b"no json") for n in range(60)])
    bench.put(said("one", 1, lane="express"))
    stage = await strict(bench, "express")
    await bench.run(stage)
    assert words(bench) == ["one"] and bench.switch.reasons == {}
    assert len(bench.broker.all("redress.toy.dead")) == 60
    assert all(bench.thing(f"c{n}")["person"] for n in range(60))


async def test_an_unreadable_express_fact_of_another_service_is_work_for_a_person_on_the_complaint_it_was_for():
    bench = Bench().put(junk("c1", "express"))
    await bench.run(await bench.stage("express"))
    assert len(bench.broker.all("redress.toy.dead")) == 1
    assert bench.thing()["lane"] == "express" and "not JSON" in bench.thing()["person"][0]["reason"]


async def test_a_stopped_lane_decides_nothing_new_commits_nothing_and_goes_on_polling():
    bench = Bench().put(said("one", 1))
    stage = await bench.stage()
    bench.switch.reasons["standard"] = "by hand"
    await bench.run(stage)
    polled = stage.log._turn
    await bench.turn(stage)
    assert (bench.store.things, bench.broker.committed) == ({}, {})
    assert stage.log._turn > polled


async def test_a_stopped_lane_tells_all_that_was_decided_before_it_stopped_however_the_partitions_fill():
    bench = Bench(toy()).put(*[said(f"w{number}", number) for number in range(1, 901)])
    stage = await bench.stage()
    stage.pace = Pace(write_target_s=60.0)  # a slow machine must not make the second batch a smaller one
    stage.log.before_publish = _dies
    for _ in range(2):
        await _killed_while_publishing(bench, stage)
    decided = len(words(bench))
    assert decided >= 250 and bench.told() == []
    for number in range(300):  # another partition has much to read as well
        bench.put(said("other", 1, f"d{number}"))
    bench.switch.reasons["standard"] = "by hand"
    stage.log.vanish()
    again = await bench.stage()
    await bench.turn(again)
    assert sorted(f["number"] for f in bench.told()) == list(range(1, decided + 1))
    assert bench.broker.committed == {}


def _dies(_: object) -> None:
    raise RuntimeError("killed")


async def _killed_while_publishing(bench: Bench, stage: Stage) -> None:
    with pytest.raises(RuntimeError):
        while True:
            await stage._turn()
            await stage._settle()


async def test_between_slices_a_batch_waits_for_what_express_has_in_hand_and_not_for_ever(monkeypatch):
    naps, real = [], asyncio.sleep

    async def nap(seconds):
        naps.append(seconds)
        await real(0)

    monkeypatch.setattr("asyncio.sleep", nap)
    bench = Bench()
    express = LaneStatus("express")
    standard = Batch(bench.service, bench.store, {}, 0)
    standard.before = express
    express.takes(1)
    await standard._breathe()
    assert [seconds for seconds in naps if seconds] == [0.001] * PATIENCE_MS
    naps.clear()
    express.running(1)
    await standard._breathe()
    assert not any(naps)
