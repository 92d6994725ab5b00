"""What staff do about a case: assigned, refused, escalated, shown with who, why and by which rules."""

import pytest

from services.triage import views
from services.triage.domain import Case
from services.triage.requests import VERBS, body_of, type_of
from shared.flow.history import broken_at
from shared.flow.thing import from_store
from tests.services.triage.house import DOZING, HOURS_SHORT, house, received, supplied

MANAGER = {"by": "m1", "manager": True}


@pytest.fixture
async def triage():
    found = await house()
    yield found
    found.check_changes()


async def test_an_assignment_gives_the_case_an_owner_and_says_so(triage):
    await triage.hear(received())
    answer = await triage.ask("assignment", {"owner": "station:117"})
    assert answer["body"] == {
        "id": "c1", "status": "assigned", "safety": "none", "owner": "station:117", "escalation_level": 0,
        "lane": "standard",
    }  # fmt: skip
    assert triage.stood()["owner"] == "station:117"


async def test_the_same_request_twice_is_done_once_and_answered_alike(triage):
    await triage.hear(received())
    first = await triage.ask("assignment", {"owner": "station:117"}, key="k")
    again = await triage.ask("assignment", {"owner": "station:117"}, key="k")
    assert (first, triage.facts("assigned")) == (again, ["assigned"])


async def test_AS_2_a_refusal_is_recorded_with_its_coded_reason_and_goes_one_level_up(triage):
    await triage.hear(received())
    await triage.ask("assignment", {"owner": "station:117"})
    await triage.ask("refusal", {"reason": "no_phone_number"})
    assert triage.said("refused") == [{"owner": "station:117", "reason": "no_phone_number"}]
    assert (triage.case["owner"], triage.case["escalation_level"]) == ("role:supervisor", 1)
    await triage.ask("refusal", {"reason": "on_leave"}, by="s2")
    assert triage.case["owner"] == "role:manager"
    assert triage.case["refusals"] == ["station:117:no_phone_number", "role:supervisor:on_leave"]


async def test_AS_3_the_complainant_is_never_sent_to_find_another_station(triage):
    await triage.hear(received())
    await triage.ask("assignment", {"owner": "station:A"})
    await triage.ask("refusal", {"reason": "other_warranty"})
    assert triage.case["owner"] is not None


async def test_what_nobody_owns_cannot_be_refused(triage):
    await triage.hear(received())
    assert (await triage.ask("refusal", {"reason": "on_leave"}))["status"] == 409


async def test_a_case_that_is_not_here_is_not_found_and_tells_nothing(triage):
    assert (await triage.ask("assignment", {"owner": "station:117"}))["status"] == 404
    assert triage.facts() == []
    await triage.hear(received())
    assert triage.case["status"] == "triaged"


async def test_what_is_closed_takes_no_more_work(triage):
    await triage.hear(received())
    await triage.ask("answer", {"kind": "explanation"})
    await triage.ask("call-backs", {"satisfied": True})
    assert (await triage.ask("steps", {"step": "visited"}))["status"] == 409


async def test_RH_2_checking_the_identity_is_a_step_that_is_recorded_as_a_fact(triage):
    await triage.hear(received())
    await triage.ask("steps", {"step": "verify"})
    assert triage.said("identity-verified") == [{"by": "staff:a1"}]


async def test_a_finding_by_a_person_names_tables_facts_and_the_order(triage):
    await triage.hear(received())
    facts = {"booked_hours": "2", "given_hours": "1", "verified": True}
    body = {"result": "upheld", "tables": ["driving.short_hours"], "facts": facts, "cause": "hours_short"}
    await triage.ask("finding", body)
    finding = triage.stood()["finding"]
    assert (finding["source"], finding["order"], finding["on"]) == ("person", "S-1", "2026-11-23")
    assert finding["facts"] == facts


async def test_a_task_of_the_emergency_plan_is_done_by_its_step(triage):
    await triage.hear(received("司机威胁我，说要打我，还跟着我回家", line="ride_hailing", references={}))
    assert triage.case["plan_steps"]["police"]["state"] == "requested"
    await triage.ask("steps", {"step": "police"})
    assert triage.case["plan_steps"]["police"]["state"] == "acknowledged"
    assert triage.case["clocks"]["task:police"]["met_at"] is not None


async def test_every_body_is_known_by_its_verb():
    for verb, model in VERBS.items():
        assert VERBS[verb] is model and type_of(verb).startswith("redress.triage.")
    assert body_of(type_of("refusal"), {"reason": "no_phone"}).model_dump() == {"reason": "no_phone"}


async def test_the_time_line_shows_who_did_what_why_and_under_which_rules(triage):
    await triage.hear(received(), supplied())
    await triage.ask("assignment", {"owner": "station:117"})
    thing = from_store(triage.thing(), Case)
    shown = views.case(thing, thing.history)
    by_name = {entry["what"]: entry for entry in shown["timeline"]}
    assert by_name["triaged"]["why"]["rules"] == triage.case["rules"]
    assert by_name["triaged"]["rules"] == triage.case["version"]
    assert by_name["finding-recorded"]["who"] == "rule:driving.hours_short"
    assert by_name["assigned"]["who"] == "staff:a1"
    assert broken_at(thing.history) is None
    assert HOURS_SHORT not in str(shown)


async def test_the_newest_facts_are_kept_for_the_time_line_and_no_more(triage):
    await triage.hear(received(references={}))
    for number in range(120):
        await triage.ask("steps", {"step": f"visit_{number}"}, key=str(number))
        await triage.ask("assignment", {"owner": f"station:{number}"}, key=f"a{number}")
    assert len(triage.case["said"]) == 200
    assert len(triage.thing()["history"]) <= 300


async def test_danger_comes_first_in_the_queue_then_what_is_due_first(triage):
    await triage.hear(received())
    calm = triage.case
    await triage.ask("promises", {"promise": "call_back", "by": "2026-11-23T08:30:00Z"})
    promised = triage.case
    danger = await house()
    await danger.hear(received(DOZING))
    assert danger.case["rank"] < promised["rank"] == calm["rank"]
    assert promised["next_due"] < calm["next_due"]
    await danger.ask("safety", {"safety": "cleared", "reason_code": "checked"}, **MANAGER)
    assert danger.case["rank"] == 1


async def test_SE_7_a_special_queue_changes_the_queue_and_nothing_else(triage):
    sharing = {"line": "sharing_economy", "references": {}}
    await triage.hear(received("押金一直不退", **sharing))
    plain = triage.case
    enterprise = await house()
    await enterprise.hear(received("押金一直不退", facts={"customer": "enterprise"}, **sharing))
    special = enterprise.case
    assert (plain["queue"], special["queue"]) == ("finance", "enterprise")
    assert {n: plain[n] for n in ("rank", "priority", "safety")} == {
        n: special[n] for n in ("rank", "priority", "safety")
    }
    dangerous = await house()
    await dangerous.hear(received("刹车失灵了，我差点撞上人", facts={"customer": "new"}, **sharing))
    assert dangerous.case["queue"] == "safety"
