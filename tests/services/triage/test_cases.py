"""A case from its complaint to its end, over the real flow, the shipped packs and the real reading."""

from typing import Any

import pytest

from shared.contracts import notify
from tests.services.facts import at, told
from tests.services.triage.house import (
    HOURS_SHORT,
    LATE_TRAIN,
    RECORDS,
    claim,
    erased,
    received,
    reopening,
    supplemented,
    supplied,
    withdrawal,
)

DAY = 86400


async def test_a_complaint_becomes_a_case_with_category_queue_rules_and_offsets_as_evidence(triage):
    await triage.hear(received())
    case, (said,) = triage.case, triage.said("triaged")
    assert (case["status"], case["category"].split(".")[0], case["queue"]) == ("triaged", "teaching_hours", "teaching")
    assert said["rules"] and said["version"].startswith("driving_school@")
    assert all("text" not in evidence for evidence in said["evidence"])
    assert any(HOURS_SHORT[e["start"] : e["end"]] for e in said["evidence"] if "start" in e)


async def test_no_words_of_the_complaint_stand_on_any_topic(triage):
    await triage.hear(received())
    published = b"".join(record.value or b"" for records in triage.broker.records.values() for record in records)
    assert "缩水".encode() not in published and b"\\u7f29" not in published


async def test_DS_2_hours_that_records_show_to_be_short_are_found_without_an_investigation(triage):
    await triage.hear(received(), supplied())
    finding = triage.stood()["finding"]
    assert (finding["result"], finding["tables"], finding["facts"]) == ("upheld", ["driving.short_hours"], RECORDS)
    assert (finding["source"], finding["order"], finding["on"]) == ("supplied", "S-1", "2026-11-20")


async def test_DS_2_what_a_complainant_merely_claims_finds_nothing(triage):
    await triage.hear(received(facts=RECORDS))
    assert triage.stood()["finding"] is None


async def test_the_order_system_is_asked_once_and_its_facts_found_by(triage):
    await triage.hear(received())
    (order,) = triage.orders("order_lookup")
    assert order["content"] == {"reference": "S-1", "line": "driving_school"}
    await triage.answer("order_lookup", body={"reference": "S-1", "line": "driving_school", "facts": RECORDS})
    assert triage.stood()["finding"]["facts"] == RECORDS
    assert len(triage.orders("order_lookup")) == 1


async def test_an_order_of_another_line_says_nothing(triage):
    await triage.hear(received())
    await triage.answer("order_lookup", body={"reference": "S-1", "line": "ride_hailing", "facts": RECORDS})
    assert triage.stood()["finding"] is None


async def test_RH_2_identity_is_verified_when_the_order_says_so(triage):
    await triage.hear(received("司机多收了费用，要求退款", line="ride_hailing", references={"order": "R-7"}))
    facts = {"identity_verified": True, "charged": "60", "tariff_amount": "40"}
    await triage.answer("order_lookup", body={"reference": "R-7", "line": "ride_hailing", "facts": facts})
    assert triage.stood()["identity_verified"] is True
    assert triage.stood()["finding"]["tables"] == ["ride.fare_review"]


async def test_a_late_train_is_assessed_at_once_when_price_and_delay_are_supplied(triage):
    facts = {"price": "80", "delay_min": 125}
    await triage.hear(received(LATE_TRAIN, line="high_speed_rail", references={"ticket": "T-9"}, language="en"))
    await triage.hear(supplied(2, facts, line="high_speed_rail", references={"ticket": "T-9"}))
    assert triage.stood()["finding"]["tables"] == ["eu_rail.delay"]


async def test_HR_8_whoever_asks_what_they_get_back_is_owed_it_all_the_same(triage):
    rail = {"line": "high_speed_rail", "references": {"ticket": "E-1"}}
    await triage.hear(received("我要退票，请问退多少钱？", **rail))
    await triage.hear(supplied(2, {"fare": "553", "hours_before_departure": 47}, **rail))
    assert triage.case["kind"] == "inquiry"
    assert triage.stood()["finding"]["tables"] == ["cn_rail.refund"]


async def test_corrected_facts_are_found_again_under_the_next_number(triage):
    await triage.hear(received(), supplied(2), supplied(3, {**RECORDS, "given_hours": "1"}))
    assert (triage.stood()["finding"]["number"], triage.facts("finding-recorded")) == (2, ["finding-recorded"] * 2)


async def test_an_offer_by_rules_is_an_answer_and_its_delivery_resolves(triage):
    await triage.hear(received(), supplied(), claim(1, "offered"))
    assert triage.stood()["answered"] is True
    await triage.hear(claim(2, "settling"))
    assert triage.case["status"] == "investigating"
    await triage.hear(claim(3, "delivered"))
    assert triage.said("resolved")[0]["remedies"] == [{"kind": "free_service_time", "quantity": "2", "unit": "hour"}]
    await triage.after(3 * DAY + 1)
    (closed,) = triage.said("closed")
    assert (closed["problem"], closed["cause"]) == (triage.case["category"], "hours_short")
    assert (closed["solution"], closed["feedback"]) == ("remedy_delivered", "unanswered")


async def test_a_claim_heard_only_as_settled_resolves_all_the_same(triage):
    await triage.hear(received(), supplied(), claim(5, "delivered"))
    assert triage.case["status"] == "resolved"


async def test_an_offer_nobody_answers_closes_without_prejudice_and_is_reopenable(triage):
    await triage.hear(received(), supplied(), claim(1, "offered"), claim(2, "expired"))
    assert (triage.case["status"], triage.said("closed")[0]["solution"]) == ("closed", "offer_lapsed")
    await triage.hear(reopening(supplied=RECORDS))
    assert (triage.case["status"], triage.stood()["finding"]["number"]) == ("investigating", 1)
    await triage.hear(claim(3, "delivered"))
    assert triage.case["status"] == "resolved"


async def test_when_the_tables_owe_nothing_the_case_is_resolved_and_says_so(triage):
    await triage.hear(received(), supplied(), claim(1, "denied", remedies=[], nothing_due=True, settled=True))
    assert triage.said("resolved")[0]["solution"] == "nothing_due"


async def test_a_finding_by_a_person_stands_and_no_rule_replaces_it(triage):
    await triage.hear(received())
    await triage.ask("finding", {"result": "not_upheld", "cause": "hours_given"})
    await triage.hear(supplied())
    assert (triage.stood()["finding"]["source"], triage.stood()["finding"]["number"]) == ("person", 1)
    assert triage.case["status"] == "investigating"
    await triage.ask("answer", {"kind": "explanation"})
    assert triage.said("resolved")[0]["solution"] == "explanation"


async def test_an_answer_that_does_not_resolve_leaves_the_case_open(triage):
    await triage.hear(received())
    await triage.ask("answer", {"kind": "in_work", "resolves": False})
    assert (triage.case["status"], triage.stood()["answered"]) == ("triaged", True)


@pytest.mark.parametrize("text", ["请问行李托运怎么办理？", "建议在候车室多放一些座椅。"])
async def test_DS_8_inquiries_and_suggestions_are_answered_and_closed_on_a_short_road(triage, text):
    await triage.hear(received(text, line="high_speed_rail", references={}))
    assert triage.case["kind"] in ("inquiry", "suggestion")
    await triage.ask("answer", {"kind": "not_adopted"})
    assert triage.facts("answered", "resolved", "closed") == ["answered", "resolved", "closed"]


async def test_praise_is_logged_and_closed(triage):
    await triage.hear(received("谢谢司机，服务很好，表扬他", line="ride_hailing", references={}))
    assert triage.case["status"] == "closed"


async def test_HR_1_what_was_settled_on_the_spot_is_resolved_and_waits_for_contradiction(triage):
    rail = {"line": "high_speed_rail", "references": {}, "settled_on_the_spot": True}
    await triage.hear(received("座位坏了，列车长当场给我换了座位。", **rail))
    assert (triage.case["status"], triage.case["solution"]) == ("resolved", "on_the_spot")
    await triage.ask("call-backs", {"satisfied": False})
    assert (triage.case["status"], triage.facts("reopened")) == ("triaged", ["reopened"])


async def test_a_withdrawal_ends_an_ordinary_case(triage):
    await triage.hear(received(), withdrawal(2))
    assert (triage.case["status"], triage.facts("withdrawn")) == ("withdrawn", ["withdrawn"])
    assert triage.case["open"] is False


async def test_what_is_agreed_is_delivered_though_the_complainant_withdraws(triage):
    await triage.hear(received(), supplied(), claim(1, "settling"), withdrawal(3, supplied=RECORDS))
    assert triage.case["status"] == "investigating"
    await triage.hear(claim(2, "delivered"))
    assert triage.case["status"] == "resolved"


async def test_a_reopening_within_thirty_days_reopens_and_a_later_one_does_not(triage):
    await triage.hear(received())
    await triage.ask("answer", {"kind": "explanation"})
    await triage.after(3 * DAY + 1)
    assert triage.case["status"] == "closed"
    await triage.after(20 * DAY)
    await triage.hear(reopening(2))
    assert (triage.case["status"], triage.stood()["finding"]) == ("triaged", None)
    await triage.ask("answer", {"kind": "explanation_again"})
    await triage.after(90 * DAY)
    await triage.hear(reopening(3, reopenings=2))
    assert triage.case["status"] == "closed"


async def test_a_call_back_with_a_bad_result_reopens_and_a_good_one_closes(triage):
    await triage.hear(received())
    await triage.ask("answer", {"kind": "explanation"})
    await triage.ask("call-backs", {"satisfied": False})
    assert triage.case["status"] == "triaged"
    await triage.ask("answer", {"kind": "solution"})
    await triage.ask("call-backs", {"satisfied": True, "feedback": "content"})
    assert (triage.case["status"], triage.said("closed")[0]["feedback"]) == ("closed", "content")


def surveyed(score: int, number: int = 5, after_s: int = 0) -> Any:
    return told(notify.SurveyAnswered(score=score), number, {"survey": score}, time=at(after_s))


async def test_DS_6_who_is_promised_a_call_back_is_called_though_they_answered_the_survey(triage):
    await triage.hear(received())
    await triage.ask("answer", {"kind": "explanation"})
    await triage.ask("promises", {"promise": "call_back", "by": at(DAY).isoformat()})
    await triage.hear(surveyed(85, after_s=60))
    assert (triage.case["status"], triage.case["score"]) == ("resolved", 85)
    await triage.after(DAY + 1)
    assert "promise:call_back:1" in [said["clock"] for said in triage.said("clock-breached")]


async def test_an_answer_to_the_survey_closes_only_what_was_resolved_when_it_was_given(triage):
    await triage.hear(received())
    triage.time = at(3600)
    await triage.ask("answer", {"kind": "explanation"})
    await triage.hear(surveyed(85, after_s=60))
    assert triage.case["status"] == "resolved"


async def test_HR_9_the_complainants_answer_to_the_survey_closes_what_is_resolved_and_nothing_else(triage):
    await triage.hear(received())
    await triage.hear(surveyed(40))
    assert (triage.case["status"], triage.case["score"]) == ("triaged", 40)
    await triage.ask("answer", {"kind": "explanation"})
    await triage.hear(surveyed(85, 6, 60))
    assert (triage.case["status"], triage.case["score"]) == ("closed", 85)
    assert triage.said("closed")[0]["feedback"] == "rated"
    triage.check_changes()


async def test_information_asked_for_pauses_and_the_complainants_answer_goes_on(triage):
    await triage.hear(received())
    await triage.ask("information-request", {"fields": ["session"]})
    assert (triage.case["status"], triage.stood()["missing"]) == ("awaiting_info", ["session"])
    assert "first_answer" in [said["clock"] for said in triage.said("clock-paused")]
    triage.time = at(3600)
    await triage.hear(supplemented(2, "那节课是周五下午"))
    assert triage.case["status"] == "investigating"
    resumed = {said["clock"]: said["due"] for said in triage.said("clock-resumed")}
    assert resumed["first_answer"].startswith("2026-11-24T09:00:00")


async def test_who_stays_silent_when_asked_is_closed_without_prejudice(triage):
    await triage.hear(received())
    await triage.ask("information-request", {"fields": ["session"]})
    await triage.after(14 * DAY + 1)
    assert (triage.case["status"], triage.said("closed")[0]["feedback"]) == ("closed", "silence")


async def test_an_erased_complainant_leaves_a_case_without_words(triage):
    await triage.hear(received(), erased(2), supplemented(3, HOURS_SHORT))
    assert (triage.case["texts"], triage.case["sealed"], triage.thing()["erased"]) == ({}, {}, True)
    assert triage.case["category"].startswith("teaching_hours")
    assert (triage.case["status"], triage.said("closed")[0]["feedback"]) == ("closed", "erased")


async def test_what_is_agreed_is_delivered_though_the_complainant_is_erased(triage):
    await triage.hear(received(), supplied(), claim(1, "settling"), erased(3))
    assert triage.case["status"] == "investigating"
    await triage.hear(claim(2, "delivered"))
    assert triage.case["status"] == "resolved"


async def test_more_references_are_told_and_looked_up(triage):
    await triage.hear(received(), supplemented(2, "补充一下", references={"session": "S-1", "order": "O-5"}))
    assert triage.stood()["references"] == {"session": "S-1", "order": "O-5"}
    assert [order["content"]["reference"] for order in triage.orders("order_lookup")] == ["S-1", "O-5"]


async def test_a_message_names_the_category_where_nothing_did(triage):
    await triage.hear(received("我有问题要反映", references={}))
    assert triage.case["category"] == "other"
    await triage.hear(supplemented(2, HOURS_SHORT, references={}))
    assert triage.stood()["category"].startswith("teaching_hours")


async def test_an_unknown_line_is_a_case_for_the_shared_rules(triage):
    await triage.hear(received(line="moon_travel", references={}))
    assert (triage.case["status"], triage.case["queue"]) == ("triaged", "general")


async def test_DS_7_a_silent_contact_is_logged_and_no_open_case(triage):
    await triage.hear(received(None, references={}, signals=["silent"]))
    assert (triage.case["marks"], triage.case["status"]) == (["silent_contact"], "closed")
    assert triage.said("closed")[0]["feedback"] == "logged"


async def test_what_a_case_keeps_is_bounded_and_every_message_is_read_all_the_same(triage):
    await triage.hear(received(references={}))
    for number in range(2, 9):
        await triage.hear(supplemented(number, HOURS_SHORT * 600, references={}))
    assert 1 < len(triage.case["texts"]) < 8
    await triage.hear(supplemented(9, "教练开车时一直打瞌睡，车子往护栏那边偏。" + "。" * 19000, references={}))
    assert triage.case["safety"] == "confirmed"


async def test_promises_kept_long_ago_make_room(triage):
    await triage.hear(received(references={}))
    for number in range(80):
        body = {"promise": "call_back", "by": "2026-11-23T09:00:00Z"}
        await triage.ask("promises", body, key=f"p{number}")
        await triage.ask("call-backs", {"satisfied": True}, key=f"c{number}")
    assert len(triage.case["clocks"]) <= 61
