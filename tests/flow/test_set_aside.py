"""A record that cannot be decided or kept becomes a person's, alone; nothing else waits for it."""

from typing import Any

import pytest

from shared.flow.codec import answer_event
from shared.flow.messages import Answer
from shared.flow.records import Outgoing
from tests.flow.bench import Bench
from tests.flow.toy import add, asked, at, said, toy


def fed(bench: Bench, id: str = "c1", which: int = 0) -> Outgoing:
    """The record a person finds on the page, as it was."""
    page = bench.store.pages[bench.thing(id)["person"][which]["page"]]
    return Outgoing(page["topic"], page["key"].decode(), page["value"], tuple((n, v) for n, v in page["headers"]))


def persons(bench: Bench) -> list[dict[str, Any]]:
    return [fact for fact in bench.told() if fact["type"] == "redress.toy.needs-person.v1"]


async def test_a_fact_decide_cannot_take_is_a_persons_on_express_its_number_a_hole_and_the_batch_goes_on():
    bench = Bench().put(said("one", 1), said("bang", 2), said("three", 3), said("hello", 1, "c2"))
    await bench.run(await bench.stage())
    thing = bench.thing()
    assert (thing["lane"], thing["state"]["words"]) == ("express", ["one", "three"])
    assert thing["heard"]["far/c1"] == {"high": 3, "holes": [[2, 2]], "state": {"assigned": "three"}, "stood": 3}
    assert thing["clocks"]["needs-person"] > 0 and fed(bench) == said("bang", 2)
    assert persons(bench)[0]["topic"] == "redress.toy.express"
    assert bench.thing("c2")["state"]["words"] == ["hello"]
    assert bench.committed("redress.far.standard") == 4
    assert bench.broker.all("redress.toy.dead") == []


async def test_fed_again_it_is_decided_as_late_and_waits_for_nobody_any_more():
    bench = Bench().put(said("bang", 1), said("two", 2))
    stage = await bench.stage()
    await bench.run(stage)
    bench.service = toy(mended=True)
    await stage.log.stop()
    stage = await bench.stage()
    bench.put(fed(bench))
    await bench.run(stage)
    assert [(f["happened"]["word"], f["happened"]["late"]) for f in bench.told() if "word" in f["happened"]] == [
        ("two", False), ("bang", True),
    ]  # fmt: skip
    assert (bench.thing()["person"], bench.thing()["clocks"]) == ([], {})
    assert bench.thing()["heard"]["far/c1"]["holes"] == []


async def test_the_same_record_again_is_kept_once_however_often_it_comes():
    bench = Bench().put(*[said("bang", 1)] * 3, asked(add(note="bang")), asked(add(note="bang")))
    stage = await bench.stage()
    await bench.run(stage)
    bench.put(said("bang", 1), asked(add(note="bang")))
    await bench.run(stage)
    assert len(bench.thing()["person"]) == 2 == len(bench.store.pages)


async def test_nobody_looks_and_the_clock_climbs_with_growing_pauses():
    bench = Bench().put(said("bang", 1))
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(standard)
    for seconds in (301, 1000, 3000):
        bench.time = at(seconds)
        await bench.ticks(express).once()
        await bench.run(express)
    assert [fact["happened"]["level"] for fact in persons(bench)] == [0, 1, 2, 3]


async def test_a_thing_that_cannot_say_how_it_stands_goes_on_calling_a_person_and_keeps_its_records_once():
    def cannot(thing: Any) -> Any:
        raise ValueError("no")

    bench = Bench(toy(stands=cannot)).put(said("one", 1))
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(standard)
    for seconds in (301, 1000, 3000):
        bench.time = at(seconds)
        await bench.ticks(express).once()
        await bench.run(express)
    assert [fact["happened"]["level"] for fact in persons(bench)] == [0, 1, 2, 3]
    assert len(bench.thing()["person"]) == 1


async def test_a_tick_decide_cannot_take_does_not_come_again_and_counts_when_fed():
    bench = Bench(toy(cannot_strike=True)).put(asked(add(alarm_s=60)))
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(standard)
    bench.time = at(61)
    ticks = bench.ticks(standard, pause_s=0.0)
    assert await ticks.once() == 1
    await bench.run(standard)
    assert "alarm" not in bench.thing()["clocks"] and len(bench.thing()["person"]) == 1
    assert await ticks.once() + await bench.ticks(express).once() == 0
    tick = fed(bench)
    await standard.log.stop()
    bench.service = toy()
    standard = await bench.stage()
    bench.put(tick, tick)
    await bench.run(standard)
    assert [f["type"] for f in bench.told()].count("redress.toy.struck.v1") == 1
    assert bench.thing()["person"] == []


async def test_an_answer_decide_cannot_take_stays_awaited_and_its_order_is_not_repeated():
    bench = Bench(toy(cannot_hear_answers=True)).put(asked(add(pay=True)))
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(standard)
    key = bench.thing()["attempts"]["pay"]["key"]
    bench.put(answer_event(Answer("c1", "pay", key, 1, "refused"), "redress.toy.inbox.standard"))
    await bench.run(standard)
    assert set(bench.thing()["clocks"]) == {"needs-person"}
    assert len(bench.told("redress.toy.effects")) == 1
    answer = fed(bench)
    await standard.log.stop()
    bench.service = toy()
    standard = await bench.stage()
    bench.put(answer)
    await bench.run(standard, express)
    assert bench.thing()["attempts"]["pay"]["answer"]["verdict"] == "refused"
    assert bench.thing()["person"] == []


@pytest.mark.parametrize("defect", ["stands", "complaint", "sealed"])
async def test_a_thing_that_cannot_even_say_how_it_stands_is_a_persons_and_the_lane_goes_on(defect):
    def cannot(thing: Any) -> Any:
        if "one" in thing.state.words:
            raise ValueError(defect)
        return {"stands": {}, "complaint": thing.id, "sealed": None}[defect]

    bench = Bench(toy(**{defect: cannot})).put(said("one", 1, lane="express"), said("hello", 1, "c2", lane="express"))
    await bench.run(await bench.stage("express"))
    assert [kept["event"] for kept in bench.thing()["person"]] == ["far/c1/1"]
    assert bench.thing("c2")["state"]["words"] == ["hello"]


async def test_a_state_this_release_cannot_read_is_carried_as_it_is_for_a_person():
    bench = Bench().put(said("one", 1))
    stage = await bench.stage()
    await bench.run(stage)
    bench.store.things["c1"]["state"]["total"] = "not a number"
    bench.put(said("two", 2), said("hello", 1, "c2"))
    await bench.run(stage)
    assert bench.thing()["state"] == {"words": ["one"], "total": "not a number", "assigned": "one", "padding": ""}
    assert [kept["event"] for kept in bench.thing()["person"]] == ["far/c1/2"]
    (told,) = persons(bench)
    assert (told["number"], told["data"]["stands"]) == (2, {})
    assert bench.thing("c2")["state"]["words"] == ["hello"]


async def test_a_fact_too_long_to_tell_is_a_persons():
    bench = Bench().put(said("shout", 1), said("longer", 2))
    await bench.run(await bench.stage())
    assert bench.thing()["state"]["words"] == ["shout"]
    assert [kept["event"] for kept in bench.thing()["person"]] == ["far/c1/2"]


async def test_only_the_record_the_document_cannot_hold_is_set_aside_with_its_bytes_on_a_page():
    bench = Bench().put(asked(add(1)), said("pad700000", 1), said("grow700000", 2), asked(add(2, id="k2")))
    await bench.run(await bench.stage())
    thing = bench.thing()
    assert thing["state"]["total"] == 3 and thing["state"]["words"] == ["pad700000"]
    assert [kept["event"] for kept in thing["person"]] == ["far/c1/2"]
    assert "bytes" in thing["person"][0]["reason"]
    assert fed(bench) == said("grow700000", 2)
    assert [r["answer"]["status"] for r in thing["requests"]] == [200, 200]


async def test_a_document_another_index_refuses_goes_to_a_person_and_the_batch_goes_on():
    bench = Bench().put(said("one", 1), said("hello", 1, "c2"))
    bench.store.refuse["c1"] = "the store refuses it: code 11000 on ['serial']"
    await bench.run(await bench.stage())
    assert (bench.thing()["state"]["words"], bench.thing()["lane"]) == ([], "express")
    assert "serial" in bench.thing()["person"][0]["reason"]
    assert bench.thing("c2")["state"]["words"] == ["hello"]
    assert bench.committed("redress.far.standard") == 2


async def test_what_cannot_even_be_noted_on_its_thing_is_buried_with_its_bytes_and_the_batch_goes_on():
    bench = Bench().put(said("one", 1), said("hello", 1, "c2"))
    bench.store.refuse_always["c1"] = "the store refuses it whatever it holds"
    await bench.run(await bench.stage())
    assert "c1" not in bench.store.things and bench.thing("c2")["state"]["words"] == ["hello"]
    (dead,) = bench.broker.all("redress.toy.dead")
    assert dead.value == said("one", 1).value
    assert bench.committed("redress.far.standard") == 2


async def test_a_record_kept_after_an_erasure_is_kept_without_its_sealed_parts():
    bench = Bench().put(asked(add(erase=True)))
    stage = await bench.stage()
    await bench.run(stage)
    bench.put(said("bang", 1, sealed={"text": "eyJ.a.b.c.d"}))
    await bench.run(stage)
    (page,) = bench.store.pages.values()
    assert b"bang" in page["value"] and b"eyJ" not in page["value"]


async def test_an_erasure_blanks_the_pages_of_records_kept_before_and_nobody_waits_for_them():
    bench = Bench().put(said("bang", 1))
    stage = await bench.stage()
    await bench.run(stage)
    bench.put(asked(add(erase=True)))
    await bench.run(stage)
    (page,) = bench.store.pages.values()
    assert (page["value"], page["headers"]) == (None, [])
    assert (bench.thing()["person"], bench.thing()["clocks"]) == ([], {})
