"""Deadlines: what they come to, and how the clocks of a case warn, breach, climb, pause and are met."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.triage.calendars import Calendar, CalendarModel, length_of, open_time, walk
from services.triage.clock_rules import book_of
from tests.services.triage.house import claim, house, packs, received, supplied

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = CalendarModel(
    hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("08:30-12:00", "13:30-17:30")),
    closed=(date(2026, 10, 1), date(2026, 10, 2)),
    made_up=(date(2026, 10, 10),),
)
OPEN = Calendar("office", SHANGHAI, OFFICE)
EVERYWHEN = Calendar("always", SHANGHAI)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(start: str, length: str, calendar: Calendar = OPEN, pauses=()) -> str:
    spans = [(local(begin), local(end)) for begin, end in pauses]
    moment = walk(calendar, local(start), length_of(length, calendar, local(start)), spans)
    return moment.astimezone(SHANGHAI).isoformat(timespec="minutes")[:16]


@pytest.mark.parametrize(
    ("start", "length", "moment"),
    [
        ("2026-11-23 09:00", "2 h", "2026-11-23T11:00"),
        ("2026-11-23 11:00", "2 h", "2026-11-23T14:30"),  # over the lunch break
        ("2026-11-23 12:30", "1 h", "2026-11-23T14:30"),  # begins in the lunch break
        ("2026-11-23 17:00", "1 h", "2026-11-24T09:00"),  # into the next day
        ("2026-11-20 17:00", "1 h", "2026-11-23T09:00"),  # over a weekend
        ("2026-09-30 17:00", "1 h", "2026-10-05T09:00"),  # over two closed days and a weekend
        ("2026-10-09 17:00", "1 h", "2026-10-10T09:00"),  # a made-up Saturday
        ("2026-11-21 10:00", "1 h", "2026-11-23T09:30"),  # begins on a Saturday
        ("2026-11-20 10:00", "2 days", "2026-11-24T10:00"),
        ("2026-11-21 10:00", "2 days", "2026-11-24T17:30"),  # two whole days after a closed one
    ],
)
def test_open_time_skips_nights_lunch_weekends_and_closed_days(start, length, moment):
    assert due(start, length) == moment


def test_always_counts_every_hour():
    assert due("2026-11-20 17:00", "24 h", EVERYWHEN) == "2026-11-21T17:00"
    assert due("2026-11-20 17:00", "10 days", EVERYWHEN) == "2026-11-30T17:00"


def test_pauses_are_not_counted_whether_apart_or_overlapping():
    pauses = [("2026-11-23 10:00", "2026-11-23 11:00"), ("2026-11-23 10:30", "2026-11-23 11:30")]
    assert due("2026-11-23 09:00", "4 h", EVERYWHEN, pauses) == "2026-11-23T14:30"
    assert due("2026-11-23 09:00", "2 h", OPEN, pauses) == "2026-11-23T14:00"


def test_a_pause_after_the_deadline_changes_nothing():
    assert due("2026-11-23 09:00", "1 h", OPEN, [("2026-11-23 10:30", "2026-11-23 11:00")]) == "2026-11-23T10:00"


@given(st.integers(0, 60 * 24 * 30), st.integers(1, 60 * 60), st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 5))
def test_open_time_from_start_to_due_without_pauses_is_the_length(start, length, pause, lasts):
    begin = datetime(2026, 9, 20, tzinfo=UTC) + timedelta(minutes=start)
    amount = timedelta(minutes=length)
    moment = walk(OPEN, begin, amount)
    assert open_time(OPEN, begin, moment) == amount
    paused = begin + timedelta(minutes=pause), begin + timedelta(minutes=pause + lasts)
    later = walk(OPEN, begin, amount, [paused])
    assert later >= moment
    inside = open_time(OPEN, max(paused[0], begin), min(paused[1], later)) if paused[0] < later else timedelta()
    assert open_time(OPEN, begin, later) - inside == amount


@pytest.mark.parametrize("wrong", ["9:00-12:00", "12:00-09:00", "08:00-25:00", "morning"])
def test_hours_that_are_none_are_refused(wrong):
    with pytest.raises(ValueError, match="opening hours"):
        CalendarModel(hours={"mon": (wrong,)})


# What the packs say --------------------------------------------------------------------------------


def book(line: str):
    return book_of(packs().at(line, date(2026, 11, 23)))


@pytest.mark.parametrize(
    ("line", "clock", "within"),
    [
        ("driving_school", "safety_contact", timedelta(minutes=5)),
        ("driving_school", "protective_action", timedelta(minutes=10)),
        ("ride_hailing", "first_answer", timedelta(hours=24)),
        ("ride_hailing", "contact", timedelta(minutes=30)),
        ("ride_hailing", "follow_up", timedelta(hours=24)),
        ("ride_hailing", "finish", timedelta(days=10)),
        ("ride_hailing", "corrective_action", timedelta(days=7)),
        ("farm_aftersales", "dispatch", timedelta(hours=1)),
        ("farm_aftersales", "parts_news", timedelta(days=3)),
        ("farm_aftersales", "parts_arrived", timedelta(hours=4)),
        ("high_speed_rail", "department", timedelta(hours=24)),
        ("sharing_economy", "realtime_fault", timedelta(minutes=15)),
    ],
)
def test_each_line_keeps_its_deadlines(line, clock, within):
    start = datetime(2026, 11, 23, 8, tzinfo=UTC)
    rule = book(line).rules[clock]
    times = book(line).times(rule, start)
    assert (times.due - start, times.warns_at - start) == (within, within * 0.75)
    assert [(at - times.due, to) for at, to in book(line).rungs(rule, times.due)] == [
        (timedelta(hours=1), "supervisor"), (timedelta(hours=4), "manager"), (timedelta(hours=24), "director"),
    ]  # fmt: skip


# The clocks of a case ------------------------------------------------------------------------------


@pytest.fixture
async def triage():
    found = await house()
    yield found
    found.check_changes()


def told(triage, fact):
    return [said["clock"] for said in triage.said(fact)]


async def test_the_first_answer_clock_starts_from_the_complaint_and_warns_breaches_and_climbs(triage):
    await triage.hear(received())
    await triage.ask("assignment", {"owner": "unit:teaching"})
    await triage.ask("contact", {"reached": True})
    assert triage.case["clocks"]["first_answer"]["due"].isoformat() == "2026-11-24T08:00:00+00:00"
    await triage.after(18 * 3600 + 1)
    assert (told(triage, "clock-warned"), told(triage, "clock-breached")) == (["first_answer"], [])
    await triage.after(24 * 3600 + 1)
    assert told(triage, "clock-breached") == ["first_answer"]
    assert triage.said("escalated") == []
    await triage.after(49 * 3600)
    levels = [(said["to"], said["because"]) for said in triage.said("escalated")]
    assert levels == [(to, "first_answer") for to in ("supervisor", "manager", "director")]
    assert triage.stood()["escalation_level"] == 3


async def test_an_answer_by_staff_meets_the_clock_and_a_message_of_the_complainant_does_not(triage):
    await triage.hear(received(), supplied(2, {}))
    assert triage.case["clocks"]["first_answer"]["met_at"] is None
    await triage.ask("answer", {"kind": "in_work", "resolves": False})
    assert triage.case["clocks"]["first_answer"]["met_at"] is not None
    assert "first_answer" not in triage.thing()["clocks"]


async def test_a_case_nobody_owns_escalates_first_of_all_and_is_then_owned(triage):
    await triage.hear(received())
    assert triage.case["owner"] is None and "assignment" in triage.thing()["clocks"]
    await triage.after(3601)
    assert (triage.said("escalated")[0]["because"], triage.case["owner"]) == ("assignment", "role:supervisor")


async def test_an_owner_who_stays_silent_loses_the_case_one_level_up(triage):
    await triage.hear(received())
    await triage.ask("assignment", {"owner": "station:117"})
    await triage.after(4 * 3600 + 1)
    assert triage.said("expired") == [{"owner": "station:117"}]
    assert (triage.case["owner"], triage.case["refusals"]) == ("role:supervisor", ["station:117:silent"])


async def test_AS_1_a_phone_call_does_not_meet_the_dispatch_clock(triage):
    farm = {"line": "farm_aftersales", "references": {}}
    await triage.hear(received("农机故障了，需要维修。", **farm))
    await triage.ask("assignment", {"owner": "station:A"})
    await triage.ask("contact", {"reached": True})
    assert triage.case["clocks"]["dispatch"]["met_at"] is None
    await triage.ask("assignment", {"owner": "station:B"})
    started = [said["start"] for said in triage.said("clock-started") if said["clock"] == "dispatch"]
    assert len(started) == 2
    await triage.ask("steps", {"step": "dispatched"})
    assert triage.case["clocks"]["dispatch"]["met_at"] is not None


async def test_AS_4_a_missing_part_is_told_of_every_three_days_until_it_is_here(triage):
    farm = {"line": "farm_aftersales", "references": {}}
    await triage.hear(received("收割机的割台坏了，配件一直缺货。", **farm))
    await triage.ask("steps", {"step": "waiting_for_parts"})
    await triage.after(2 * 86400)
    await triage.ask("steps", {"step": "parts_news"})
    await triage.after(4 * 86400)
    assert "parts_news" not in told(triage, "clock-breached")
    await triage.after(6 * 86400)
    assert "parts_news" in told(triage, "clock-breached")
    await triage.ask("steps", {"step": "parts_arrived"})
    assert "parts_arrived" in triage.thing()["clocks"] and "parts_news" not in triage.thing()["clocks"]


async def test_SE_2_a_real_time_fault_has_a_clock_of_minutes(triage):
    await triage.hear(received("共享单车锁打不开，还在计费。", line="sharing_economy", references={}))
    assert triage.case["category"].startswith("vehicle_or_equipment_fault")
    await triage.after(15 * 60 + 1)
    assert "realtime_fault" in told(triage, "clock-breached")


async def test_DS_6_a_promised_call_back_is_a_clock_of_its_own(triage):
    await triage.hear(received())
    await triage.ask("promises", {"promise": "call_back", "by": "2026-11-23T10:00:00Z"})
    late = await triage.ask("promises", {"promise": "call_back", "by": "2026-11-23T07:00:00Z"})
    assert late["status"] == 422
    await triage.after(2 * 3600 + 1)
    assert "promise:call_back:1" in told(triage, "clock-breached")
    await triage.ask("promises", {"promise": "call_back", "by": "2026-11-23T12:00:00Z"}, key="p2")
    await triage.ask("call-backs", {"satisfied": True})
    assert triage.case["clocks"]["promise:call_back:2"]["met_at"] is not None


async def test_a_corrective_action_outlives_the_case(triage):
    await triage.hear(received())
    await triage.ask("corrective-actions", {"action": "rota", "unit": "station:117"})
    await triage.ask("answer", {"kind": "explanation"})
    await triage.ask("call-backs", {"satisfied": True})
    assert triage.case["status"] == "closed"
    await triage.after(7 * 86400 + 1)
    assert told(triage, "clock-breached") == ["corrective:rota"]
    await triage.ask("corrective-actions", {"action": "rota", "unit": "station:117", "state": "answered"})
    await triage.ask("corrective-actions", {"action": "rota", "unit": "x", "state": "verified", "effective": True})
    assert triage.said("corrective-action-verified") == [{"action": "rota", "effective": True}]
    assert [name for name in triage.thing()["clocks"] if not name.startswith("attempt/")] == []


async def test_nothing_is_due_when_a_case_is_closed(triage):
    await triage.hear(received(references={}), supplied(2, references={}), claim(1, "delivered"))
    await triage.after(3 * 86400 + 1)
    assert (triage.case["status"], triage.thing()["clocks"]) == ("closed", {})


async def test_every_open_case_has_an_owner_or_a_running_clock_all_the_way(triage):
    await triage.hear(received())
    for hour in range(0, 24 * 12, 6):
        await triage.after(hour * 3600)
        running = [clock for clock in triage.case["clocks"].values() if clock["met_at"] is None]
        assert triage.case["owner"] or running
