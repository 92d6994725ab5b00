"""Triage's HTTP face over its stages, the twin of the log and the embedded store."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jsonschema_rs
import pytest

from services.triage.app import opener, service
from services.triage.routes import INDEXES, routes
from services.triage.shown import CaseShown, HotSpots, Queue, SideSeen
from shared import ids
from shared.flow.edge import Edge
from shared.mongo.client import database
from shared.mongo.listing import Listing
from shared.mongo.store import MongoStore
from shared.web.app import create_app
from shared.web.auth import Tokens, TokenSettings
from tests.contracts.checking import closed
from tests.services.triage.house import DOZING, HOURS_SHORT, SEALER, House, packs, received
from tests.web.faces import Issuer

ISSUER = Issuer()
FIRST, SECOND, THIRD = (ids.complaint_id("hotline", key) for key in ("k1", "k2", "k3"))
WORKER = {"scope": "cases:read cases:work", "sub": "a1"}
MANAGER = {"scope": "cases:read cases:work safety:clear", "roles": ["manager"], "sub": "m1"}


class Face:
    """Callers with what they may do."""

    def __init__(self, house: House, http: httpx.AsyncClient) -> None:
        self.house, self.http, self.count = house, http, 0

    def headers(self, claims: dict[str, Any], key: str | None) -> dict[str, str]:
        self.count += 1
        headers = {"authorization": f"Bearer {ISSUER.token(**claims)}"}
        return headers | {"idempotency-key": key or f"k{self.count}"}

    async def post(self, path: str, body: Any, claims: Any = WORKER, key: str | None = None) -> httpx.Response:
        return await self.http.post(f"/v1/cases/{path}", json=body, headers=self.headers(claims, key))

    async def get(self, path: str, claims: Any = WORKER) -> httpx.Response:
        answer = await self.http.get(path, headers=self.headers(claims, None))
        if answer.status_code == 200:
            as_announced(path, answer.json())
        return answer


def as_announced(path: str, answer: Any) -> None:
    """The answer has the form the OpenAPI document gives it, and holds nothing the document does not name."""
    of = path.split("?")[0]
    lists: dict[str, Any] = {"/v1/cases": Queue, "/v1/hot-spots": HotSpots}
    model = lists.get(of, SideSeen if "/sides/" in of else CaseShown)
    validator = jsonschema_rs.validator_for(closed(model.model_json_schema()), validate_formats=True)
    assert [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(answer)] == []


@pytest.fixture
async def face(mongo_url, fresh) -> AsyncIterator[Face]:
    house, open = House(service(packs, opener(SEALER))), opener(SEALER)
    base = database(mongo_url, fresh("triage"))
    house.store = MongoStore(base, "triage")
    await house.store.prepare()
    await house.open()
    logs = {"express": house.stages[1].log, "standard": house.stages[0].log}

    async def parts() -> dict[str, str]:
        return {"log": "ok"}

    app = create_app("triage", ready=parts)
    app.state.tokens = Tokens(TokenSettings(jwks=ISSUER.jwks))
    app.include_router(routes(Edge(house.service, logs, house.store), house.store, Listing(base, INDEXES), packs, open))
    running = asyncio.create_task(keep_running(house))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://triage.test", timeout=30) as http:
        yield Face(house, http)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def keep_running(house: House) -> None:
    while True:
        for stage in house.stages:
            await house.turn(stage)
        await asyncio.sleep(0.002)


async def cases(face: Face, *messages: Any) -> None:
    face.house.put(*messages)
    for _ in range(500):
        wanted = list({message.key for message in messages})
        if len(await face.house.store.load(wanted)) == len(wanted):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the cases never came")


def of(complaint: str, text: str = HOURS_SHORT, **more: Any) -> Any:
    return received(text, complaint=complaint, **more)


async def test_the_queue_shows_danger_first_and_filters(face):
    await cases(face, of(FIRST), of(SECOND, DOZING, references={}))
    listed = (await face.get("/v1/cases")).json()["cases"]
    assert [case["id"] for case in listed] == [SECOND, FIRST]
    assert listed[0]["reference"] == ids.reference(SECOND) and listed[1]["due"]
    teaching = (await face.get("/v1/cases?queue=teaching")).json()["cases"]
    assert [case["id"] for case in teaching] == [FIRST]
    assert (await face.get("/v1/cases?safety=cleared")).json() == {"cases": []}
    named = (await face.get(f"/v1/cases?reference={ids.reference(FIRST)}&state=all")).json()["cases"]
    assert [case["id"] for case in named] == [FIRST]


async def test_a_case_is_shown_with_its_time_line_and_its_words_only_to_who_may_read_them(face):
    await cases(face, of(FIRST))
    await face.post(f"{FIRST}/assignment", {"owner": "station:117"})
    shown = (await face.get(f"/v1/cases/{FIRST}")).json()
    who = {entry["what"]: entry["who"] for entry in shown["timeline"]}
    assert (who["triaged"], who["assigned"], shown["owner"]) == ("rules", "staff:a1", "station:117")
    assert "texts" not in shown and HOURS_SHORT not in str(shown)
    read = (await face.get(f"/v1/cases/{FIRST}", {"scope": "cases:read texts:read"})).json()
    assert read["texts"] == [{"part": "0", "text": HOURS_SHORT}]


async def test_SE_1_a_case_is_shown_to_each_side_as_the_pack_says(face):
    await cases(face, of(FIRST, line="sharing_economy", references={"order": "H-77"}))
    shown = {side: (await face.get(f"/v1/cases/{FIRST}/sides/{side}")).json() for side in ("complainant", "respondent")}
    assert {seen["order"] for seen in shown.values()} == {"H-77"}
    assert "remedies" in shown["complainant"] and "remedies" not in shown["respondent"]
    assert (await face.get(f"/v1/cases/{FIRST}/sides/neighbour")).status_code == 422
    assert (await face.get(f"/v1/cases/{FIRST}/sides/respondent", {"scope": "remedies:work"})).status_code == 403


async def test_RH_3_a_case_is_shown_with_the_steps_of_its_line_and_which_are_done(face):
    await cases(face, of(FIRST, line="ride_hailing", references={}))
    await face.post(f"{FIRST}/steps", {"step": "verify"})
    work = (await face.get(f"/v1/cases/{FIRST}")).json()["work"]
    assert [(one["step"], one["done"]) for one in work] == [
        ("receive", True), ("verify", True), ("understand", False), ("solve", False), ("hand_over", False),
        ("follow_up", False), ("record", False),
    ]  # fmt: skip
    assert work[1]["names"] == {"zh-Hans": "核验身份", "zh-Hant": "核驗身分", "en": "verify"}


async def test_what_staff_ask_is_answered_from_the_document_and_a_repeat_alike(face):
    await cases(face, of(FIRST))
    first = await face.post(f"{FIRST}/assignment", {"owner": "station:117"}, key="same")
    again = await face.post(f"{FIRST}/assignment", {"owner": "station:117"}, key="same")
    other = await face.post(f"{FIRST}/assignment", {"owner": "station:118"}, key="same")
    assert (first.status_code, first.json(), again.json()) == (200, first.json(), first.json())
    assert (other.status_code, other.headers["content-type"]) == (422, "application/problem+json")


async def test_clearing_takes_a_manager_with_the_scope_and_raising_does_not(face):
    await cases(face, of(FIRST))
    raised = await face.post(f"{FIRST}/safety", {"safety": "confirmed", "reason_code": "heard"})
    assert (raised.status_code, raised.json()["lane"]) == (200, "express")
    clear = {"safety": "cleared", "reason_code": "checked"}
    assert (await face.post(f"{FIRST}/safety", clear)).status_code == 403
    assert (await face.post(f"{FIRST}/safety", clear, {**WORKER, "roles": ["manager"]})).status_code == 403
    cleared = await face.post(f"{FIRST}/safety", clear, MANAGER)
    assert (cleared.status_code, cleared.json()["safety"]) == (200, "cleared")


async def test_a_protective_action_is_acknowledged_over_http(face):
    await cases(face, of(FIRST, DOZING, references={}))
    path = f"{FIRST}/protective-actions/suspend/acknowledgement"
    assert (await face.post(path, {"by": "fleet:7"})).status_code == 200
    shown = (await face.get(f"/v1/cases/{FIRST}")).json()
    assert {a["action"]: a["by"] for a in shown["actions"] if a["state"] == "acknowledged"} == {"suspend": "fleet:7"}


async def test_hot_spots_are_counted_from_the_cases(face):
    await cases(face, of(FIRST, received_at="2099-01-01T00:00:00Z"), of(SECOND, received_at="2099-01-01T00:00:00Z"))
    found = (await face.get("/v1/hot-spots?least=2&days=1")).json()
    assert found["hot_spots"][0]["count"] == 2 and found["hot_spots"][0]["line"] == "driving_school"
    assert (await face.get("/v1/hot-spots?least=3")).json()["hot_spots"] == []


NEW = {"received_at": "2099-01-01T00:00:00Z"}


async def test_RH_10_pain_points_are_counted_for_each_department(face):
    trips = {"line": "ride_hailing", "references": {}, **NEW}
    detour, invoice = "司机绕路了，多走了十公里。", "发票一直不给开。"
    for id, text in ((FIRST, detour), (SECOND, detour), (THIRD, invoice)):
        await cases(face, of(id, text, **trips))
    everywhere = (await face.get("/v1/hot-spots?least=1&line=ride_hailing")).json()["hot_spots"]
    assert [(one["category"], one["units"]) for one in everywhere] == [
        ("service_attitude.route", {"drivers": 2}), ("payment_refund.invoice", {"payments": 1}),
    ]  # fmt: skip
    of_drivers = (await face.get("/v1/hot-spots?least=1&unit=drivers")).json()["hot_spots"]
    assert [(one["category"], one["count"]) for one in of_drivers] == [("service_attitude.route", 2)]
    assert (await face.get("/v1/hot-spots?least=1&unit=trips")).json()["hot_spots"] == []


async def test_SE_10_a_device_that_fails_again_and_again_is_found_under_its_number_whatever_the_order(face):
    bike = {"line": "sharing_economy", **NEW}
    for id, order, device in ((FIRST, "R-1", "B-17"), (SECOND, "R-2", "B-17"), (THIRD, "R-3", "B-99")):
        await cases(face, of(id, "共享单车锁打不开，还在计费。", references={"order": order, "device": device}, **bike))
    (spot,) = (await face.get("/v1/hot-spots?least=2&line=sharing_economy")).json()["hot_spots"]
    assert (spot["subject"], spot["count"], spot["last_day"]) == ("device/B-17", 2, 2)
    assert spot["category"].startswith("vehicle_or_equipment_fault") and spot["units"] == {"realtime": 2}


async def test_HR_9_what_people_answer_when_asked_is_counted_for_each_department_against_the_target(face):
    rail = {"line": "high_speed_rail", "references": {}, **NEW}
    rude, ticket = "乘务员态度很差，一路上都不理人。", "退票手续费算错了。"
    await cases(face, of(FIRST, rude, **rail), of(SECOND, rude, **rail), of(THIRD, ticket, **rail))
    for id, score in ((FIRST, 80), (SECOND, 95), (THIRD, 96)):
        await face.post(f"{id}/answer", {"kind": "explanation"})
        assert (await face.post(f"{id}/call-backs", {"satisfied": True, "score": score})).status_code == 200
    asked = (await face.get("/v1/hot-spots?least=1&line=high_speed_rail")).json()["satisfaction"]
    assert asked == [
        {"line": "high_speed_rail", "unit": "crew", "answered": 2, "mean": 87.5, "target": 90, "below_target": True},
        {"line": "high_speed_rail", "unit": "ticketing", "answered": 1, "mean": 96.0, "target": 90,
         "below_target": False},
    ]  # fmt: skip
    of_crew = (await face.get("/v1/hot-spots?unit=crew")).json()["satisfaction"]
    assert [one["unit"] for one in of_crew] == ["crew"]
    assert (await face.post(f"{FIRST}/call-backs", {"satisfied": True, "score": 101})).status_code == 422


async def test_HR_9_an_improvement_is_ordered_answered_and_found_to_work_or_not(face):
    await cases(face, of(FIRST, "乘务员态度很差，一路上都不理人。", line="high_speed_rail", references={}))
    action = {"action": "training", "unit": "unit:crew"}
    for more in ({}, {"state": "answered"}, {"state": "verified", "effective": True}):
        assert (await face.post(f"{FIRST}/corrective-actions", {**action, **more})).status_code == 200
    shown = (await face.get(f"/v1/cases/{FIRST}")).json()
    assert shown["corrective"]["training"] == {"unit": "unit:crew", "state": "verified", "effective": True}


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("refusal", {"reason": "He was rude to Mrs Li"}, "/reason"),
        ("assignment", {"owner": "station:117", "note": "x"}, "/note"),
        ("promises", {"promise": "call_back", "by": "2026-11-23T10:00:00"}, "/by"),
        ("information-request", {"fields": []}, "/fields"),
        ("call-backs", {"satisfied": "yes"}, "/satisfied"),
        ("safety", {"safety": "none", "reason_code": "x"}, "/safety"),
    ],
)
async def test_a_wrong_body_is_told_with_its_field_and_nothing_is_echoed(face, verb, body, pointer):
    answer = await face.post(f"{FIRST}/{verb}", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert "Mrs Li" not in answer.text


async def test_who_may_not_and_what_is_not_there(face):
    await cases(face, of(FIRST))
    assert (await face.http.get("/v1/cases")).status_code == 401
    assert (await face.get("/v1/cases", {"scope": "remedies:work"})).status_code == 403
    reader = {"scope": "cases:read"}
    assert (await face.post(f"{FIRST}/assignment", {"owner": "station:1"}, reader)).status_code == 403
    assert (await face.get(f"/v1/cases/{SECOND}")).status_code == 404
    assert (await face.get("/v1/cases/..%2F..")).status_code == 404
    assert (await face.post(f"{SECOND}/assignment", {"owner": "station:1"})).status_code == 404
    assert (await face.post("nonsense/assignment", {"owner": "station:1"})).status_code == 404
    missing = await face.http.post(
        f"/v1/cases/{FIRST}/contact", json={}, headers={"authorization": f"Bearer {ISSUER.token(**WORKER)}"}
    )
    assert missing.status_code == 400


async def test_openapi_names_every_path_of_triage(face):
    paths = (await face.http.get("/openapi.json")).json()["paths"]
    verbs = "assignment refusal steps contact promises answer information-request finding corrective-actions safety"
    wanted = {f"/v1/cases/{{id}}/{verb}" for verb in (*verbs.split(), "call-backs")}
    wanted |= {"/v1/cases", "/v1/cases/{id}", "/v1/hot-spots"}
    assert wanted | {"/v1/cases/{id}/protective-actions/{action}/acknowledgement"} <= set(paths)
