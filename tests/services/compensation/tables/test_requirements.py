"""The requirements that concern amounts, each by its id."""

import re
from pathlib import Path
from typing import Any

import pytest

from services.compensation.tables import Tables, assess
from tests.services.compensation.tables.test_oracle import as_owed
from tests.services.compensation.tables.writing import ON

ABOUT_AMOUNTS = ("RH-2", "RH-6", "SE-3", "SE-4", "SE-7", "SE-9", "AS-7", "HR-5", "HR-6", "HR-8", "DS-2", "DS-3")
BACK, OTHER_TRAIN = ("refund", "553.00"), "rebooking"


def owed(shipped: Tables, table: str, **facts: Any) -> list[Any]:
    return as_owed(assess(shipped, table, facts, ON)["remedies"])


def test_every_requirement_about_amounts_has_a_test_that_names_it() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("test_*.py"))
    named = {f"{a}-{b}".upper() for a, b in re.findall(r"def test_([a-zA-Z]{2})_([0-9]+)_", written)}
    assert named >= set(ABOUT_AMOUNTS)


def test_rh_6_nothing_beyond_the_tariff_is_kept_and_the_invoice_comes_with_it(shipped: Tables) -> None:
    """RH-6: payment complaints, itemised, no hidden charge, with an invoice."""
    said = assess(shipped, "ride.fare_review", {"charged": "66.20", "tariff_amount": "48", "tolls": "10"}, ON)
    assert as_owed(said["remedies"]) == [("refund", "8.20"), "invoice"]
    shown = {step["step"]: step["rounded"] for step in said["steps"]}
    assert (shown["right_fare"], shown["too_much"]) == ("58", "8.2")


def test_se_4_coupons_and_points_are_remedies_and_a_deposit_comes_back_in_time(shipped: Tables) -> None:
    """SE-4: coupons and points; a deposit refund is a matter of trust."""
    late = owed(shipped, "sharing.delivery_delay", minutes_late=45, weather=True)
    assert late == ["explanation", ("one_of", [("coupon", "3.00"), ("points", "300", "point")])]
    bike = {"deposit": "199", "vehicle": "bike"}
    assert owed(shipped, "sharing.deposit", **bike, working_days_since_request=1) == []
    assert owed(shipped, "sharing.deposit", **bike, working_days_since_request=2) == [("refund", "199.00")]


def test_se_3_each_business_is_counted_by_its_own_unit_and_cap(shipped: Tables) -> None:
    """SE-3: several businesses, each with its own rules: an hour of a bike, and of a car."""
    hour = {"started": "2026-11-22T08:00+08:00", "ended": "2026-11-22T09:00+08:00", "charged": "40"}
    bike = {"business": "bike", "price_per_unit": "1.5", "unit_minutes": 15, "daily_cap": "25"}
    car = {"business": "car", "price_per_unit": "0.5", "unit_minutes": 1, "daily_cap": "200"}
    assert owed(shipped, "sharing.timed_fee", **hour, **bike) == [("refund", "34.00")]
    assert owed(shipped, "sharing.timed_fee", **hour, **car) == [("refund", "10.00")]


def test_se_4_a_fee_outside_the_area_comes_back_with_the_bike(shipped: Tables) -> None:
    """SE-4 and domain 7: five yuan, returned when ridden back and locked within 24 hours."""
    assert owed(shipped, "sharing.out_of_area", returned_and_locked_within_h=24) == [("refund", "5.00")]
    assert owed(shipped, "sharing.out_of_area", returned_and_locked_within_h="24.1") == [("fee", "5.00")]
    assert owed(shipped, "sharing.out_of_area") == [("fee", "5.00")]


def test_se_7_no_amount_depends_on_who_the_customer_is(shipped: Tables) -> None:
    """SE-7: a special queue never changes an amount; rows can only ask about facts, and none is about the customer."""
    asked = {name for id in shipped.ids for name in shipped.find(id, ON).compiled.facts}
    assert not [name for name in asked if any(word in name for word in ("customer", "member", "vip", "user", "class"))]


def test_se_9_a_timed_price_is_worked_out_from_the_recorded_start_and_end(shipped: Tables) -> None:
    """SE-9: surge and timed prices matter as context."""
    facts = {
        "business": "power_bank", "started": "2026-11-22T08:00+08:00", "ended": "2026-11-23T10:10+08:00",
        "charged": "96", "price_per_unit": "4", "unit_minutes": 60, "daily_cap": "30",
    }  # fmt: skip
    assert owed(shipped, "sharing.timed_fee", **facts) == [("refund", "54.00")]


@pytest.mark.parametrize(
    ("more", "paid"),
    [({}, "300.00"), ({"declared_value": "800"}, "800.00"), ({"gross_negligence": True}, "1000.00")],
)
def test_hr_6_luggage_is_paid_by_scope_cap_and_actual_value(shipped: Tables, more: dict[str, Any], paid: str) -> None:
    """HR-6: luggage lost, damaged, late: scope, cap, actual value and degree of damage, freight."""
    assert owed(shipped, "cn_rail.luggage", actual_loss="1000", weight_kg=20, **more) == [("compensation", paid)]


def test_hr_6_degree_of_damage_and_freight(shipped: Tables) -> None:
    """HR-6: the loss counts by the degree of damage; freight comes back only when the luggage is lost."""
    damaged = {"actual_loss": "1000", "weight_kg": 20, "lost": False, "damage_share": "0.25", "freight": "30"}
    assert owed(shipped, "cn_rail.luggage", **damaged) == [("compensation", "250.00")]
    late = {"actual_loss": "1000", "weight_kg": 20, "lost": False, "days_late": 31, "freight": "30"}
    assert owed(shipped, "cn_rail.luggage", **late) == [("compensation", "300.00"), ("refund", "30.00")]


@pytest.mark.parametrize(
    ("fare", "hours", "fee"),
    [
        ("553", 240, None),
        ("553", 191, "27.50"),
        ("553", 47, "55.50"),
        ("553", 23, "110.50"),
        ("24.5", 72, "2.00"),
        ("45", 72, "2.50"),
    ],
)
def test_hr_8_the_refund_ladder(shipped: Tables, fare: str, hours: int, fee: str | None) -> None:
    """HR-8: refund before departure on a ladder by time."""
    kept = dict(owed(shipped, "cn_rail.refund", fare=fare, hours_before_departure=hours))
    assert kept.get("fee") == fee


@pytest.mark.parametrize(
    ("hours", "later", "departed", "fee"),
    [
        (48, True, False, None),
        ("47.99", True, False, "27.50"),
        (24, True, False, "27.50"),
        ("23.99", True, False, "83.00"),
        (1, False, False, None),
        (0, False, True, None),
        (0, True, True, "221.00"),
    ],
)
def test_hr_8_one_change(shipped: Tables, hours: Any, later: bool, departed: bool, fee: str | None) -> None:
    """HR-8: free at 48 h or to the same or an earlier day, else 5, 15 or 40 % of the lower fare."""
    facts = {"lower_fare": "553", "hours_before_departure": hours, "to_later_day": later, "departed": departed}
    assert dict(owed(shipped, "cn_rail.change", **facts)).get("fee") == fee


def test_hr_8_cross_border_fees_are_cut_to_whole_yuan(shipped: Tables) -> None:
    """HR-8: 5, 30 and 50 %, and nothing back once changed."""
    table, ticket = "cn_rail.cross_border_refund", {"fare": "215"}
    ladder = [dict(owed(shipped, table, **ticket, hours_before_departure=h))["fee"] for h in (192, 191, 48, "47.9")]
    assert ladder == ["10.00", "64.00", "64.00", "107.00"]
    assert owed(shipped, table, **ticket, hours_before_departure=300, changed=True) == []


def test_hr_8_illness_proved_and_group_tickets(shipped: Tables) -> None:
    """HR-8: illness with proof gets the whole fare; a group ticket goes back 48 hours before, or not at all."""
    assert owed(shipped, "cn_rail.refund", fare="553", hours_before_departure=1, illness_proof=True) == [BACK]
    group = {"fare": "553", "group": True}
    assert owed(shipped, "cn_rail.refund", **group, hours_before_departure="47.9") == []
    assert dict(owed(shipped, "cn_rail.refund", **group, hours_before_departure=48))["fee"] == "27.50"


def test_hr_8_a_failed_train_is_paid_back_whole_or_another_taken(shipped: Tables) -> None:
    """HR-8: suspension, weather or line fault: full refund or change, the passenger's choice."""
    refund = owed(shipped, "cn_rail.refund", fare="553", hours_before_departure=1, suspended=True)
    disruption = owed(shipped, "cn_rail.disruption", fare="553", cause="line_fault")
    assert refund == disruption == [("one_of", [BACK, OTHER_TRAIN])]


def test_hr_8_whether_a_changed_ticket_is_refunded_is_a_parameter(shipped: Tables) -> None:
    """HR-8 and conflict 2: a parameter of the product."""
    changed = {"fare": "553", "hours_before_departure": 240, "changed": True}
    assert owed(shipped, "cn_rail.refund", **changed) == [BACK]
    assert owed(shipped, "cn_rail.refund", **changed, changed_refundable=False) == []


def test_hr_5_a_journey_broken_for_the_night_is_lodged(shipped: Tables) -> None:
    """HR-5, case 1: a delay broke the journey: rebooked, lodged, compensated."""
    assert owed(shipped, "cn_rail.disruption", fare="553", cause="carrier_fault", overnight=True) == [
        ("one_of", [BACK, OTHER_TRAIN]),
        "lodging",
    ]


def test_ds_2_hours_shortened_are_given_again_whole_at_the_training_points_cost(shipped: Tables) -> None:
    """DS-2: 2 h booked, 1.5 h given, verified: 2 h again, free."""
    facts = {"booked_hours": 2, "given_hours": "1.5", "verified": True}
    said = assess(shipped, "driving.short_hours", facts, ON)
    assert as_owed(said["remedies"]) == [("free_service_time", "2", "hour")]
    assert said["borne_by"] == "training_point"
    assert owed(shipped, "driving.short_hours", **facts | {"verified": False}) == []


def test_ds_3_a_breach_of_integrity_pays_the_fee_back_and_hours_each_accepted_alone(shipped: Tables) -> None:
    """DS-3: the session's fee refunded and, if wanted, equal free hours."""
    said = assess(shipped, "driving.integrity", {"fee": "260", "session_hours": 2, "verified": True}, ON)
    assert as_owed(said["remedies"]) == [("refund", "260.00"), ("free_service_time", "2", "hour")]
    assert said["each_alone"] is True
