"""The simulated partners answer as their contract says, pay once per key, and misbehave as told."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.local.partners.server import partner_server
from deploy.local.processes import LOOPBACK, Server

ORDER = {
    "reference": "DS-2041",
    "line": "driving_school",
    "subject": "instructor-77",
    "facts": {"booked_hours": "2", "given_hours": "1.5"},
    "respondent": {"instructor": "instructor-77", "training_point": "point-3"},
}
PAYOUT = {"payout_id": "remedy-1", "amount": "27.50", "currency": "CNY", "beneficiary": "complainant-9"}
ACTION = {"action": "suspend_instructor", "subject": "instructor-77", "complaint": "c-1", "reason": "dozing"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("partners")
    seed = folder / "orders.json"
    seed.write_text(json.dumps([ORDER]))
    with partner_server(folder, orders=seed) as server:
        yield server


@pytest.fixture
def partners(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{LOOPBACK}:{server.port}", timeout=30) as client:
        yield client
        for endpoint in ("order", "payout", "payout_by_key", "protective_action"):
            told(client, endpoint=endpoint, do="normal")


def told(client: httpx.Client, **behaviour: Any) -> None:
    assert client.post("/_control", json=behaviour).status_code == 204


def pay(client: httpx.Client, key: str, **changes: str) -> httpx.Response:
    return client.post("/payouts", json=PAYOUT | changes, headers={"Idempotency-Key": key})


def times_paid(client: httpx.Client, payout_id: str) -> int:
    return client.get("/_ledger").json()["paid"].get(payout_id, 0)


def test_an_order_is_found_by_its_reference(partners) -> None:
    assert partners.get("/orders/DS-2041").json() == ORDER
    assert partners.get("/orders/DS-9999").status_code == 404


def test_orders_can_be_added(partners) -> None:
    partners.post("/_orders", json=[{"reference": "RH-1", "line": "ride_hailing"}])
    assert partners.get("/orders/RH-1").json()["line"] == "ride_hailing"


def test_the_same_key_gets_the_same_payout_and_pays_once(partners) -> None:
    first, again = pay(partners, "once", payout_id="p-once"), pay(partners, "once", payout_id="p-once", amount="27.5")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["state"] == "paid"
    assert partners.get("/payouts/by-key/once").json() == first.json()
    assert times_paid(partners, "p-once") == 1


def test_what_was_granted_is_known_by_its_key(partners) -> None:
    grant = {"grant_id": "g-1", "kind": "free_service_time", "quantity": "2", "unit": "hour", "beneficiary": "b-1"}
    made = partners.post("/grants", json=grant, headers={"Idempotency-Key": "granted"})
    assert made.status_code == 201 and partners.get("/grants/by-key/granted").json() == made.json()
    assert partners.get("/grants/by-key/never").status_code == 404


def test_two_keys_for_one_payout_show_in_the_ledger(partners) -> None:
    pay(partners, "a-key", payout_id="p-twice")
    pay(partners, "another-key", payout_id="p-twice")
    assert times_paid(partners, "p-twice") == 2


def test_a_key_may_hold_a_slash(partners) -> None:
    pay(partners, "remedy-8/pay", payout_id="p-slash")
    assert partners.get("/payouts/by-key/remedy-8%2Fpay").status_code == 200


def test_another_body_under_a_used_key_is_refused(partners) -> None:
    pay(partners, "taken", payout_id="p-taken")
    assert pay(partners, "taken", payout_id="p-taken", amount="99").status_code == 422
    assert times_paid(partners, "p-taken") == 1


def test_a_missing_key_and_a_faulty_body_are_named_without_the_value(partners) -> None:
    assert partners.post("/payouts", json=PAYOUT).status_code == 400
    faulty = pay(partners, "faulty", amount="lots")
    assert (faulty.status_code, faulty.headers["content-type"]) == (422, "application/problem+json")
    assert "/amount" in faulty.json()["detail"]
    assert "lots" not in faulty.text


def test_a_protective_action_is_acknowledged_once_per_key(partners) -> None:
    answers = [partners.post("/protective-actions", json=ACTION, headers={"Idempotency-Key": "act"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    (made,) = partners.get("/_ledger").json()["protective_actions"]
    assert (made["subject"], made["times_asked"]) == ("instructor-77", 2)


def test_a_lost_answer_leaves_the_payout_made(partners) -> None:
    told(partners, endpoint="payout", do="lose", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        pay(partners, "lost", payout_id="p-lost")
    assert partners.get("/payouts/by-key/lost").status_code == 200
    assert pay(partners, "lost", payout_id="p-lost").status_code == 201
    assert times_paid(partners, "p-lost") == 1


def test_a_hanging_partner_does_nothing(partners) -> None:
    told(partners, endpoint="payout", do="hang", seconds=30, times=1)
    with pytest.raises(httpx.ReadTimeout):
        partners.post("/payouts", json=PAYOUT, headers={"Idempotency-Key": "hung"}, timeout=0.2)
    assert partners.get("/payouts/by-key/hung").status_code == 404


def test_a_hang_that_ends_closes_without_an_answer(partners) -> None:
    told(partners, endpoint="order", do="hang", seconds=0.05, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        partners.get("/orders/DS-2041")


def test_a_slow_partner_has_paid_before_the_caller_gave_up(partners) -> None:
    told(partners, endpoint="payout", do="slow", seconds=30, times=1)
    with pytest.raises(httpx.ReadTimeout):
        partners.post("/payouts", json=PAYOUT, headers={"Idempotency-Key": "slow"}, timeout=2)
    assert partners.get("/payouts/by-key/slow").status_code == 200


@pytest.mark.parametrize(("do", "status"), [("fail", 500), ("busy", 503), ("refuse", 422)])
def test_refusals_pay_nothing_and_last_as_long_as_told(partners, do: str, status: int) -> None:
    told(partners, endpoint="payout", do=do, times=2, retry_after=7)
    answers = [pay(partners, f"key-{do}", payout_id=f"p-{do}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert answers[0].headers.get("retry-after") == ("7" if do == "busy" else None)
    assert times_paid(partners, f"p-{do}") == 0
    assert pay(partners, f"key-{do}", payout_id=f"p-{do}").status_code == 201


def test_an_unknown_behaviour_is_refused(partners) -> None:
    assert partners.post("/_control", json={"endpoint": "payout", "do": "explode"}).status_code == 422
