"""Who was ordered, as the order system names them: sealed at once, for notify alone, joined to the complaint."""

import pytest

from tests.services.intake.house import ISSUER, SEALS, open_house, settled
from tests.services.intake.test_events import complain, event, send

DRIVER = {"name": "欧阳 Ben-Ali Ó Néill", "plate": "粤B·0D1O8Q", "phone": "+86 100 0000 0042"}


@pytest.fixture
async def open():
    async with open_house() as (house, http):
        house.integration("orders", supplies=True)
        yield house, http


def supplied(driver=None, **more):
    return event(data={"line": "driving_school", "respondent": driver or DRIVER}, **more)


def named(house):
    """The driver of each contact told, oldest first, opened as notify would."""
    told = sorted(house.told("redress.contacts"), key=lambda fact: fact["number"])
    return [SEALS.contact.open(t["happened"]["respondent"]) for t in told if t["happened"].get("respondent")]


@pytest.mark.parametrize("first", ["complaint", "order"])
async def test_RH_7_the_driver_comes_to_the_complaint_letter_for_letter_whichever_was_first(open, first):
    house, _ = open
    if first == "complaint":
        await complain(open)
    assert (await send(open, supplied())).status_code == 202
    if first == "order":
        await settled(house, lambda h: any(thing.startswith("f") for thing in h.store.things))
        await complain(open)
    assert (await settled(house, named))[-1] == DRIVER


async def test_RH_7_another_driver_takes_the_place_of_the_first(open):
    house, _ = open
    said = await complain(open)
    other = {**DRIVER, "name": "Ana", "plate": "粤B·00000"}
    await send(open, supplied(subject=said["id"]))
    await settled(house, named)
    await send(open, supplied(other, id="e2", subject=said["id"]))
    assert (await settled(house, lambda h: len(named(h)) > 1 and named(h)))[-1] == other


async def test_RH_7_only_a_partner_system_says_who_was_ordered(open):
    house, http = open
    body = supplied()
    headers = {"x-api-key": house.keys["hotline"], "content-type": "application/cloudevents+json"}
    assert (await http.post("/v1/events", json=body, headers=headers)).status_code == 403
    assert (await complain(open, respondent=DRIVER))["status"] == 422


async def test_SE_6_nobody_watching_a_topic_can_read_who_was_ordered(open):
    house, _ = open
    await complain(open)
    await send(open, supplied())
    await settled(house, named)
    seen = (
        b"".join(
            b"".join((record.key or b"", record.value or b"", *(value for _, value in record.headers)))
            for records in house.broker.records.values()
            for record in records
        )
        + str(house.store.things).encode()
    )
    for part in DRIVER.values():
        assert part.encode() not in seen and part.encode("ascii", "backslashreplace") not in seen


async def test_SE_6_who_was_ordered_is_gone_with_the_complainant(open):
    house, http = open
    said = await complain(open)
    await send(open, supplied(subject=said["id"]))
    await settled(house, named)
    staff = {"authorization": f"Bearer {ISSUER.token(scope='complainants:erase')}", "idempotency-key": "e1"}
    complainant = house.state(said["id"])["stands"]["complainant"]
    assert (await http.delete(f"/v1/complainants/{complainant}", headers=staff)).status_code == 202
    await settled(house, lambda h: h.store.things[said["id"]]["erased"])
    await send(open, supplied(id="e2", subject=said["id"]))
    await settled(house, lambda h: all(log.lag() == 0 for log in h.logs.values()))
    assert house.state(said["id"])["respondent"] is None
    told = sorted(house.told("redress.contacts"), key=lambda fact: fact["number"])
    assert told[-1]["happened"]["respondent"] is None
