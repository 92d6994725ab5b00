"""What single lines ask of the work on a case, over the real flow and the shipped packs."""

import shutil
from datetime import date

import pytest

from services.triage import views
from services.triage.app import SECTIONS
from services.triage.domain import Case
from services.triage.sides import SECTION as SIDES
from services.triage.sides import SIDES as BOTH
from services.triage.sides import seen_by
from shared.flow.thing import from_store
from shared.policy.faults import PackFaults
from shared.policy.packs import SHIPPED, load_pack
from shared.policy.shelf import load_policy
from tests.services.triage.house import claim, house, packs, received, supplied

RAIL = {"line": "high_speed_rail", "references": {}}
RIDE = {"line": "ride_hailing", "references": {}}
RUDE_CREW = "乘务员态度很差，一路上都不理人。"
DETOUR = "司机绕路了，多走了十公里。"


@pytest.fixture
async def triage():
    found = await house()
    yield found
    found.check_changes()


def breached(triage):
    return [said["clock"] for said in triage.said("clock-breached")]


def escalated(triage, clock):
    return [said["to"] for said in triage.said("escalated") if said["because"] == clock]


# High-speed rail -----------------------------------------------------------------------------------


async def test_HR_3_a_call_back_that_does_not_come_by_the_promised_time_goes_up(triage):
    await triage.hear(received(RUDE_CREW, **RAIL))
    await triage.ask("assignment", {"owner": "unit:crew"})
    await triage.ask("answer", {"kind": "not_at_once", "resolves": False})
    await triage.ask("promises", {"promise": "call_back", "by": "2026-11-23T10:00:00Z"})
    assert triage.said("promised") == [{"promise": "call_back", "by": "2026-11-23T10:00:00Z"}]
    await triage.after(2 * 3600 + 1)
    assert breached(triage) == ["promise:call_back:1"]
    await triage.after(3 * 3600 + 1)
    assert escalated(triage, "promise:call_back:1") == ["supervisor"]


async def test_HR_3_a_call_back_in_time_keeps_the_promise(triage):
    await triage.hear(received(RUDE_CREW, **RAIL))
    await triage.ask("promises", {"promise": "call_back", "by": "2026-11-23T10:00:00Z"})
    await triage.after(3600)
    await triage.ask("call-backs", {"satisfied": True})
    await triage.after(4 * 3600)
    assert "promise:call_back:1" not in breached(triage)


async def test_HR_10_what_no_department_has_within_a_day_goes_up(triage):
    await triage.hear(received(RUDE_CREW, **RAIL))
    await triage.after(3601)
    assert triage.case["owner"] == "role:supervisor"  # a level of the ladder, no department
    await triage.ask("assignment", {"owner": "staff:s1"})
    await triage.ask("answer", {"kind": "in_work", "resolves": False})
    await triage.after(24 * 3600 + 1)
    assert "department" in breached(triage)
    await triage.after(28 * 3600 + 1)
    assert escalated(triage, "department") == ["manager"]


async def test_HR_10_a_problem_handed_to_its_department_keeps_the_time(triage):
    await triage.hear(received(RUDE_CREW, **RAIL))
    await triage.ask("assignment", {"owner": "unit:crew"})
    await triage.after(25 * 3600)
    assert "department" not in breached(triage)


# Ride hailing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [("phone", "phone"), ("web", "chat"), ("web", None)])
async def test_RH_1_however_it_was_told_somebody_opens_the_contact_within_the_packs_time(triage, way):
    channel, via = way
    await triage.hear(received(DETOUR, channel=channel, via=via, **RIDE))
    await triage.ask("assignment", {"owner": "unit:trips"})
    await triage.ask("contact", {"reached": False})
    await triage.after(30 * 60 + 1)
    assert breached(triage) == ["contact"]
    await triage.ask("contact", {"reached": True})
    await triage.after(3 * 3600)
    assert escalated(triage, "contact") == []


async def test_RH_8_what_is_solved_is_followed_up_and_a_bad_answer_opens_it_again(triage):
    await triage.hear(received(DETOUR, **RIDE))
    await triage.ask("assignment", {"owner": "unit:trips"})
    await triage.ask("answer", {"kind": "explanation"})
    assert triage.case["status"] == "resolved"
    await triage.after(24 * 3600 + 1)
    assert "follow_up" in breached(triage)
    await triage.ask("call-backs", {"satisfied": False})
    assert (triage.case["status"], triage.case["clocks"]["follow_up"]["met_at"] is not None) == ("triaged", True)
    await triage.ask("answer", {"kind": "put_right"})
    assert triage.case["clocks"]["follow_up"]["met_at"] is None
    await triage.ask("call-backs", {"satisfied": True}, key="again")
    assert (triage.case["status"], "follow_up" in triage.thing()["clocks"]) == ("closed", False)


async def test_RH_8_a_solution_that_was_not_delivered_is_none_yet(triage):
    facts = {"charged": "50.00", "tariff_amount": "30.00"}
    await triage.hear(received("多收了我20块钱，要求退款。", facts=facts, supplied=facts, **RIDE))
    assert triage.case["finding"]["tables"] == ["ride.fare_review"]
    await triage.hear(claim(1, "accepted"))
    await triage.ask("answer", {"kind": "refund_ordered"})
    assert triage.case["status"] != "resolved"
    await triage.hear(claim(2, "delivered"))
    assert triage.case["status"] == "resolved" and "follow_up" in triage.thing()["clocks"]


async def test_RH_3_the_six_steps_are_taken_in_order_and_what_comes_first_is_named(triage):
    await triage.hear(received(DETOUR, **RIDE))
    refused = await triage.ask("steps", {"step": "understand"})
    assert (refused["status"], refused["body"]["title"]) == (409, "verify comes first")
    assert (await triage.ask("steps", {"step": "solve"}))["body"]["title"] == "understand comes first"
    assert (await triage.ask("steps", {"step": "record"}))["body"]["title"] == "follow_up comes first"
    assert triage.case["steps"] == []
    for step in ("verify", "understand", "hand_over", "follow_up", "record"):
        assert (await triage.ask("steps", {"step": step}, key=f"now-{step}"))["status"] == 200
    assert triage.case["steps"] == ["verify", "understand", "hand_over", "follow_up", "record"]


async def test_RH_3_what_happens_of_itself_counts_as_its_step(triage):
    await triage.hear(received(DETOUR, line="ride_hailing", references={"order": "R-1"}))
    await triage.answer("order_lookup", body={"line": "ride_hailing", "facts": {"identity_verified": True}})
    assert (await triage.ask("steps", {"step": "understand"}))["status"] == 200
    await triage.ask("answer", {"kind": "explanation"})
    assert (await triage.ask("steps", {"step": "follow_up"}))["status"] == 200


async def test_RH_3_a_case_opened_again_is_understood_anew_but_not_verified_anew(triage):
    await triage.hear(received(DETOUR, **RIDE))
    for step in ("verify", "understand"):
        await triage.ask("steps", {"step": step})
    await triage.ask("answer", {"kind": "explanation"})
    await triage.ask("call-backs", {"satisfied": False})
    assert (await triage.ask("steps", {"step": "solve"}))["body"]["title"] == "understand comes first"
    assert (await triage.ask("steps", {"step": "understand"}, key="again"))["status"] == 200


async def test_RH_3_danger_waits_for_no_step(triage):
    await triage.hear(received("司机威胁我，说要打我，还跟着我回家", **RIDE))
    assert (await triage.ask("steps", {"step": "solve"}))["status"] == 200


# Farm machinery ------------------------------------------------------------------------------------

FARM = {"line": "farm_aftersales", "references": {}}
BROKEN = "农机故障了，需要维修。"


async def test_AS_6_no_job_is_completed_before_the_test_drive_and_the_clean_up(triage):
    await triage.hear(received(BROKEN, **FARM))
    for step in ("dispatched", "arrived", "cleaned_up"):
        await triage.ask("steps", {"step": step})
    refused = await triage.ask("steps", {"step": "completed"})
    assert (refused["status"], refused["body"]["errors"]) == (
        409, [{"pointer": "/step", "detail": "test_drive comes first"}],
    )  # fmt: skip
    await triage.ask("steps", {"step": "test_drive"})
    assert (await triage.ask("steps", {"step": "completed"}, key="then"))["status"] == 200


async def test_AS_6_changed_work_is_explained_in_time_and_before_leaving(triage):
    await triage.hear(received(BROKEN, **FARM))
    await triage.ask("assignment", {"owner": "station:A"})
    for step in ("dispatched", "work_changed", "test_drive", "cleaned_up"):
        await triage.ask("steps", {"step": step})
    assert (await triage.ask("steps", {"step": "completed"}))["body"]["title"] == "change_explained comes first"
    await triage.after(4 * 3600 + 1)
    assert "change_explained" in breached(triage)
    await triage.ask("steps", {"step": "change_explained"})
    await triage.ask("steps", {"step": "work_changed"}, key="changed again")
    assert (await triage.ask("steps", {"step": "completed"}, key="too soon"))["status"] == 409
    await triage.ask("steps", {"step": "change_explained"}, key="explained again")
    assert (await triage.ask("steps", {"step": "completed"}, key="then"))["status"] == 200


def shown(triage):
    thing = from_store(triage.thing(), Case)
    return views.case(thing, thing.history)


async def test_AS_8_every_contact_stands_in_the_time_line_reached_or_not_with_who_made_it(triage):
    await triage.hear(received(BROKEN, **FARM))
    await triage.ask("contact", {"reached": False}, by="h1")
    await triage.ask("contact", {"reached": False}, by="h1", key="second try")
    await triage.ask("contact", {"reached": True}, by="h2")
    contacts = [
        (entry["why"]["step"], entry["who"], entry["at"] is not None)
        for entry in shown(triage)["timeline"]
        if entry["what"] == "step-taken"
    ]
    assert contacts == [
        ("contact_tried", "staff:h1", True), ("contact_tried", "staff:h1", True), ("contact_made", "staff:h2", True),
    ]  # fmt: skip


async def test_AS_8_faults_of_a_station_that_a_call_back_finds_are_kept_by_their_codes(triage):
    await triage.hear(received(BROKEN, **FARM))
    await triage.ask("assignment", {"owner": "station:A"})
    await triage.ask("answer", {"kind": "repaired"})
    await triage.ask("call-backs", {"satisfied": False, "feedback": "attitude", "faults": ["mocking", "dawdling"]})
    (called,) = triage.said("called-back")
    assert (called["feedback"], called["faults"]) == ("attitude", ["mocking", "dawdling"])
    assert (shown(triage)["faults"], triage.case["status"]) == (["mocking", "dawdling"], "triaged")
    await triage.ask("answer", {"kind": "put_right"})
    await triage.ask("call-backs", {"satisfied": True, "faults": ["mocking", "not_answering"]}, key="later")
    assert (shown(triage)["faults"], triage.case["status"]) == (["mocking", "dawdling", "not_answering"], "closed")


# Sharing economy -----------------------------------------------------------------------------------

SHARE = {"line": "sharing_economy", "references": {"order": "H-77", "home": "HOME-9"}}
DIRTY_HOME = "房东的房子和照片不符，卫生很差，房东态度恶劣。"
UPHELD = {"result": "upheld", "cause": "not_as_described"}
WAITS = "acts: {finding: {after: [respondent_heard or breached:respondent], categories: [integrity_fraud.description]}}"


@pytest.fixture
async def strict(tmp_path):
    """The shipped packs, and a platform where no finding is made before the other side was heard."""
    shutil.copytree(SHIPPED, tmp_path / "packs")
    steps = tmp_path / "packs" / "sharing_economy" / "steps.yaml"
    steps.write_text(f"{steps.read_text('utf-8')}\n{WAITS}\n", "utf-8")
    return await house(load_policy([tmp_path / "packs"], SECTIONS))


async def test_SE_1_nothing_is_found_before_the_other_side_was_heard_where_the_pack_says_so(strict):
    triage = strict
    await triage.hear(received(DIRTY_HOME, **SHARE))
    for result in ("upheld", "not_upheld"):
        refused = await triage.ask("finding", {"result": result})
        assert (refused["status"], triage.case["finding"]) == (409, None)
    assert (await triage.ask("steps", {"step": "respondent_heard"}))["body"]["title"] == "respondent_asked comes first"
    await triage.ask("steps", {"step": "respondent_asked"})
    assert (await triage.ask("finding", UPHELD))["status"] == 409
    await triage.ask("steps", {"step": "respondent_heard"}, key="then")
    assert (await triage.ask("finding", UPHELD, key="then"))["status"] == 200


async def test_SE_1_a_side_that_lets_its_time_pass_does_not_hold_up_the_other(strict):
    triage = strict
    await triage.hear(received(DIRTY_HOME, **SHARE))
    await triage.ask("assignment", {"owner": "unit:trust"})
    await triage.ask("steps", {"step": "respondent_asked"})
    await triage.after(47 * 3600)
    assert (await triage.ask("finding", UPHELD))["status"] == 409
    await triage.after(48 * 3600 + 1)
    assert "respondent" in breached(triage)
    assert (await triage.ask("finding", UPHELD, key="then"))["status"] == 200


async def test_SE_1_in_danger_nobody_waits_for_the_other_side(strict):
    triage = strict
    await triage.hear(received(DIRTY_HOME, **SHARE))
    assert (await triage.ask("finding", UPHELD))["status"] == 409
    await triage.ask("safety", {"safety": "suspected", "reason_code": "heard"})
    assert (await triage.ask("finding", UPHELD, key="then"))["status"] == 200


def sides_of(triage, line="sharing_economy"):
    thing = from_store(triage.thing(), Case)
    return {side: seen_by(thing, side, packs().at(line, date(2026, 11, 23))) for side in BOTH}


async def test_SE_1_what_each_side_may_see_is_set_down_in_the_pack(triage):
    await triage.hear(received(DIRTY_HOME, **SHARE))
    await triage.ask("steps", {"step": "respondent_asked"})
    seen = sides_of(triage)["respondent"]
    assert (seen["order"], seen["heard"], seen["answer_by"]) == ("H-77", False, "2026-11-25T08:00:00.000Z")
    await triage.ask("steps", {"step": "respondent_heard"})
    await triage.ask("finding", UPHELD)
    await triage.hear(claim(1, "offered"))
    sides = sides_of(triage)
    for seen in sides.values():
        assert (seen["heard"], seen["result"], seen["cause"]) == (True, "upheld", "not_as_described")
    assert [one["state"] for one in sides["complainant"]["remedies"]] == ["offered"]
    assert "remedies" not in sides["respondent"]


RECORDS_OF_AN_ORDER = {"charged": "88.88", "started": "2026-11-20T08:01:02+08:00", "paid_by": "card-9911"}


@pytest.mark.parametrize("line", ["ride_hailing", "sharing_economy", "farm_aftersales", "high_speed_rail"])
async def test_SE_6_neither_side_sees_words_contacts_or_records_of_the_order(triage, line):
    named = {"line": line, "references": {"order": "H-77", "home": "HOME-9"}}
    await triage.hear(received(DIRTY_HOME, facts=RECORDS_OF_AN_ORDER, **named))
    await triage.hear(supplied(2, RECORDS_OF_AN_ORDER, **named))
    await triage.answer("order_lookup", body={"line": line, "subject": "host-31", "facts": {"balance": "31415"}})
    assert triage.case["orders"][0]["facts"] == {"balance": "31415"}
    seen = str(sides_of(triage, line))
    for secret in (DIRTY_HOME, "JWE", "HOME-9", "host-31", "31415", *RECORDS_OF_AN_ORDER.values()):
        assert secret not in seen


@pytest.mark.parametrize("secret", ["texts", "facts", "orders", "contact", "references", "owner"])
def test_SE_6_a_pack_that_would_disclose_more_is_refused_at_its_line(tmp_path, secret):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "sides.yaml").write_text(
        "id: mine\nversion: '1'\nowner: Me\nsource: Mine\nin_force: {from: 2026-01-01}\n"
        f"sides:\n  complainant: {{sees: [reference]}}\n  respondent: {{sees: [reference, {secret}]}}\n",
        "utf-8",
    )
    with pytest.raises(PackFaults) as found:
        load_pack(tmp_path / "mine", [SIDES])
    assert "sides.yaml:8" in str(found.value)
