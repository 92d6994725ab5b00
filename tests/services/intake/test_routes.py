"""Complaints over HTTP: accepted from the request alone, safe to repeat, and read again by those they concern."""

import asyncio

import pytest

from shared.ids import complaint_id
from tests.services.intake.house import PERSON, SEALS, House, open_house, settled, told


@pytest.fixture
async def open():
    async with open_house() as (house, http):
        yield house, http


def auth(house: House, key: str = "k1", id: str = "hotline") -> dict[str, str]:
    return {"authorization": f"Bearer {house.keys[id]}", "idempotency-key": key}


async def post(open, body=None, key="k1", path="/v1/complaints", **headers):
    house, http = open
    return await http.post(path, json=told() if body is None else body, headers={**auth(house, key), **headers})


async def test_a_complaint_is_accepted_with_all_that_its_channel_needs(open):
    answer = await post(open)
    said = answer.json()
    assert answer.status_code == 202 and answer.headers["location"] == said["status"]
    assert said["id"] == complaint_id("hotline", "k1") and len(said["reference"]) == 14
    assert said["link"] == f"http://intake.test/s/{said['token']}"
    assert (said["lane"], said["safety_first"], said["answer_expected_within"]) == ("standard", False, "PT24H")
    assert said["understood"]["facts"] == {"booked_hours": "2", "given_hours": "1.5"}
    assert "learner_number" in {asked["field"] for asked in said["missing"]}
    assert "phone" not in {asked["field"] for asked in said["missing"]}
    assert PERSON["name"] not in answer.text


async def test_what_stands_on_the_log_is_sealed_for_one_reader_each(open):
    house, _ = open
    id = (await post(open)).json()["id"]
    await settled(house, lambda h: "received" in h.types(id) and h.told("redress.contacts"))
    everything = str(house.broker.records) + str(house.store.things)
    for personal in (PERSON["name"], "000 0001", "nobody@example.org", "只教了一个半小时"):
        assert personal not in everything
    fact = house.told()[0]["data"]
    assert SEALS.text.open(fact["sealed"]["text"]) == told()["text"]
    assert SEALS.contact.open(fact["sealed"]["contact"]) == PERSON
    contact = house.told("redress.contacts")[0]["happened"]["contact"]
    assert SEALS.contact.open(contact) == PERSON
    assert fact["stands"]["complainant"].startswith("p") and fact["stands"]["reachable"] is True


async def test_a_danger_is_express_from_the_request_on(open):
    house, _ = open
    said = (await post(open, told(text="danger: the instructor sleeps"))).json()
    assert (said["lane"], said["safety_first"], said["answer_expected_within"]) == ("express", True, "PT5M")
    facts = await settled(house, lambda h: h.told())
    assert [fact["topic"] for fact in facts] == ["redress.intake.express"]
    assert len(house.broker.all("redress.intake.inbox.express")) == 1
    assert (await post(open, told(text="", signals=["sos"]), key="k2")).json()["lane"] == "express"


async def test_a_repeat_is_the_same_complaint_and_gets_the_same_answer(open):
    house, http = open
    first = await post(open)
    again = await post(open, **{"idempotency-key": '"k1"'})
    by_header = await http.post(
        "/v1/complaints", json=told(), headers={"x-api-key": house.keys["hotline"], "idempotency-key": "k1"}
    )
    assert first.json() == again.json() == by_header.json()
    await settled(house, lambda h: len(h.broker.all("redress.intake.inbox.standard")) == 3 and h.told())
    await asyncio.sleep(0.05)
    assert house.types(first.json()["id"]) == ["received"]


async def test_a_used_key_with_another_body_becomes_a_message_and_says_so(open):
    house, _ = open
    first = (await post(open)).json()
    await settled(house, lambda h: h.state(first["id"])["received"])
    other = (await post(open, told(text="还有，教练迟到了"))).json()
    assert (other["id"], other["became"], other["number"]) == (first["id"], "message", 1)
    assert house.types(first["id"]) == ["received", "supplemented"]


async def test_another_integration_with_the_same_key_is_another_complaint(open):
    house, http = open
    house.integration("web-form")
    first = (await post(open)).json()
    other = (await http.post("/v1/complaints", json=told(), headers=auth(house, id="web-form"))).json()
    assert other["id"] != first["id"]


async def test_a_batch_has_an_answer_for_each_item_and_a_bad_one_stops_no_other(open):
    house, _ = open
    items = [
        told(idempotency_key="a"),
        told(idempotency_key="b", line="moon"),
        told(idempotency_key="c", text="danger"),
        told(idempotency_key="a"),
        "not even an object",
        told(idempotency_key="a", text="another body"),
        told(),
    ]
    answer = await post(open, {"items": items}, path="/v1/complaints/batch")
    said = answer.json()["items"]
    assert answer.status_code == 207
    assert [item["status"] for item in said] == [202, 422, 202, 202, 422, 202, 422]
    assert said[0]["complaint"] == said[3]["complaint"]
    assert said[1]["problem"]["errors"][0]["pointer"] == "/items/1/line"
    assert said[4]["problem"]["errors"][0]["pointer"] == "/items/4"
    assert said[6]["problem"]["errors"][0]["pointer"] == "/items/6/idempotency_key"
    assert said[2]["complaint"]["lane"] == "express"
    assert (said[5]["complaint"]["id"], said[5]["complaint"]["became"]) == (said[0]["complaint"]["id"], "message")
    single = await post(open, told(), key="a")
    assert single.json() == said[0]["complaint"]
    await settled(house, lambda h: len([f for f in h.told() if f["type"].endswith("received.v1")]) == 2)


async def test_complaints_are_accepted_while_the_store_is_away_and_come_through_later(open):
    house, http = open
    house.store.away = True
    said = (await post(open)).json()
    look = await http.get(said["status"], headers={"authorization": f"Bearer {said['token']}"})
    assert (look.status_code, look.headers["retry-after"]) == (503, "2")
    assert (await http.get("/health/ready")).status_code == 200
    house.store.away = False
    await settled(house, lambda h: h.state(said["id"])["received"])


async def test_without_the_log_nothing_is_accepted(open):
    house, http = open
    house.broker.away = True
    answer = await post(open)
    batch = await post(open, {"items": [told(idempotency_key="a")]}, path="/v1/complaints/batch")
    assert (answer.status_code, batch.status_code) == (503, 503)
    assert answer.headers["retry-after"] == batch.headers["retry-after"] == "2"
    assert (await http.get("/health/ready")).status_code == 503
    house.broker.away = False


async def test_a_message_evidence_withdrawal_and_reopening_join_the_complaint(open):
    house, http = open
    said = (await post(open)).json()
    link = {"authorization": f"Bearer {said['token']}"}

    async def add(what: str, body: dict | None, key: str) -> dict:
        headers = {**link, "idempotency-key": key}
        answer = await http.post(f"{said['status']}/{what}", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer.json()

    assert (await add("messages", {"text": "教练叫我等", "facts": {"verified": True}}, "m1"))["number"] == 1
    assert (await add("evidence", {"reference": "store/photo-1", "kind": "photo", "note": "see"}, "e1"))["number"] == 2
    assert (await add("withdrawal", {}, "w1"))["id"] == said["id"]
    assert (await add("reopening", {"text": "it happened again"}, "r1"))["id"] == said["id"]
    assert (await add("messages", {"text": "danger now"}, "m2"))["lane"] == "express"
    assert house.types(said["id"]) == [
        "received", "supplemented", "supplemented", "withdrawal-asked", "reopening-asked", "supplemented",
    ]  # fmt: skip
    stands = house.state(said["id"])["stands"]
    assert stands["facts"]["verified"] is True and stands["references"]["evidence_2"] == "store/photo-1"
    again = await add("messages", {"text": "教练叫我等", "facts": {"verified": True}}, "m1")
    assert again["number"] == 1 and house.state(said["id"])["stands"]["supplements"] == 3
    used = await http.post(
        f"{said['status']}/messages", json={"text": "other"}, headers={**link, "idempotency-key": "m1"}
    )
    assert (used.status_code, used.json()["type"].rsplit("/", 1)[-1]) == (422, "key-reused")


async def test_only_the_link_and_the_own_channel_speak_for_a_complaint(open):
    house, http = open
    house.integration("web-form")
    said = (await post(open)).json()
    other = (await post(open, key="k2")).json()
    path, key = f"{said['status']}/messages", {"idempotency-key": "m"}
    body = {"text": "hello"}
    own = await http.post(path, json=body, headers=auth(house, "m"))
    strange = await http.post(path, json=body, headers=auth(house, "m", "web-form"))
    wrong = await http.post(path, json=body, headers={**key, "authorization": f"Bearer {other['token']}"})
    none = await http.post(path, json=body, headers=key)
    assert [a.status_code for a in (own, strange, wrong, none)] == [202, 403, 401, 401]
    for token in (other["token"], said["token"][:-1] + "x", "nonsense"):
        look = await http.get(said["status"], headers={"authorization": f"Bearer {token}"})
        assert look.status_code == 401 and token not in look.text


async def test_a_channel_finds_its_own_complaints_by_its_own_number(open):
    house, http = open
    house.integration("web-form")
    said = (await post(open)).json()
    await settled(house, lambda h: h.state(said["id"])["received"])
    found = await http.get("/v1/complaints?external_id=T-1", headers=auth(house))
    assert [one["id"] for one in found.json()["complaints"]] == [said["id"]]
    other = await http.get("/v1/complaints?external_id=T-1", headers=auth(house, id="web-form"))
    assert other.json() == {"complaints": []}
    assert (await http.get("/v1/complaints", headers=auth(house))).status_code == 422


async def test_a_line_tells_what_it_asks_for(open):
    _, http = open
    line = (await http.get("/v1/lines/sharing_economy")).json()
    assert "order_number" in [field["field"] for field in line["fields"]]
    assert line["businesses"]["bike"]["en"] == "shared bikes" and "privacy" in line["categories"]
    assert (await http.get("/v1/lines/moon")).status_code == 404


async def test_too_much_added_to_one_complaint_is_slowed_down(open):
    _, http = open
    said = (await post(open)).json()
    link = {"authorization": f"Bearer {said['token']}"}
    answers = await asyncio.gather(
        *(
            http.post(f"{said['status']}/withdrawal", json={}, headers={**link, "idempotency-key": f"w{n}"})
            for n in range(62)
        )
    )
    assert sorted({a.status_code for a in answers}) == [202, 429]
    assert sum(a.status_code == 429 for a in answers) == 2
