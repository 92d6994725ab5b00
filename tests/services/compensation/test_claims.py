"""Claims over the real flow and the shipped tables: assess, claim the entitlement, offer, settle once."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest

from services.compensation.app import load_packs, policy_of, service
from services.compensation.domain import RemedyRequest
from services.compensation.settings import Settings
from services.compensation.tables import tables_of
from shared.contracts import triage
from shared.contracts.intake import OfferAnswered
from shared.flow.codec import answer_event, request_event
from shared.flow.messages import Answer, Request
from tests.flow.bench import Bench
from tests.services.facts import at, finding, found, told

HOURS = {"booked_hours": "2", "given_hours": "1.5", "verified": True}
INTEGRITY = {"fee": "300", "session_hours": "2", "verified": True}


@pytest.fixture(scope="session")
def policy():
    return policy_of(tables_of(load_packs([])), Settings())


@pytest.fixture
async def bench(policy):
    bench = Bench(service(policy))
    bench.stages = [await bench.stage(), await bench.stage("express")]
    return bench


async def run(bench: Bench) -> None:
    for _ in range(4):
        await bench.run(*bench.stages)


def ask(verb: str, remedy: str, by: str = "complainant", key: str = "k1", **fields: object) -> object:
    body = RemedyRequest(remedy=remedy, by=by, **fields)
    request = Request("c1", f"redress.compensation.{verb}.v1", f"{by}:{key}", body.model_dump_json(), by, body, "c1")
    return request_event(request, "redress.compensation.inbox.standard")


def facts(bench: Bench) -> list[str]:
    return [f["type"].split(".")[2] for f in bench.told("redress.compensation")]


def remedies(bench: Bench, id: str = "c1") -> list[dict]:
    return list(bench.store.things[id]["state"]["claim"]["remedies"].values())


async def paid_once(bench: Bench, remedy: dict, verdict: str = "done") -> None:
    """The provider answers every open order of the remedy."""
    for order in bench.told("redress.compensation.effects"):
        data = order["data"]
        if data["effect"].endswith(remedy["id"]):
            answer = Answer("c1", data["effect"], data["key"], data["attempt"], verdict, {"payout_reference": "P1"})
            bench.put(answer_event(answer, "redress.compensation.inbox.standard"))
    await run(bench)


async def test_DS_2_hours_shortened_and_verified_are_offered_whole_at_the_training_points_cost(bench):
    bench.put(found(finding(["driving.short_hours"], HOURS, order="S-1")))
    await run(bench)
    (remedy,) = remedies(bench)
    assert remedy["remedy"] == {"kind": "free_service_time", "quantity": "2", "unit": "hour"}
    assert (remedy["state"], remedy["borne_by"]) == ("offered", "training_point")
    assert sorted(facts(bench)) == ["assessed", "entitlement-claimed", "entitlement-granted", "offered"]


async def test_an_accepted_refund_is_paid_once_and_the_claim_is_settled(bench):
    stands = finding(["cn_rail.refund"], {"fare": "553", "hours_before_departure": "47"}, order="E-1")
    bench.put(found({**stands, "line": "high_speed_rail"}))
    await run(bench)
    (remedy,) = remedies(bench)
    assert remedy["remedy"] == {"kind": "refund", "amount": "497.50", "currency": "CNY"}
    bench.put(ask("accept", remedy["id"]), ask("accept", remedy["id"]))
    await run(bench)
    await paid_once(bench, remedy)
    await paid_once(bench, remedy)
    assert facts(bench).count("paid") == 1
    ledger = bench.thing()["state"]["claim"]["ledger"]
    assert [(e["debit"], e["credit"], e["amount"]) for e in ledger] == [
        ("cost:railway", "payable:complainant", Decimal("497.50")),
        ("payable:complainant", "cash", Decimal("497.50")),
    ]
    assert bench.told("redress.compensation")[-1]["data"]["stands"]["settled"] is True


async def test_DS_3_each_remedy_may_be_accepted_on_its_own(bench):
    bench.put(found(finding(["driving.integrity"], INTEGRITY, order="S-2")))
    await run(bench)
    refund, hours = sorted(remedies(bench), key=lambda r: r["remedy"]["kind"], reverse=True)
    assert (refund["remedy"]["kind"], hours["remedy"]["kind"]) == ("refund", "free_service_time")
    bench.put(ask("accept", refund["id"]), ask("refuse", hours["id"], key="k2"))
    await run(bench)
    assert sorted(r["state"] for r in remedies(bench)) == ["refused", "settling"]


async def test_AS_7_one_journey_order_or_job_claimed_twice_is_paid_to_the_first_claim_alone(bench):
    stands = finding(["eu_rail.delay"], {"price": "80", "delay_min": 130}, order="TICKET-9")
    bench.put(found(stands, complaint="c1"), found(stands, complaint="c2"))
    await run(bench)
    states = sorted(remedies(bench, id)[0]["state"] for id in ("c1", "c2"))
    assert states == ["denied", "offered"]
    refused = next(f for f in bench.told("redress.compensation") if f["happened"].get("reason") == "claimed before")
    assert refused["data"]["stands"]["settled"] is True


async def test_the_same_facts_in_any_order_and_twice_end_the_same(bench, policy):
    stands = finding(["driving.short_hours"], HOURS, order="S-1")
    raised = told(triage.SafetyRaised(safety="suspected"), 3, {**stands, "safety": "suspected"}, lane="express")
    triaged = told(
        triage.Triaged(safety="none", priority="P2", category="teaching_hours", rules=[], version="v"), 1,
        {"line": "driving_school"},
    )  # fmt: skip
    for order in itertools.permutations([triaged, found(stands), raised]):
        each = Bench(service(policy))
        each.stages = [await each.stage(), await each.stage("express")]
        each.put(*order, *order)
        await run(each)
        (remedy,) = remedies(each)
        assert (remedy["state"], each.thing()["lane"]) == ("offered", "express")


async def test_a_finding_heard_only_through_a_later_fact_is_assessed_all_the_same(bench):
    stands = finding(["driving.short_hours"], HOURS)
    bench.put(told(triage.SafetyRaised(safety="suspected"), 5, {**stands, "safety": "suspected"}, lane="express"))
    await run(bench)
    assert remedies(bench)[0]["state"] == "offered"


async def test_a_reopened_case_is_owed_no_more_than_what_the_first_finding_did_not_pay(bench):
    stands = finding(["eu_rail.delay"], {"price": "80", "delay_min": 70}, order="T-1")
    bench.put(found(stands))
    await run(bench)
    (first,) = remedies(bench)
    bench.put(ask("accept", first["id"]))
    await run(bench)
    await paid_once(bench, first)
    bench.put(found(finding(["eu_rail.delay"], {"price": "80", "delay_min": 125}, number=2, order="T-1"), number=9))
    await run(bench)
    second = [r for r in remedies(bench) if r["finding"] == 2]
    assert [r["remedy"]["amount"] for r in second] == ["20.00"]


async def test_money_above_the_limit_waits_for_a_second_person(bench):
    bench.put(found(finding(["cn_consumer.fraud"], {"price": "900"})))
    await run(bench)
    (remedy,) = remedies(bench)
    bench.put(ask("accept", remedy["id"]))
    await run(bench)
    assert (remedies(bench)[0]["state"], remedies(bench)[0]["reason"]) == ("accepted", "approval")
    bench.put(ask("approve", remedy["id"], by="staff:second", key="k9"))
    await run(bench)
    assert remedies(bench)[0]["state"] == "settling"


async def test_RH_2_without_a_checked_identity_nothing_is_paid(bench):
    stands = finding(["ride.fare_review"], {"charged": "60", "tariff_amount": "40"}, order="R-1")
    bench.put(found({**stands, "line": "ride_hailing"}))
    await run(bench)
    money = next(r for r in remedies(bench) if "amount" in r["remedy"])
    bench.put(ask("accept", money["id"]))
    await run(bench)
    assert next(r for r in remedies(bench) if r["id"] == money["id"])["state"] == "accepted"
    bench.put(
        told(
            triage.IdentityVerified(by="order system"), 3, {**stands, "line": "ride_hailing", "identity_verified": True}
        )
    )
    await run(bench)
    assert next(r for r in remedies(bench) if r["id"] == money["id"])["state"] == "settling"


async def test_an_offer_nobody_answers_lapses_without_prejudice(bench):
    bench.put(found(finding(["driving.short_hours"], HOURS)))
    await run(bench)
    bench.time = at(timedelta(days=8).total_seconds())
    await bench.ticks(bench.stages[0]).once()
    await run(bench)
    assert remedies(bench)[0]["state"] == "expired"
    bench.put(ask("accept", remedies(bench)[0]["id"]))
    await run(bench)
    assert remedies(bench)[0]["state"] == "settling"


async def test_money_gone_after_a_refusal_by_the_provider_is_booked_as_paid_once(bench):
    bench.put(found(finding(["eu_rail.delay"], {"price": "80", "delay_min": 70})))
    await run(bench)
    (remedy,) = remedies(bench)
    bench.put(ask("accept", remedy["id"]))
    await run(bench)
    await paid_once(bench, remedy, "refused")
    assert remedies(bench)[0]["state"] == "failed"
    await paid_once(bench, remedy, "done")
    assert (remedies(bench)[0]["state"], facts(bench).count("paid")) == ("delivered", 1)


async def test_money_moved_for_a_remedy_the_claim_does_not_know_is_kept_for_a_person_until_it_can_be_booked(bench):
    stands = finding(["cn_rail.refund"], {"fare": "553", "hours_before_departure": "47"}, order="E-1")
    other = Bench(bench.service)
    other.stages = [await other.stage(), await other.stage("express")]
    other.put(found({**stands, "line": "high_speed_rail"}))
    await run(other)
    (remedy,) = remedies(other)
    answer = answer_event(
        Answer("c1", f"payout/{remedy['id']}", "key", 1, "done"), "redress.compensation.inbox.standard"
    )
    bench.put(answer)
    await run(bench)
    assert [kept["reason"] for kept in bench.thing()["person"]] == ["a defect while deciding: UnknownRemedy"]
    bench.put(found({**stands, "line": "high_speed_rail"}))
    await run(bench)
    bench.put(answer)
    await run(bench)
    assert bench.thing()["person"] == []
    assert [(e["debit"], e["credit"]) for e in bench.thing()["state"]["claim"]["ledger"]][:1] == [
        ("payable:complainant", "cash")
    ]


async def test_a_table_that_lacks_facts_leaves_the_claim_open_for_a_person(bench):
    bench.put(found(finding(["driving.short_hours"], {"booked_hours": "2"})))
    await run(bench)
    claim = bench.thing()["state"]["claim"]
    assert claim["unassessed"] == {"driving.short_hours": "facts-missing /facts/given_hours /facts/verified"}
    assert remedies(bench) == []


async def test_a_finding_by_two_tables_gives_each_its_own_facts(bench):
    """A case of both kinds: the hours were short, and gifts were taken."""
    both = finding(["driving.short_hours", "driving.integrity"], {**HOURS, **INTEGRITY})
    bench.put(found(both))
    await run(bench)
    kinds = sorted((r["table"], r["remedy"]["kind"]) for r in remedies(bench))
    assert kinds == [
        ("driving.integrity", "free_service_time"),
        ("driving.integrity", "refund"),
        ("driving.short_hours", "free_service_time"),
    ]
    assert bench.thing()["state"]["claim"]["unassessed"] == {}


async def test_a_fact_no_table_of_the_finding_asks_for_is_told(bench):
    bench.put(found(finding(["driving.short_hours", "driving.integrity"], {**HOURS, **INTEGRITY, "hour": "2"})))
    await run(bench)
    assert set(bench.thing()["state"]["claim"]["unassessed"].values()) == {"facts-wrong /facts/hour"}


async def test_an_answer_on_the_status_page_is_carried_out_once(bench):
    bench.put(found(finding(["driving.short_hours"], HOURS)))
    await run(bench)
    (remedy,) = remedies(bench)
    answer = told(OfferAnswered(remedy=remedy["id"], verb="accept"), 4, {"line": "driving_school"})
    bench.put(answer, answer, told(OfferAnswered(remedy=remedy["id"], verb="refuse"), 5, {"line": "driving_school"}))
    await run(bench)
    assert remedies(bench)[0]["state"] == "settling"
    assert facts(bench).count("accepted") == 1
