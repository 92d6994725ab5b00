"""A flood on one thing: its document stays bounded, what is done per record stays the same, others are not held up."""

import orjson

from shared.flow.records import Record
from shared.ids import complaint_id
from tests.flow.toy import T0
from tests.hostile.effort import times
from tests.hostile.test_topics import field_of
from tests.services.intake.house import House, told

FLOOD = times(1_200, 2_000)
MOST_BYTES = 300_000


def size(document: dict) -> int:
    return len(orjson.dumps(document, default=str))


async def test_garbage_under_one_key_on_express_is_buried_and_only_some_of_it_waits_on_its_thing() -> None:
    field = await field_of("triage")
    for count in range(FLOOD):
        field.put(Record("redress.intake.express", 0, 0, T0, b"c1", b"garbage %d" % count))
        if count % 1000 == 999:
            await field.work()
    await field.work()
    assert len(field.dead()) == FLOOD
    assert len(field.store.things["c1"]["person"]) == len(field.store.pages) == 100
    assert size(field.store.things["c1"]) < MOST_BYTES


async def house() -> House:
    made = await House().start()
    made.integration()
    await made.integrations.refresh()
    return made


async def test_one_key_with_ever_other_bodies_is_one_bounded_complaint_and_each_entry_has_its_receipt() -> None:
    intake = await house()
    for count in range(FLOOD):
        intake.publish(told(text=f"again {count}", facts={f"fact_{count}": "1"}), key="same")
        if count % 1000 == 999:
            await intake.run(200)
    intake.publish(told(text="danger at last"), key="same")
    intake.publish(told(), key="another")
    await intake.run(200)
    id = complaint_id("hotline", "same")
    receipts = [receipt["data"]["happened"] for receipt in intake.told("redress.receipts")]
    refused = [receipt for receipt in receipts if not receipt["accepted"]]
    assert len(receipts) == FLOOD + 2 and len(refused) == FLOOD - 501
    assert {receipt["reason"] for receipt in refused} == {"too much was added to this complaint"}
    assert intake.store.things[id]["lane"] == "express", "danger is taken down however much was said before"
    assert size(intake.store.things[id]) < 2 * MOST_BYTES
    assert intake.types(complaint_id("hotline", "another")) == ["received"]


async def test_supplied_facts_and_messages_do_not_grow_what_is_told_without_bound() -> None:
    intake = await house()
    for count in range(40):
        facts = {f"fact_{count}_{n}": "1" for n in range(60)}
        intake.publish(told(text=f"again {count}", facts=facts), key="same")
    await intake.run(200)
    stands = intake.state(complaint_id("hotline", "same"))["stands"]
    assert 600 <= len(stands["facts"]) < 700 and stands["supplements"] < 15
