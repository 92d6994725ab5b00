"""What happens a second time: danger again, another alarm, an erased person, a reopening, silence that is none."""

import pytest

from services.triage.requests import FindingMade
from shared.contracts import intake
from shared.contracts.intake import Screen
from shared.flow.codec import answer_event
from shared.flow.messages import Answer
from tests.services.facts import at, told
from tests.services.triage.house import (
    DOZING,
    RECORDS,
    claim,
    complaint,
    erased,
    received,
    reopening,
    supplemented,
    supplied,
    withdrawal,
)

DAY, MANAGER = 86_400, {"by": "m1", "manager": True}
THREAT = "司机威胁我，说要打我，还跟着我回家"
CLEARED = {"safety": "cleared", "reason_code": "all_well"}


def open_clocks(triage) -> set[str]:
    return {name for name, clock in triage.case["clocks"].items() if clock["met_at"] is None}


# Danger --------------------------------------------------------------------------------------------


async def test_danger_told_again_after_they_were_spoken_with_has_somebody_speak_with_them_again(triage):
    await triage.hear(received(DOZING))
    await triage.hear(supplemented(2, DOZING, lane="express"))
    assert triage.facts().count("safety-raised") == 1  # told twice before anybody called: one call
    await triage.ask("contact", {"reached": True})
    assert "safety_contact" not in open_clocks(triage)
    triage.time = at(DAY)
    await triage.hear(supplemented(3, DOZING, lane="express"))
    assert "safety_contact" in open_clocks(triage) and triage.facts().count("safety-raised") == 2
    await triage.after(DAY + 301)
    assert "safety_contact" in [said["clock"] for said in triage.said("clock-breached")]


async def test_a_danger_escalates_from_the_first_level_whatever_the_case_had_reached(triage):
    await triage.hear(received())
    await triage.ask("assignment", {"owner": "unit:teaching"})
    await triage.after(49 * 3600)
    assert triage.case["escalation_level"] == 3
    await triage.hear(supplemented(2, DOZING, lane="express"))
    await triage.answer("protective_action", "refused")
    assert next(said["because"] for said in triage.said("escalated")) == "refused:suspend"


async def test_what_is_in_danger_is_worked_on_and_cleared_though_its_person_was_erased(triage):
    await triage.hear(received(DOZING), erased(2))
    acts = [("contact", {"reached": True}, {}), ("acknowledgement", {}, {"action": "suspend"})]
    acts += [("assignment", {"owner": "staff:z"}, {}), ("safety", CLEARED, MANAGER)]
    for verb, body, more in acts:
        assert (await triage.ask(verb, body, **more))["status"] == 200
    assert triage.case["safety"] == "cleared"


async def test_a_crash_sensor_starts_its_own_plan_and_raises_again_what_was_cleared(triage):
    crash = Screen(safety="confirmed", rules=["channel.crash_sensor"], version="v", plan="crash_or_injury")
    sensor = intake.ComplaintSupplemented(kind="facts", number=1, screen=crash)
    stands = complaint(screen=crash.model_dump(), supplements=1)
    await triage.hear(received())
    await triage.hear(told(sensor, 2, stands, lane="express"))
    assert (triage.case["safety"], triage.case["plan"]) == ("confirmed", "crash_or_injury")
    assert "ambulance" in triage.case["plan_steps"]
    await triage.ask("safety", CLEARED, **MANAGER)
    await triage.hear(told(sensor, 3, stands, lane="express"))
    assert triage.case["safety"] == "confirmed" and "ambulance-2" in triage.case["plan_steps"]


async def test_staff_may_start_another_plan_beside_the_one_under_way(triage):
    await triage.hear(received(DOZING))
    ask = {"safety": "confirmed", "reason_code": "seen", "plan": "threat_or_assault"}
    assert (await triage.ask("safety", ask))["status"] == 200 and "police" in triage.case["plan_steps"]
    assert (await triage.ask("safety", ask, key="k9"))["status"] == 409


async def test_a_clearing_asked_before_a_danger_was_raised_does_not_clear_it(triage):
    await triage.hear(received(DOZING))
    triage.time = at(60)
    await triage.hear(supplemented(2, THREAT, lane="express"))
    triage.time = at(30)
    assert (await triage.ask("safety", CLEARED, **MANAGER))["status"] == 409
    triage.time = at(90)
    assert (await triage.ask("safety", CLEARED, key="k9", **MANAGER))["status"] == 200


async def test_a_task_of_the_second_alarm_is_done_by_its_name(triage):
    await triage.hear(received(THREAT, line="ride_hailing", references={}))
    await triage.ask("safety", CLEARED, **MANAGER)
    await triage.hear(supplemented(2, THREAT, lane="express", line="ride_hailing", references={}))
    await triage.ask("steps", {"step": "police"})
    assert triage.case["plan_steps"]["police-2"]["state"] == "acknowledged"


async def test_who_says_that_a_step_is_carried_out_stands_in_the_history(triage):
    await triage.hear(received(DOZING))
    await triage.ask("acknowledgement", {"by": "fleet"}, action="suspend")
    assert triage.said("protective-action-acknowledged")[0]["by"] == "fleet"
    assert triage.thing()["history"][-1]["who"] == "staff:a1"


# Words that are not what they seem -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your help, but the instructor still has not given my money back.",
        "表扬一下，乘务员把我的行李弄丢了也不道歉",
    ],
)
async def test_a_complaint_among_thanks_is_closed_by_nobody(triage, text):
    await triage.hear(received(text))
    assert triage.case["status"] == "triaged" and "closed" not in triage.facts()


async def test_an_invented_ticket_beside_a_known_order_earns_no_entitlement_of_its_own(triage):
    await triage.hear(received(references={"ticket": "FAKE-1", "order": "O-1"}))
    for order in triage.orders("order_lookup"):
        known = order["content"]["reference"] == "O-1"
        body = {"line": "driving_school", "facts": RECORDS}
        answer = Answer("c1", order["effect"], order["key"], 1, "done" if known else "refused", body)
        triage.put(answer_event(answer, "redress.triage.inbox.standard"))
    await triage.settle()
    assert triage.stood()["finding"]["order"] == "O-1"


# Silence -------------------------------------------------------------------------------------------


async def test_who_was_asked_something_and_agreed_to_a_remedy_is_not_closed_as_silent(triage):
    await triage.hear(received())
    await triage.ask("information-request", {"fields": ["session"]})
    await triage.hear(supplied(2, RECORDS))
    assert triage.case["waiting"]  # a partner's facts are no answer of theirs
    await triage.hear(claim(1, "settling"))
    await triage.after(15 * DAY)
    assert triage.case["status"] not in ("closed", "awaiting_info")
    await triage.hear(claim(2, "delivered"))
    assert triage.case["status"] == "resolved"


async def test_who_was_spoken_with_is_not_silent_and_danger_waits_for_nobody(triage):
    await triage.hear(received())
    await triage.ask("information-request", {"fields": ["session"]})
    await triage.ask("contact", {"reached": True})
    await triage.after(15 * DAY)
    assert triage.case["status"] != "closed"
    await triage.hear(supplemented(2, DOZING, lane="express"))
    await triage.ask("information-request", {"fields": ["session"]}, key="k9")
    assert (triage.case["waiting"], triage.said("info-requested")[-1]["fields"]) == (False, ["session"])


async def test_who_was_promised_a_call_is_called_though_the_case_was_closed(triage):
    await triage.hear(received())
    await triage.ask("answer", {"kind": "explanation"})
    await triage.ask("promises", {"promise": "call_back", "by": at(5 * DAY).isoformat()})
    await triage.after(4 * DAY)
    assert triage.case["status"] == "closed"
    await triage.after(5 * DAY + 1)
    assert "promise:call_back:1" in [said["clock"] for said in triage.said("clock-breached")]


async def test_a_promised_visit_is_kept_by_arriving(triage):
    await triage.hear(received())
    await triage.ask("promises", {"promise": "visit", "by": at(7200).isoformat()})
    await triage.ask("steps", {"step": "arrived"})
    assert "promise:visit:1" not in open_clocks(triage)


@pytest.mark.parametrize("by", ["9999-12-31T23:59:59-12:00", "2031-01-01T00:00:00Z"])
async def test_a_promise_for_a_time_nobody_will_see_is_refused(triage, by):
    await triage.hear(received())
    assert (await triage.ask("promises", {"promise": "answer", "by": by}))["status"] == 422


# Reopened ------------------------------------------------------------------------------------------


async def test_a_withdrawn_case_whose_offer_lapsed_stays_open_when_it_is_reopened(triage):
    await triage.hear(received(), supplied(), claim(1, "offered"), withdrawal(3, supplied=RECORDS))
    await triage.hear(claim(2, "expired"))
    triage.time = at(8 * DAY)
    await triage.hear(reopening(4, supplied=RECORDS))
    assert triage.case["status"] == "investigating" and "closed" not in triage.facts()


async def test_an_answer_resolves_what_lapsed_after_a_danger_was_cleared(triage):
    await triage.hear(received(DOZING))
    await triage.ask("safety", CLEARED, **MANAGER)
    await triage.ask("finding", {"result": "upheld", "tables": ["driving.short_hours"], "facts": RECORDS})
    await triage.hear(claim(1, "offered"), claim(2, "expired"))
    await triage.ask("answer", {"kind": "explanation"})
    assert triage.case["status"] == "resolved"


@pytest.mark.parametrize(
    ("verb", "body"), [("finding", {"result": "not_upheld"}), ("information-request", {"fields": ["session"]})]
)
async def test_what_is_resolved_is_opened_before_it_is_worked_on_again(triage, verb, body):
    await triage.hear(received())
    await triage.ask("answer", {"kind": "explanation"})
    assert (await triage.ask(verb, body))["status"] == 409


def test_a_fact_of_a_finding_is_a_number_every_reader_can_hold():
    with pytest.raises(ValueError):
        FindingMade(result="upheld", facts={"x": 2**64})
