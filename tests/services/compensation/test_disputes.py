"""Disputes, newer findings and silence: nothing is agreed twice, nothing below the rules, nothing stands for ever."""

from datetime import timedelta
from typing import Any

import pytest

from services.compensation import audit
from shared.contracts import triage
from tests.flow.bench import Bench
from tests.services.compensation.test_claims import HOURS, ask, facts, paid_once, remedies, run
from tests.services.compensation.test_claims import bench as bench
from tests.services.compensation.test_claims import policy as policy
from tests.services.facts import at, finding, found, told

DAY = timedelta(days=1).total_seconds()
MORE = {"kind": "compensation", "amount": "45", "currency": "EUR"}


def late(minutes: int, number: int = 1, complaint: str = "c1", **more: Any) -> Any:
    more = {"order": "T-1", **more}
    stands = finding(["eu_rail.delay"], {"price": "80", "delay_min": minutes}, number=number, **more)
    return found({**stands, "line": "high_speed_rail"}, number=number * 2, complaint=complaint)


def suspended(number: int = 1, fare: str = "553") -> Any:
    stands = finding(["cn_rail.disruption"], {"fare": fare, "cause": "weather"}, number=number, order="E-1")
    return found({**stands, "line": "high_speed_rail"}, number=number * 2)


def short(number: int = 1, booked: str = "2") -> Any:
    return found(finding(["driving.short_hours"], {**HOURS, "booked_hours": booked}, number=number, order="S-1"),
                 number=number * 2)  # fmt: skip


async def heard(bench: Bench, *messages: Any) -> list[dict[str, Any]]:
    bench.put(*messages)
    await run(bench)
    return remedies(bench)


async def asked(bench: Bench, verb: str, remedy: str, by: str = "complainant", **fields: Any) -> tuple[int, Any]:
    request = ask(verb, remedy, by, f"k{len(bench.broker.all('redress.compensation.inbox.standard'))}", **fields)
    bench.put(request)
    await run(bench)
    answer = bench.thing()["requests"][-1]["answer"]
    return answer["status"], answer["body"].get("state") or answer["body"]["type"].rsplit("/", 1)[1]


async def later(bench: Bench, days: float) -> list[dict[str, Any]]:
    bench.time = at(days * DAY)
    for stage in bench.stages:  # type: ignore[attr-defined]
        await bench.ticks(stage, pause_s=0.0).once()
    await run(bench)
    return remedies(bench)


def orders(bench: Bench) -> list[dict[str, Any]]:
    told = bench.told("redress.compensation.effects")
    return list({order["data"]["key"]: order["data"]["content"] for order in told}.values())


def states(bench: Bench, id: str = "c1") -> list[str]:
    return [remedy["state"] for remedy in remedies(bench, id)]


# A newer finding -----------------------------------------------------------------------------------


async def test_what_a_newer_finding_replaced_can_be_accepted_by_nobody_and_everybody_is_told(bench):
    (first,) = await heard(bench, late(130))
    _, second = await heard(bench, late(70, 2))
    assert facts(bench).count("refused") == 1
    for verb, more in (("accept", {}), ("counter", {"proposed": MORE}), ("adjudicate", {"proposed": MORE})):
        assert await asked(bench, verb, first["id"], "staff:x", **more) in ((409, "replaced"), (409, "not-now"))
    assert await asked(bench, "accept", second["id"]) == (200, "settling")
    assert [order["amount"] for order in orders(bench)] == ["20.00"]


async def test_an_offer_is_gone_once_it_was_found_that_nothing_is_due(bench):
    (offer,) = await heard(bench, late(130))
    await heard(bench, late(130, 2, result="not_upheld"))
    assert await asked(bench, "accept", offer["id"]) == (409, "replaced") and orders(bench) == []


async def test_a_choice_that_was_taken_is_not_owed_again_under_a_newer_finding(bench):
    (offer,) = await heard(bench, suspended())
    await asked(bench, "accept", offer["id"], choice=0)
    await paid_once(bench, offer)
    await heard(bench, suspended(2))
    assert states(bench) == ["delivered"]
    *_, rest = await heard(bench, suspended(3, "600"))
    assert rest["remedy"] == {"kind": "refund", "amount": "47.00", "currency": "CNY"}


@pytest.mark.parametrize("delivered", [True, False])
async def test_hours_are_given_once_and_what_more_is_found_is_the_difference(bench, delivered):
    (offer,) = await heard(bench, short())
    await asked(bench, "accept", offer["id"])
    if delivered:
        await paid_once(bench, offer)
    await heard(bench, short(2))
    assert len(remedies(bench)) == 1
    *_, rest = await heard(bench, short(3, "6"))
    assert rest["remedy"] == {"kind": "free_service_time", "quantity": "4", "unit": "hour"} and rest["sentences"] == {}


async def test_what_the_provider_refused_is_offered_again_by_a_newer_finding_and_written_off(bench):
    (offer,) = await heard(bench, late(70))
    await asked(bench, "accept", offer["id"])
    await paid_once(bench, offer, "refused")
    _, again = await heard(bench, late(70, 2))
    assert (states(bench), again["remedy"]["amount"]) == (["expired", "offered"], "20.00")
    await paid_once(bench, offer)  # it did it after all
    assert states(bench) == ["reversed", "offered"]
    assert not [rule.breaches for rule in audit.check(bench.store.things.values()) if rule.breaches]


async def test_a_table_that_could_not_assess_hinders_neither_others_nor_a_newer_finding(bench):
    wrong = finding(["eu_rail.dealy", "eu_rail.delay"], {"price": "80", "delay_min": 70}, order="T-1")
    await heard(bench, found({**wrong, "line": "high_speed_rail"}))
    assert states(bench) == ["offered"]
    await heard(bench, late(70, 2))
    assert bench.thing()["state"]["claim"]["unassessed"] == {}


async def test_an_entitlement_goes_to_the_next_claim_when_its_holder_is_found_to_be_owed_nothing(bench):
    await heard(bench, late(70))
    await heard(bench, late(70, complaint="c2"))
    assert (states(bench), states(bench, "c2")) == (["offered"], ["denied"])
    await heard(bench, late(70, 2, result="not_upheld"))
    assert (states(bench), states(bench, "c2")) == (["expired"], ["offered"])
    await heard(bench, late(70, 3))
    assert states(bench) == ["expired", "denied"]


async def test_an_entitlement_that_paid_stays_with_who_was_paid(bench):
    (offer,) = await heard(bench, late(70))
    await heard(bench, late(70, complaint="c2"))
    await asked(bench, "accept", offer["id"])
    await paid_once(bench, offer)
    await heard(bench, late(70, 2, result="not_upheld"))
    assert (states(bench), states(bench, "c2")) == (["delivered"], ["denied"])


# Proposals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "proposed",
    [
        {"kind": "refund", "amount": "50000", "currency": "USD"},
        {"kind": "compensation", "amount": "-5", "currency": "EUR"},
        {"kind": "compensation", "amount": "0", "currency": "EUR"},
        {"kind": "compensation", "amount": "NaN", "currency": "EUR"},
        {"kind": "compensation", "amount": "30.001", "currency": "EUR"},
        {"kind": "compensation", "amount": "30"},
        {"kind": "compensation", "amount": 30, "currency": "EUR"},
        {"kind": "compensation", "amount": "30", "currency": "EUR", "payout_id": "x"},
        {"kind": "compensation", "amount": "30", "currency": "EUR", "quantity": "1", "unit": "hour"},
        {"kind": "fee", "amount": "30", "currency": "EUR"},
        {"note": "call me"},
        {"kind": "compensation", "amount": "1", "currency": "EUR"},
    ],
)
@pytest.mark.parametrize("by", ["complainant", "staff:a"])
async def test_a_proposal_is_a_well_formed_remedy_and_never_less_of_what_is_owed(bench, proposed, by):
    (offer,) = await heard(bench, late(70))
    status, _ = await asked(bench, "counter", offer["id"], by, proposed=proposed)
    assert (status, states(bench)) == (422, ["offered"])


async def test_whoever_proposes_does_not_accept_it_and_the_other_side_gets_what_was_proposed(bench):
    (offer,) = await heard(bench, late(70))
    await asked(bench, "counter", offer["id"], "staff:a", proposed=MORE)
    assert await asked(bench, "accept", offer["id"], "staff:a") == (409, "took-part")
    assert await asked(bench, "accept", offer["id"]) == (200, "settling")
    (order,) = orders(bench)
    assert order == {**MORE, "payout_id": offer["id"], "beneficiary": "c1"}


async def test_who_countered_may_still_take_what_was_offered(bench):
    (offer,) = await heard(bench, late(70))
    await asked(bench, "counter", offer["id"], proposed=MORE)
    await asked(bench, "accept", offer["id"])
    assert [order["amount"] for order in orders(bench)] == ["20.00"]


async def test_a_counter_offer_to_a_choice_is_accepted_without_choosing(bench):
    (offer,) = await heard(bench, suspended())
    await asked(bench, "counter", offer["id"], proposed={"kind": "refund", "amount": "600", "currency": "CNY"})
    assert await asked(bench, "accept", offer["id"], "staff:a") == (200, "settling")


@pytest.mark.parametrize(
    ("case", "decided", "status"),
    [
        (short, {"kind": "apology"}, 422),
        (short, {"kind": "free_service_time", "quantity": "1", "unit": "hour"}, 422),
        (short, {"kind": "free_service_time", "quantity": "3", "unit": "hour"}, 200),
        (suspended, {"kind": "refund", "amount": "1", "currency": "CNY"}, 422),
        (suspended, {"kind": "refund", "amount": "553", "currency": "CNY"}, 200),
        (suspended, {"kind": "rebooking"}, 200),
    ],
)
async def test_an_adjudication_is_never_below_the_rules_whatever_they_owe(bench, case, decided, status):
    (offer,) = await heard(bench, case())
    await asked(bench, "refuse", offer["id"])
    assert (await asked(bench, "adjudicate", offer["id"], "staff:j", proposed=decided))[0] == status


async def test_money_where_the_rules_owe_none_takes_a_second_person(bench):
    (offer,) = await heard(bench, short())
    await asked(bench, "counter", offer["id"], proposed={"kind": "refund", "amount": "100", "currency": "USD"})
    assert await asked(bench, "accept", offer["id"], "staff:a") == (200, "accepted")
    assert remedies(bench)[0]["reason"] == "approval" and orders(bench) == []


async def test_who_established_what_happened_neither_mediates_nor_decides_nor_approves(bench):
    (offer,) = await heard(bench, told(triage.FindingRecorded(result="upheld", source="person", by="staff:i"), 2,
                                       {**finding(["eu_rail.delay"], {"price": "9000", "delay_min": 130}, order="T-1"),
                                        "line": "high_speed_rail"}))  # fmt: skip
    await asked(bench, "refuse", offer["id"])
    assert await asked(bench, "mediate", offer["id"], "staff:i") == (409, "took-part")
    assert await asked(bench, "accept", offer["id"]) == (200, "accepted")
    assert await asked(bench, "approve", offer["id"], "staff:i") == (409, "took-part")
    assert await asked(bench, "approve", offer["id"], "staff:k") == (200, "settling")


async def test_what_a_body_outside_decided_is_recorded_and_settled(bench):
    (offer,) = await heard(bench, late(70))
    await asked(bench, "refuse", offer["id"])
    await asked(bench, "refer", offer["id"], "staff:a", body="ombudsman")
    assert await asked(bench, "adjudicate", offer["id"], "staff:j", proposed=MORE) == (200, "settling")


# Silence -------------------------------------------------------------------------------------------


async def test_an_offer_that_was_answered_does_not_lapse_as_silence(bench):
    (offer,) = await heard(bench, late(70))
    await asked(bench, "counter", offer["id"], proposed=MORE)
    await later(bench, 8)
    assert states(bench) == ["countered"]
    assert await asked(bench, "mediate", offer["id"], "staff:m") == (200, "mediating")


@pytest.mark.parametrize(
    ("steps", "before", "after", "end"),
    [
        ([("counter", "complainant")], 19.9, 20.1, "settling"),  # we stayed silent: decided on the facts held
        ([("refuse", "complainant")], 19.9, 20.1, "expired"),  # they did: closed without prejudice
        ([("counter", "staff:a")], 19.9, 20.1, "expired"),
        ([("refuse", "complainant"), ("mediate", "staff:m")], 9.9, 10.1, "settling"),
    ],
)
async def test_a_dispute_has_its_end_though_nobody_moves(bench, steps, before, after, end):
    (offer,) = await heard(bench, late(70))
    for verb, by in steps:
        await asked(bench, verb, offer["id"], by, proposed=MORE)
    standing = states(bench)
    await later(bench, before)
    assert states(bench) == standing
    await later(bench, after)
    assert states(bench) == [end]
    assert [order["amount"] for order in orders(bench)] == (["20.00"] if end == "settling" else [])


async def test_a_dispute_never_ends_by_silence_while_somebody_is_in_danger(bench):
    (offer,) = await heard(bench, late(70), told(triage.SafetyRaised(safety="suspected"), 3, {"safety": "suspected"}))
    await asked(bench, "counter", offer["id"], proposed=MORE)
    await later(bench, 21)
    assert states(bench) == ["countered"] and [name for name in bench.thing()["clocks"] if "negotiation" in name]


async def test_an_answer_says_how_the_remedy_stands_once_all_is_done(bench):
    (offer,) = await heard(bench, late(70))
    await later(bench, 8)
    assert states(bench) == ["expired"]
    await asked(bench, "accept", offer["id"])
    assert bench.thing()["requests"][-1]["answer"]["body"] == {
        "remedy": offer["id"], "state": "settling", "waits_for": None,
    }  # fmt: skip


async def test_a_coupon_is_no_cash(bench):
    stands = finding(["sharing.delivery_delay"], {"minutes_late": 50, "weather": True}, order="D-1")
    offered = await heard(bench, found({**stands, "line": "sharing_economy"}))
    for remedy in offered:
        await asked(bench, "accept", remedy["id"], choice=0)
        await paid_once(bench, remedy)
    assert set(states(bench)) == {"delivered"} and bench.thing()["state"]["claim"]["ledger"] == []
