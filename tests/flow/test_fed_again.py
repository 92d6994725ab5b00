"""A kept record published once more is known by its own bytes, and leaves nothing behind of an erased person."""

import orjson

from shared.flow.codec import answer_event, tick_event
from shared.flow.messages import Answer, Tick
from shared.flow.records import Outgoing
from tests.flow.bench import Bench
from tests.flow.test_set_aside import fed
from tests.flow.toy import add, asked, at, said, toy


def structured(message: Outgoing) -> Outgoing:
    """The same event in structured mode: no header names it."""
    attributes = {name[3:]: value.decode() for name, value in message.headers if name.startswith("ce_")}
    value = orjson.dumps({**attributes, "data": orjson.loads(message.value or b"{}")})
    return Outgoing(message.topic, message.key, value, (("content-type", b"application/cloudevents+json"),))


async def mended(bench: Bench, stage):
    bench.service = toy(mended=True)
    await stage.log.stop()
    return await bench.stage()


async def test_a_record_whose_event_no_header_names_waits_for_nobody_once_it_is_fed_and_decided():
    bench = Bench().put(structured(said("bang", 1)))
    stage = await bench.stage()
    await bench.run(stage)
    assert [kept["event"] for kept in bench.thing()["person"]] == [""]
    stage = await mended(bench, stage)
    bench.put(fed(bench))
    await bench.run(stage)
    assert (bench.thing()["state"]["words"], bench.thing()["person"]) == (["bang"], [])


async def noted_once_fed(bench):
    """Runs, mends what could not be decided and feeds it again: each word noted, and whether it was late."""
    stage = await bench.stage()
    await bench.run(stage)
    stage = await mended(bench, stage)
    bench.put(fed(bench))
    await bench.run(stage)
    noted = [fact["happened"] for fact in bench.told() if fact["type"] == "redress.toy.noted.v1"]
    return sorted((each["word"], each["late"]) for each in noted)


async def test_the_newest_fact_is_not_late_because_it_waited_for_a_person():
    bench = Bench().put(said("one", 1), said("bang", 2))
    assert await noted_once_fed(bench) == [("bang", False), ("one", False)]


async def test_a_fact_that_waited_for_a_person_is_late_once_a_newer_one_stands():
    bench = Bench().put(said("bang", 1), said("two", 2))
    assert await noted_once_fed(bench) == [("bang", True), ("two", False)]


async def test_another_body_under_the_id_of_a_kept_request_leaves_that_one_kept():
    bench = Bench().put(asked(add(1, type="create", note="bang")), asked(add(2, type="create")))
    await bench.run(await bench.stage())
    assert bench.thing()["state"]["total"] == 2
    assert len(bench.thing()["person"]) == 1


async def test_what_a_sender_signed_is_kept_as_the_request_it_made_for_its_signature_does_not_hold_that_long():
    def open_inbox(record):
        assert record.time < at(300), "the signature is too old"
        return add(3, type="create", note="bang")

    bench = Bench(toy(channels={"redress.open": open_inbox})).put(Outgoing("redress.open.standard", "k", b"in clear"))
    stage = await bench.stage()
    await bench.run(stage)
    assert (fed(bench).topic, b"in clear" in fed(bench).value) == ("redress.toy.inbox.express", False)
    bench.time, bench.service = at(3600), toy(mended=True)
    express = await bench.stage("express")
    bench.put(fed(bench))
    await bench.run(express)
    assert (bench.thing()["state"]["total"], bench.thing()["person"]) == (3, [])


async def test_a_sender_that_repeats_what_waits_for_a_person_is_decided_once_and_nobody_waits():
    opened = {"redress.open": lambda record: add(3, type="create", note="bang")}
    bench = Bench(toy(channels=opened)).put(*[Outgoing("redress.open.standard", "k", b"{}") for _ in range(2)])
    stage = await bench.stage()
    await bench.run(stage)
    assert len(bench.thing()["person"]) == 1
    bench.service = toy(channels=opened, mended=True)
    await stage.log.stop()
    stage = await bench.stage()
    bench.put(Outgoing("redress.open.standard", "k", b"{}"))
    await bench.run(stage)
    assert (bench.thing()["state"]["total"], bench.thing()["person"]) == (3, [])


async def test_an_erasure_blanks_the_pages_of_records_fed_and_decided_long_before():
    bench = Bench().put(said("bang", 1, sealed={"text": "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn"}))
    stage = await bench.stage()
    await bench.run(stage)
    stage = await mended(bench, stage)
    bench.put(fed(bench))
    await bench.run(stage)
    bench.put(asked(add(erase=True)))
    await bench.run(stage)
    assert [page["value"] for page in bench.store.pages.values()] == [None]


async def test_a_service_that_opens_nothing_sealed_keeps_none_of_it_and_knows_the_record_when_it_is_fed():
    bench = Bench(toy(reads_sealed=False)).put(
        said("bang", 1, sealed={"text": "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn"})
    )
    stage = await bench.stage()
    await bench.run(stage)
    assert b"eyJhbGciOiJkaXIifQ" not in fed(bench).value
    stage = await mended(bench, stage)
    bench.put(fed(bench))
    await bench.run(stage)
    assert (bench.thing()["state"]["words"], bench.thing()["person"]) == (["bang"], [])


async def test_after_an_erasure_a_kept_tick_strikes_again_and_a_kept_answer_is_still_there_to_be_fed():
    bench = Bench(toy(cannot_strike=True, cannot_hear_answers=True)).put(asked(add(pay=True, alarm_s=60)))
    stage = await bench.stage()
    await bench.run(stage)
    key, due = bench.thing()["attempts"]["pay"]["key"], bench.thing()["clocks"]["alarm"]
    bench.time = at(61)
    inbox = "redress.toy.inbox.standard"
    bench.put(answer_event(Answer("c1", "pay", key, 1, "done"), inbox), tick_event(Tick("c1", "alarm", due), inbox))
    await bench.run(stage)
    assert set(bench.thing()["clocks"]) == {"needs-person"} and len(bench.thing()["person"]) == 2
    stage = await mended(bench, stage)
    bench.put(asked(add(erase=True, id="k2")))
    await bench.run(stage)
    assert set(bench.thing()["clocks"]) == {"alarm", "needs-person"}
    bench.put(fed(bench))
    await bench.run(stage)
    assert (bench.thing()["attempts"]["pay"]["answer"]["verdict"], bench.thing()["person"]) == ("done", [])


async def test_a_provider_that_did_it_after_all_is_believed_though_its_answer_waited_through_an_erasure():
    bench = Bench(toy(cannot_hear_answers=True)).put(asked(add(pay=True)))
    stage = await bench.stage()
    await bench.run(stage)
    key, inbox = bench.thing()["attempts"]["pay"]["key"], "redress.toy.inbox.standard"
    stage = await mended(bench, stage)
    bench.put(answer_event(Answer("c1", "pay", key, 1, "refused"), inbox))
    await bench.run(stage)
    bench.service = toy(cannot_hear_answers=True)
    await stage.log.stop()
    stage = await bench.stage()
    bench.put(answer_event(Answer("c1", "pay", key, 1, "done"), inbox), asked(add(erase=True, id="k2")))
    await bench.run(stage)
    assert bench.thing()["erased"] and bench.thing()["attempts"]["pay"]["answer"]["verdict"] == "refused"
    stage = await mended(bench, stage)
    bench.put(fed(bench))
    await bench.run(stage)
    assert (bench.thing()["attempts"]["pay"]["answer"]["verdict"], bench.thing()["person"]) == ("done", [])
