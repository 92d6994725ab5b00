"""Supplied facts and erasures over HTTP."""

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from tests.services.intake.house import ISSUER, open_house, settled, told


@pytest.fixture
async def open():
    async with open_house() as (house, http):
        house.integration("orders", supplies=True)
        yield house, http


def event(**more):
    base = {
        "specversion": "1.0", "id": "e1", "source": "/orders", "type": "redress.supplied.job-sheet.v1",
        "subject": "order/DS-4711", "data": {"line": "driving_school", "facts": {"given_hours": "1.5"}},
    }  # fmt: skip
    return {name: value for name, value in (base | more).items() if value is not None}


async def send(open, body, **headers):
    house, http = open
    headers = {"x-api-key": house.keys["orders"], "content-type": "application/cloudevents+json", **headers}
    return await http.post("/v1/events", json=body, headers=headers)


async def complain(open, **more):
    house, http = open
    answer = await http.post(
        "/v1/complaints", json=told(**more), headers={"x-api-key": house.keys["hotline"], "idempotency-key": "k1"}
    )
    return answer.json()


async def test_facts_that_come_first_wait_for_the_complaint(open):
    house, _ = open
    assert (await send(open, event())).json() == {"kept": 1}
    said = await complain(open, facts={})
    stands = await settled(house, lambda h: h.state(said["id"])["stands"]["facts"] and h.state(said["id"])["stands"])
    assert stands["facts"] == {"given_hours": "1.5"}


async def test_facts_for_a_complaint_by_name_in_binary_mode_and_repeated(open):
    house, http = open
    said = await complain(open)
    headers = {
        "x-api-key": house.keys["orders"], "ce-specversion": "1.0", "ce-id": "e2", "ce-source": "/fleet",
        "ce-type": "redress.supplied.trip-record.v1", "ce-subject": said["id"],
    }  # fmt: skip
    data = {"line": "driving_school", "facts": {"crash_sensor": True}}
    for _ in range(2):
        answer = await http.post("/v1/events", json=data, headers=headers)
        assert answer.status_code == 202, answer.text
    await settled(house, lambda h: h.store.things[said["id"]]["lane"] == "express")
    assert house.state(said["id"])["stands"]["supplements"] == 1


@pytest.mark.parametrize("write", [to_structured_event, to_binary_event])
async def test_what_the_cloudevents_library_sends_is_taken_once(open, write):
    house, http = open
    said = await complain(open)
    attributes = {
        "id": "e 3/键", "source": "https://orders.example/north", "type": "redress.supplied.order.v1",
        "subject": said["id"], "datacontenttype": "application/json", "tenant": "north",
    }  # fmt: skip
    told = CloudEvent(attributes, {"line": "driving_school", "facts": {"given_hours": "1"}})
    message = write(told)
    for _ in range(2):
        headers = {**message.headers, "x-api-key": house.keys["orders"]}
        answer = await http.post("/v1/events", content=message.body, headers=headers)
        assert (answer.status_code, answer.json()) == (202, {"kept": 1}), answer.text
    await settled(house, lambda h: h.state(said["id"])["stands"]["supplied"] == {"given_hours": "1"})
    assert house.state(said["id"])["stands"]["supplements"] == 1


async def test_events_whose_source_and_id_only_run_together_are_two(open):
    house, _ = open
    said = await complain(open)
    for source, id, hours in (("urn:a", "b:c", "1"), ("urn:a:b", "c", "2")):
        data = {"line": "driving_school", "facts": {"given_hours": hours}}
        await send(open, event(source=source, id=id, subject=said["id"], data=data))
    stands = await settled(house, lambda h: h.state(said["id"])["stands"]["supplements"] == 2 and h.state(said["id"]))
    assert stands["stands"]["supplied"] == {"given_hours": "2"}


async def test_json_is_json_with_parameters_and_by_its_kinds(open):
    for number, named in enumerate(("application/json; charset=utf-8", "application/vnd.orders+json")):
        assert (await send(open, event(id=f"e{number}", datacontenttype=named))).status_code == 202
    assert (await send(open, event(datacontenttype="text/xml"))).json()["errors"][0]["pointer"] == "/datacontenttype"


async def test_what_is_no_good_event_is_named(open):
    for body, pointer in [
        (event(specversion="0.3"), "/specversion"),
        (event(type="Invented Person"), "/type"),
        (event(id=None), "/id"),
        (event(data=None), "/data"),
        (event(data={"line": "driving_school", "facts": {"x": 1.5}}), "/data/facts/x"),
        (event(subject="train/G1"), "/subject"),
        (event(subject=None), "/subject"),
    ]:
        answer = await send(open, body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
        assert "Invented" not in answer.text
    assert (await send(open, event(), **{"x-api-key": open[0].keys["hotline"]})).status_code == 403


async def test_an_erasure_is_asked_by_staff_and_the_link_answers_410(open):
    house, http = open
    said = await complain(open)
    await settled(house, lambda h: h.state(said["id"])["received"])
    person = house.state(said["id"])["stands"]["complainant"]
    await settled(house, lambda h: h.store.things[person]["state"]["complainant"]["complaints"])
    path = f"/v1/complainants/{person}"
    assert (await http.delete(path)).status_code == 401
    weak = {"authorization": f"Bearer {ISSUER.token(scope='cases:read')}"}
    assert (await http.delete(path, headers=weak)).status_code == 403
    strong = {"authorization": f"Bearer {ISSUER.token(scope='complainants:erase')}"}
    answer = await http.delete(path, headers=strong)
    assert (answer.status_code, answer.json()) == (202, {"complaints": 1})
    await settled(house, lambda h: h.store.things[said["id"]].get("erased"))
    link = {"authorization": f"Bearer {said['token']}"}
    assert (await http.get(said["status"], headers=link)).status_code == 410
    assert (await http.get(f"/s/{said['token']}")).status_code == 410
    more = await http.post(
        f"{said['status']}/messages", json={"text": "more"}, headers={**link, "idempotency-key": "m"}
    )
    assert (more.status_code, more.json()["type"].rsplit("/", 1)[-1]) == (410, "erased")
