"""What cannot be read or decided, through real processes: buried or a person's, and nobody else is held up."""

import asyncio

from shared.flow.records import Outgoing
from shared.mongo.client import database
from shared.mongo.lanes import MongoSwitch
from tests.faults.conftest import Ground, until, words
from tests.flow.toy import add, asked, said

HEADERS = {"ce_specversion": "1.0", "ce_id": "x", "ce_source": "/redress/far", "ce_subject": "c1", "ce_sequence": "1"}


def record(value: bytes | None, topic: str = "redress.far.standard", **headers: str) -> Outgoing:
    told = {**HEADERS, "ce_type": "redress.far.said.v1", **headers}
    return Outgoing(topic, "c1", value, tuple((name, text.encode()) for name, text in told.items() if text))


def test_each_unreadable_record_is_buried_whole_with_its_reason_and_the_next_goes_on(ground: Ground):
    bad = {
        "not JSON": record(b"\xff\xfe{"),
        "no value": record(None),
        "not a JSON object": record(b"[1]"),
        "a CloudEvents attribute is missing": record(b"{}", ce_source=""),
        "not a CloudEvent 1.0": record(b"{}", ce_specversion="9.9"),
        "sequence is missing or no number": record(b"{}", ce_sequence="first"),
        "an unknown version": record(b"{}", ce_type="redress.far.said.v9"),
        "nested": record(b'{"happened":' + b"[" * 5000 + b"]" * 5000 + b"}"),
        "takes no such request": record(b"{}", "redress.toy.inbox.standard", ce_type="redress.toy.dance.v1"),
    }
    ground.put(*bad.values(), said("good", 1, thing="c2"))
    ground.ready(ground.toy())
    until(lambda: words(ground.things(), "c2") == ["good"])
    buried = until(lambda: (found := ground.records("redress.toy.dead")) and len(found) == len(bad) and found)
    reasons = [dict(each.headers)["dead_reason"].decode() for each in buried]
    for each in buried:
        told = dict(each.headers)
        original = next(m for m in bad.values() if m.value == each.value and set(m.headers) <= set(each.headers))
        assert told["dead_topic"].decode() == original.topic and told["dead_offset"].decode().isdigit()
    for reason in bad:
        assert any(reason in said for said in reasons) or reason == "nested", (reason, reasons)


def test_what_cannot_be_decided_is_a_persons_on_express_and_the_batch_goes_on(ground: Ground):
    ground.put(said("w0", 1, thing="c0"), said("bang", 1, thing="c1"), said("w2", 1, thing="c2"))
    ground.ready(ground.toy())
    until(lambda: len(ground.things()) == 3)
    thing = ground.things()["c1"]
    assert (thing["lane"], words(ground.things(), "c1")) == ("express", [])
    (kept,) = thing["person"]
    assert "RuntimeError" in kept["reason"] and "needs-person" in thing["clocks"]
    assert thing["heard"]["far/c1"]["holes"] == [[1, 1]]
    assert words(ground.things(), "c0") == ["w0"] and words(ground.things(), "c2") == ["w2"]
    told = [fact["type"] for fact in ground.distinct().values() if fact["thing"] == "c1"]
    assert told == ["redress.toy.needs-person.v1"]


def test_too_many_dead_letters_stop_the_standard_lane_over_restarts_until_resumed_and_express_never(ground: Ground):
    ground.put(*[record(b"rubbish") for _ in range(60)])
    first = ground.ready(ground.toy())

    async def reason() -> str | None:
        return await MongoSwitch(database(ground.pair.mongo_url, "redress_toy")).stopped("standard")

    assert "in a row" in str(until(lambda: asyncio.run(reason())))
    first.stop()
    second = ground.ready(ground.toy())
    ground.put(said("waits", 1, thing="c1"), said("goes", 1, thing="c2", lane="express"))
    until(lambda: words(ground.things(), "c2") == ["goes"])
    assert "c1" not in ground.things() and second.alive

    async def resume() -> None:
        await MongoSwitch(database(ground.pair.mongo_url, "redress_toy")).resume("standard")

    asyncio.run(resume())
    until(lambda: words(ground.things(), "c1") == ["waits"], 30)


def test_a_burst_on_standard_does_not_hold_up_express(ground: Ground):
    toy = ground.ready(ground.toy())
    until(lambda: ground.answered(toy, "/add/c0/k0", amount=1))
    ground.put(*[said(f"w{n}", 1, thing=f"s{n}") for n in range(600)])
    ground.put(asked(add(1, id="k1", thing="danger"), "express"))
    until(lambda: "danger" in ground.things())
    assert ground.committed("redress.far.standard") < 600
    until(lambda: ground.committed("redress.far.standard") == 600, 60)
