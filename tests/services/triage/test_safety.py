"""Danger first: raised at once, its plan begun, lowered by a named manager alone, over the real flow."""

import pytest

from tests.services.triage.house import (
    DOZING,
    HOURS_SHORT,
    claim,
    house,
    received,
    screen,
    supplemented,
    supplied,
    withdrawal,
)

DAY = 86400
MANAGER = {"by": "m1", "manager": True}


@pytest.fixture
async def triage():
    found = await house()
    yield found
    found.check_changes()


def tampered(message):
    """The same fact with a sealed text nobody can open."""
    return type(message)(
        message.topic, message.key, message.value.replace(b'"text":"ey', b'"text":"eX'), message.headers
    )


async def test_RH_4_a_safety_hazard_starts_its_plan_at_once(triage):
    await triage.hear(received(DOZING))
    assert (triage.case["safety"], triage.case["plan"], triage.case["priority"]) == (
        "confirmed", "unfit_in_charge", "P0",
    )  # fmt: skip
    orders = triage.orders("protective_action")
    assert {order["content"]["action"] for order in orders} == {"suspend", "live_location"}
    assert {order["lane"] for order in orders} == {"express"}
    assert {order["content"]["reason"] for order in orders} == {"unfit_in_charge"}
    assert triage.facts("triaged", "safety-raised")[:2] == ["triaged", "safety-raised"]
    (lane,) = {fact["topic"] for fact in triage.told("redress.triage")}
    assert lane == "redress.triage.express"


async def test_partners_with_workers_of_their_own_read_each_request_on_its_topic(triage):
    await triage.hear(received(DOZING))
    asked = triage.broker.all("redress.actions")
    assert sorted(b'"action":"suspend"' in record.value for record in asked) == [False, True]


async def test_a_danger_is_owned_by_the_safety_desk_from_its_first_moment(triage):
    await triage.hear(received(DOZING))
    assert (triage.case["owner"], triage.case["queue"]) == ("unit:safety_desk", "safety")


async def test_a_text_that_cannot_be_opened_goes_to_a_person_on_the_express_lane(triage):
    await triage.hear(tampered(received(HOURS_SHORT)))
    assert (triage.case["safety"], triage.thing()["lane"]) == ("suspected", "express")
    assert triage.case["rules"] == ["needs-person.text-not-opened"]
    assert list(triage.case["plan_steps"]) == ["call_complainant"]


async def test_when_the_rules_are_not_loaded_a_person_reads_it_on_the_express_lane():
    from shared.policy.policy import Policy

    triage = await house(Policy([]))
    await triage.hear(received(HOURS_SHORT))
    assert (triage.case["safety"], triage.case["rules"]) == ("suspected", ["needs-person.rules-not-loaded"])


async def test_what_the_screen_at_intake_saw_is_never_less_than_suspected(triage):
    await triage.hear(received(HOURS_SHORT, lane="express", screen=screen("suspected")))
    assert (triage.case["safety"], triage.case["plan"]) == ("suspected", "needs_person")


async def test_danger_said_in_a_later_message_raises_and_moves_everything_to_express(triage):
    await triage.hear(received(), supplied())
    assert triage.thing()["lane"] == "standard"
    await triage.hear(supplemented(3, "对了，他开车时一直打瞌睡，车子往护栏偏。"))
    raised = [fact for fact in triage.told("redress.triage", ["express"]) if "safety-raised" in fact["type"]]
    assert len(raised) == 1 and raised[0]["data"]["sealed"] == {"contact": "JWE-of-contact"}
    evidence = raised[0]["happened"]["evidence"]
    assert evidence and all(each["part"] == "f3" and "text" not in each for each in evidence)
    assert {order["content"]["action"] for order in triage.orders("protective_action")} == {"suspend", "live_location"}
    assert triage.case["category"].startswith("teaching_hours")


async def test_the_open_look_up_of_a_raised_case_is_asked_again_on_express_with_the_same_key(triage):
    await triage.hear(received())
    (before,) = triage.orders("order_lookup")
    await triage.hear(supplemented(2, DOZING))
    (after,) = triage.orders("order_lookup")
    assert (before["lane"], after["lane"], before["key"]) == ("standard", "express", after["key"])


async def test_a_message_without_danger_never_lowers(triage):
    await triage.hear(received(DOZING), supplemented(2, "没有人受伤，一切都好。", lane="express"))
    assert triage.case["safety"] == "confirmed"


async def test_only_a_manager_clears_and_says_why(triage):
    await triage.hear(received(DOZING))
    refused = await triage.ask("safety", {"safety": "cleared", "reason_code": "checked"})
    assert (refused["status"], triage.case["safety"]) == (403, "confirmed")
    done = await triage.ask("safety", {"safety": "cleared", "reason_code": "checked"}, **MANAGER)
    assert (done["status"], triage.case["safety"]) == (200, "cleared")
    assert triage.said("safety-cleared") == [{"by": "staff:m1", "reason_code": "checked"}]


async def test_safety_is_raised_by_a_person_and_not_lowered_by_one(triage):
    await triage.hear(received())
    await triage.ask("safety", {"safety": "confirmed", "reason_code": "heard_on_the_phone", "plan": "medical"})
    assert (triage.case["safety"], triage.case["plan"], triage.thing()["lane"]) == ("confirmed", "medical", "express")
    lower = await triage.ask("safety", {"safety": "suspected", "reason_code": "less"}, **MANAGER)
    assert (lower["status"], triage.case["safety"]) == (409, "confirmed")


async def test_a_case_cleared_once_is_raised_again_by_new_danger_and_its_actions_asked_anew(triage):
    await triage.hear(received(DOZING))
    await triage.ask("safety", {"safety": "cleared", "reason_code": "checked"}, **MANAGER)
    await triage.hear(supplemented(2, DOZING, lane="express"))
    assert triage.case["safety"] == "confirmed"
    effects = {order["effect"] for order in triage.orders("protective_action")}
    assert {"action/unfit_in_charge/suspend", "action/unfit_in_charge/suspend-2"} <= effects


async def test_what_the_screen_saw_before_a_clearing_does_not_raise_again(triage):
    await triage.hear(received(HOURS_SHORT, lane="express", screen=screen()))
    await triage.ask("safety", {"safety": "cleared", "reason_code": "checked"}, **MANAGER)
    await triage.hear(supplemented(2, "谢谢", lane="express", screen=screen()))
    assert triage.case["safety"] == "cleared"


async def test_a_protective_action_is_acknowledged_by_its_provider(triage):
    await triage.hear(received(DOZING))
    await triage.answer("protective_action", body={"acknowledged": True, "reference": "ACT-1"})
    assert triage.stood()["actions"] == {"suspend": "acknowledged", "live_location": "acknowledged"}
    assert triage.case["clocks"]["action:suspend"]["met_at"] is not None


async def test_a_protective_action_is_acknowledged_by_a_person(triage):
    await triage.hear(received(DOZING))
    await triage.ask("acknowledgement", {"by": "fleet:7"}, action="suspend")
    assert triage.said("protective-action-acknowledged") == [{"action": "suspend", "by": "fleet:7"}]
    unknown = await triage.ask("acknowledgement", {}, action="dance")
    assert unknown["status"] == 404


async def test_a_protective_action_nobody_acknowledges_is_escalated(triage):
    await triage.hear(received(DOZING))
    await triage.ask("contact", {"reached": True})
    await triage.after(11 * 60)
    breached = {said["clock"] for said in triage.said("clock-breached")}
    assert {"action:suspend", "action:live_location"} <= breached
    assert triage.said("escalated")[0] == {"level": 1, "to": "supervisor", "because": "action:live_location"}


async def test_a_protective_action_refused_for_good_reaches_a_supervisor_at_once(triage):
    await triage.hear(received(DOZING))
    await triage.answer("protective_action", verdict="refused", body={"status": 422})
    assert triage.said("escalated")[0]["because"].startswith("refused:")


async def test_danger_is_contacted_within_five_minutes_or_a_supervisor_hears_of_it(triage):
    await triage.hear(received(DOZING))
    await triage.after(5 * 60 + 1)
    assert "safety_contact" in {said["clock"] for said in triage.said("clock-breached")}
    assert triage.case["escalation_level"] == 1


async def test_a_contact_meets_the_clock_and_the_plans_call(triage):
    await triage.hear(received(DOZING))
    await triage.ask("contact", {"reached": False})
    assert triage.case["clocks"]["safety_contact"]["met_at"] is None
    await triage.ask("contact", {"reached": True}, key="again")
    assert triage.case["clocks"]["safety_contact"]["met_at"] is not None
    assert triage.case["plan_steps"]["call_complainant"]["state"] == "acknowledged"


async def test_the_safety_contact_clock_never_pauses(triage):
    await triage.hear(received(DOZING))
    await triage.ask("information-request", {"fields": ["session"]})
    assert "safety_contact" not in {said["clock"] for said in triage.said("clock-paused")}
    await triage.after(5 * 60 + 1)
    assert "safety_contact" in {said["clock"] for said in triage.said("clock-breached")}


async def test_a_safety_case_goes_on_though_the_complainant_withdraws(triage):
    await triage.hear(received(DOZING), withdrawal(2))
    assert (triage.case["status"], triage.facts("withdrawn")) == ("assigned", [])


async def test_a_safety_case_is_not_closed_by_money_nor_by_silence(triage):
    await triage.hear(received(), supplied(), supplemented(3, DOZING))
    await triage.hear(claim(1, "delivered"))
    await triage.ask("information-request", {"fields": ["session"]})
    await triage.after(30 * DAY)
    assert triage.facts("resolved", "closed") == []
    await triage.ask("safety", {"safety": "cleared", "reason_code": "checked"}, **MANAGER)
    assert triage.facts("resolved") == ["resolved"]


async def test_new_danger_always_reopens(triage):
    await triage.hear(received(references={}))
    await triage.ask("answer", {"kind": "explanation"})
    await triage.after(300 * DAY)
    assert triage.case["status"] == "closed"
    await triage.hear(supplemented(2, DOZING, references={}))
    assert (triage.case["status"], triage.said("reopened")[0]["because"]) == ("triaged", "safety")
    assert triage.case["safety"] == "confirmed"


async def test_a_danger_heard_first_through_an_express_message_is_read_with_its_complaint(triage):
    await triage.hear(supplemented(2, DOZING, lane="express", original=HOURS_SHORT))
    await triage.hear(received())
    assert (triage.case["safety"], triage.facts("safety-raised")) == ("confirmed", ["safety-raised"])
    assert triage.case["category"].startswith("teaching_hours")
    assert triage.facts()[0] == "safety-raised"


async def test_a_plan_the_packs_do_not_know_is_looked_after_by_a_person(triage):
    await triage.hear(received())
    await triage.ask("safety", {"safety": "suspected", "reason_code": "odd", "plan": "no_such_plan"})
    assert (triage.stood()["plan"], list(triage.case["plan_steps"])) == ("needs_person", ["call_complainant"])
