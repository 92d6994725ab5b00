"""The stage over the twins: what it makes of facts, requests, ticks and answers."""

import itertools

from shared.flow.codec import answer_event, tick_event
from shared.flow.messages import Answer, Tick
from tests.flow.bench import Bench
from tests.flow.toy import add, asked, at, said, toy


async def test_a_fact_is_decided_told_and_committed():
    bench = Bench().put(said("hello", 1))
    await bench.run(await bench.stage())
    (fact,) = bench.told()
    assert (fact["happened"]["word"], fact["number"], fact["id"]) == ("hello", 1, "toy/c1/1")
    assert bench.committed("redress.far.standard") == 1
    assert bench.thing()["v"] == 1


async def test_the_same_fact_twice_is_decided_once():
    bench = Bench().put(said("hello", 1), said("hello", 1))
    await bench.run(await bench.stage())
    assert bench.thing()["state"]["words"] == ["hello"]
    assert len(bench.told()) == 1


async def test_a_late_fact_is_told_as_late_and_the_newer_state_stands():
    bench = Bench().put(said("third", 3), said("first", 1), said("second", 2), said("first", 1))
    await bench.run(await bench.stage())
    assert [(f["happened"]["word"], f["happened"]["late"]) for f in bench.told()] == [
        ("third", False), ("first", True), ("second", True),
    ]  # fmt: skip
    assert bench.thing()["state"]["assigned"] == "third"
    assert bench.thing()["heard"]["far/c1"]["holes"] == []


async def test_assigned_refused_assigned_in_every_order_and_on_either_lane_ends_the_same():
    facts = [("A", 1, "standard"), ("", 2, "express"), ("B", 3, "standard")]
    for order in itertools.permutations(facts):
        bench = Bench()
        for word, number, lane in order:
            bench.put(said(word or "refused", number, lane=lane, stands={"assigned": word}))
        standard, express = await bench.stage(), await bench.stage("express")
        await bench.run(standard, express)
        assert bench.thing()["state"]["assigned"] == "B", order
        assert sorted(bench.thing()["state"]["words"]) == ["A", "B", "refused"]
        assert len(bench.distinct()) == 3


async def test_one_input_with_two_hundred_targets_reaches_each_once():
    names = [f"c{n}" for n in range(200)]
    bench = Bench().put(said("all", 1, to=names), said("all", 1, to=names))
    await bench.run(await bench.stage())
    assert sorted(bench.store.things) == sorted(names)
    assert all(thing["state"]["words"] == ["all"] for thing in bench.store.things.values())
    assert len(bench.distinct()) == 200 == len(bench.told())


async def test_a_request_is_answered_once_and_its_repeat_gets_the_same_answer():
    bench = Bench().put(asked(add(5)), asked(add(5)))
    await bench.run(await bench.stage())
    assert bench.thing()["state"]["total"] == 5
    (request,) = bench.thing()["requests"]
    assert request["answer"] == {"status": 200, "body": {"total": 5, "again": False}}


async def test_a_used_key_with_another_body_is_answered_422_and_not_applied():
    bench = Bench().put(asked(add(5)), asked(add(6)))
    await bench.run(await bench.stage())
    assert bench.thing()["state"]["total"] == 5
    assert [r["answer"]["status"] for r in bench.thing()["requests"]] == [200, 422]


async def test_a_used_key_with_another_body_on_a_create_is_decided_on_so_nothing_is_lost():
    bench = Bench().put(asked(add(5, type="create")), asked(add(6, type="create")))
    await bench.run(await bench.stage())
    assert bench.thing()["state"]["total"] == 11
    assert [r["answer"]["body"]["again"] for r in bench.thing()["requests"]] == [False, True]


async def test_a_request_for_a_thing_not_here_yet_begins_it_and_the_create_joins():
    bench = Bench().put(asked(add(5)), said("created", 1))
    await bench.run(await bench.stage())
    assert (bench.thing()["state"]["total"], bench.thing()["state"]["words"]) == (5, ["created"])


async def test_a_clock_strikes_once_however_many_ticks_name_it():
    bench = Bench().put(asked(add(alarm_s=60)))
    stage = await bench.stage()
    await bench.run(stage)
    due = bench.thing()["clocks"]["alarm"]
    bench.time = at(61)
    tick = tick_event(Tick("c1", "alarm", due), "redress.toy.inbox.standard")
    bench.put(tick, tick)
    await bench.run(stage)
    assert [f["type"] for f in bench.told()].count("redress.toy.struck.v1") == 1


async def test_a_tick_that_comes_before_its_time_on_the_log_is_nothing_and_comes_again():
    bench = Bench().put(asked(add(alarm_s=60)))
    stage = await bench.stage()
    await bench.run(stage)
    due = bench.thing()["clocks"]["alarm"]
    bench.put(tick_event(Tick("c1", "alarm", due), "redress.toy.inbox.standard"))
    await bench.run(stage)
    assert bench.thing()["clocks"] == {"alarm": due}
    bench.time = at(61)
    assert await bench.ticks(stage).once() == 1
    await bench.run(stage)
    assert "redress.toy.struck.v1" in [f["type"] for f in bench.told()]


async def test_a_tick_for_a_clock_set_anew_is_nothing():
    bench = Bench().put(asked(add(alarm_s=60)))
    stage = await bench.stage()
    await bench.run(stage)
    old = bench.thing()["clocks"]["alarm"]
    bench.put(asked(add(alarm_s=600, id="k2")))
    await bench.run(stage)
    bench.time = at(61)
    bench.put(tick_event(Tick("c1", "alarm", old), "redress.toy.inbox.standard"))
    await bench.run(stage)
    assert "redress.toy.struck.v1" not in [f["type"] for f in bench.told()]


async def test_an_effect_is_ordered_again_by_its_clock_with_the_same_key_until_it_is_answered():
    bench = Bench(toy(retry_s=(10.0, 20.0))).put(asked(add(pay=True)))
    stage = await bench.stage()
    await bench.run(stage)
    bench.time = at(11)
    await bench.ticks(stage).once()
    await bench.run(stage)
    orders = [o["data"] for o in bench.told("redress.toy.effects")]
    assert [o["attempt"] for o in orders] == [1, 2] and len({o["key"] for o in orders}) == 1
    key = orders[0]["key"]
    bench.put(answer_event(Answer("c1", "pay", key, 2, "done"), "redress.toy.inbox.standard"))
    await bench.run(stage)
    assert bench.thing()["attempts"]["pay"]["answer"]["verdict"] == "done"
    assert bench.thing()["clocks"] == {}


async def test_an_answer_of_an_older_try_counts_only_when_it_says_done():
    bench = Bench(toy(retry_s=(10.0,))).put(asked(add(pay=True)))
    stage = await bench.stage()
    await bench.run(stage)
    key = bench.thing()["attempts"]["pay"]["key"]
    bench.time = at(11)
    await bench.ticks(stage).once()
    await bench.run(stage)
    bench.put(answer_event(Answer("c1", "pay", key, 1, "refused"), "redress.toy.inbox.standard"))
    await bench.run(stage)
    assert "answer" not in bench.thing()["attempts"]["pay"]
    bench.put(answer_event(Answer("c1", "pay", key, 1, "done"), "redress.toy.inbox.standard"))
    await bench.run(stage)
    assert [f["happened"] for f in bench.told() if f["type"].endswith("paid.v1")] == [{"unawaited": False}]


async def test_done_after_refused_is_told_as_unawaited_once():
    bench = Bench().put(asked(add(pay=True)))
    stage = await bench.stage()
    await bench.run(stage)
    key = bench.thing()["attempts"]["pay"]["key"]
    for verdict in ("refused", "done", "done"):
        bench.put(answer_event(Answer("c1", "pay", key, 1, verdict), "redress.toy.inbox.standard"))
    await bench.run(stage)
    assert [f["happened"] for f in bench.told() if f["type"].endswith("paid.v1")] == [{"unawaited": True}]


async def test_a_raise_sends_open_orders_again_on_express_with_the_same_key():
    bench = Bench().put(asked(add(pay=True)))
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(standard, express)
    bench.put(said("danger", 1, lane="express"))
    await bench.run(standard, express)
    first, again = bench.told("redress.toy.effects", ["standard"]) + bench.told("redress.toy.effects", ["express"])
    assert (first["data"]["key"], again["data"]["attempt"]) == (again["data"]["key"], 2)
    assert bench.thing()["lane"] == "express"
    assert [f["topic"] for f in bench.told()] == ["redress.toy.express", "redress.toy.standard"]


async def test_the_first_fact_and_every_express_fact_carry_the_sealed_parts():
    bench = Bench().put(said("one", 1), said("two", 2), said("three", 3, lane="express"))
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(standard)
    await bench.run(express)
    assert [(f["number"], "sealed" in f["data"]) for f in sorted(bench.told(), key=lambda f: f["number"])] == [
        (1, True), (2, False), (3, True),
    ]  # fmt: skip


async def test_unknown_fields_survive_a_round_trip():
    bench = Bench().put(said("one", 1))
    stage = await bench.stage()
    await bench.run(stage)
    bench.store.things["c1"]["from_a_newer_release"] = {"a": 1}
    bench.store.things["c1"]["state"]["also_new"] = 7
    bench.put(said("two", 2))
    await bench.run(stage)
    assert bench.thing()["from_a_newer_release"] == {"a": 1}
    assert bench.thing()["state"]["also_new"] == 7


async def test_a_newly_heard_type_counts_only_from_its_date_on():
    from shared.flow.service import Hears
    from tests.flow.toy import Said, Shouted

    service = toy()
    service.hears[Shouted.TYPE] = Hears(Shouted, lambda fact: (fact.complaint,), since=at(100))
    bench = Bench(service).put(said("old", 1, shouted=True), said("new", 2, shouted=True, time=at(101)))
    await bench.run(await bench.stage())
    assert bench.thing()["state"]["words"] == ["new"] and Said.TYPE in service.hears


async def test_after_an_erasure_sealed_parts_are_dropped_and_requests_answered_410():
    bench = Bench().put(asked(add(erase=True)), asked(add(id="k2")))
    stage = await bench.stage()
    await bench.run(stage)
    bench.put(said("later", 1, sealed={"text": "x"}))
    await bench.run(stage)
    assert {r["id"]: r["answer"]["status"] for r in bench.thing()["requests"]} == {"caller:k1": 200, "caller:k2": 410}
    assert all("sealed" not in f["data"] for f in bench.told())
    assert all(b"sealed" not in (m["value"] or b"") for g in bench.thing()["replay"] for m in g["out"])
