"""Complaints published on redress.channels.*: signed, judged at their own time, answered by receipts."""

from datetime import timedelta

import orjson
import pytest

from shared import clock
from shared.flow.errors import Transient
from shared.ids import complaint_id
from shared.outbound.signing import new_secret
from shared.sealing import of_secrets
from tests.services.intake.house import House, told


@pytest.fixture
async def house():
    house = await House().start()
    house.integration()
    await house.integrations.refresh()
    return house


def receipts(house: House) -> list[dict]:
    return [receipt["data"]["happened"] for receipt in house.told("redress.receipts")]


async def test_a_signed_complaint_is_taken_and_its_sender_told(house):
    house.publish(told())
    await house.run()
    id = complaint_id("hotline", "k1")
    assert house.types(id) == ["received"]
    (receipt,) = receipts(house)
    assert (receipt["accepted"], receipt["complaint"], receipt["key"]) == (True, id, "k1")
    assert receipt["reference"] == house.state(id)["stands"]["reference"]


async def test_the_same_twice_is_one_and_another_body_a_message(house):
    house.publish(told())
    house.publish(told())
    house.publish(told(text="something else"))
    await house.run()
    id = complaint_id("hotline", "k1")
    assert house.types(id) == ["received", "supplemented"]
    assert sorted(r["reason"] is None for r in receipts(house)) == [False, True, True]  # one for each entry


async def test_a_sealed_complaint_is_opened_with_its_senders_secret_and_with_no_other(house):
    jose = {"content-type": "application/jose"}
    for key, secret in (("good", house.secrets["hotline"]), ("bad", new_secret())):
        house.publish(told(), key=key, value=of_secrets([secret]).seal(told()).encode(), **jose)
    await house.run()
    assert house.types(complaint_id("hotline", "good")) == ["received"]
    assert {r["key"]: r["accepted"] for r in receipts(house)} == {"good": True, "bad": False}


async def test_danger_or_the_express_topic_makes_it_express(house):
    house.publish(told(text="danger"), key="k1")
    house.publish(told(), key="k2", lane="express")
    await house.run()
    assert {f["topic"] for f in house.told() if f["type"].endswith("received.v1")} == {"redress.intake.express"}


async def test_a_record_read_hours_later_is_judged_at_its_own_time(house):
    early = clock.now() - timedelta(hours=5)
    house.broker.now = lambda: early
    house.publish(told(), at=early)
    house.broker.now = clock.now
    await house.run()
    assert [r["accepted"] for r in receipts(house)] == [True]


BAD = [
    ("no signature", {"webhook-signature": ""}, "unauthenticated", None),
    ("another's secret", {"secret": new_secret()}, "unauthenticated", None),
    ("signed long before", {"at": clock.now() - timedelta(hours=1)}, "unauthenticated", None),
    ("unknown integration", {"integration": "stranger"}, "unauthenticated", None),
    ("no integration", {"integration": "Invented Person"}, "unauthenticated", None),
    ("no key", {"key": ""}, "idempotency-key-missing", None),
    ("not JSON", {"value": b'{"text": "Invented'}, "not-json", None),
    ("not UTF-8", {"value": "\"约了两小时\"".encode("gb18030")}, "not-utf8", None),
    ("unknown line", {"value": orjson.dumps(told(line="moon"))}, "invalid", "/line"),
    ("wrong type", {"value": orjson.dumps(told(text=7))}, "invalid", "/text"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "reason", "pointer"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
async def test_a_bad_record_is_refused_with_a_receipt_and_holds_up_nobody(house, more, reason, pointer):
    house.publish(told(text="Invented Person"), **more)
    house.publish(told(), key="good")
    house.integrations.read_at = clock.now() + timedelta(seconds=1)
    await house.run()
    bad, good = sorted(receipts(house), key=lambda r: r["accepted"])
    assert (bad["accepted"], bad["reason"].split(":")[0], bad["pointer"]) == (False, reason, pointer)
    assert good["key"] == "good" and "Invented" not in str(bad)
    assert list(house.store.things) != [] and house.broker.all("redress.intake.dead") == []


async def test_a_stranger_waits_until_the_list_is_newer_than_the_record(house):
    house.integrations.read_at = clock.now() - timedelta(minutes=1)
    house.publish(told(), id="hotline")
    house.entries.append({**house.entries[0], "_id": "new-one"})
    house.secrets["new-one"] = house.secrets["hotline"]
    house.publish(told(), id="new-one", key="k2")
    with pytest.raises(Transient, match="not read yet"):
        await house.stages[1]._turn()
    await house.integrations.refresh()
    await house.run()
    assert [r["accepted"] for r in receipts(house)] == [True, True]


async def test_one_revoked_counts_for_what_it_told_before(house):
    house.publish(told(), key="before")
    house.entries[0]["revoked_at"] = clock.now() + timedelta(milliseconds=1)
    house.broker.now = lambda: clock.now() + timedelta(seconds=1)
    house.publish(told(), key="after")
    await house.integrations.refresh()
    await house.run()
    assert {r["key"]: r["accepted"] for r in receipts(house)} == {"before": True, "after": False}
