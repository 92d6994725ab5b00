"""What is told with a decision, and what is told when there can be none."""

import re
from datetime import date
from typing import Any

import orjson
import pytest

from services.compensation.tables import CannotAssess, Tables, assess
from tests.services.compensation.tables.writing import ON, decide, table, tables

DELAY = {"price": "59.85", "delay_min": 60}


def refused(tables: Tables, table: str, facts: dict[str, Any], on: date = ON) -> CannotAssess:
    with pytest.raises(CannotAssess) as told:
        assess(tables, table, facts, on)
    return told.value


def test_an_answer_is_json_and_says_row_steps_rounding_source_version_and_digest(shipped: Tables) -> None:
    said = orjson.loads(orjson.dumps(assess(shipped, "eu_rail.delay", DELAY, ON)))
    assert said["row"] == "from_60"
    assert said["remedies"] == [{"kind": "compensation", "amount": "14.96", "currency": "EUR"}]
    assert said["steps"][-1] == {
        "step": "compensation",
        "exact": "14.9625",
        "rounded": "14.96",
        "rounding": "half_up 0.01",
    }
    assert said["rounding"] == "half_up 0.01"
    assert said["source"].startswith("Regulation (EU) 2021/782")
    assert said["version"] == "2026.1"
    assert len(said["digest"]) == 64
    assert said["in_force"] == {"from": "2023-06-07", "until": None}


def test_every_earlier_row_says_which_fact_ruled_it_out(shipped: Tables) -> None:
    said = assess(shipped, "cn_rail.refund", {"fare": "553", "hours_before_departure": 47.5}, ON)
    because = {skip["row"]: skip["because"] for skip in said["skipped"]}
    assert because["from_48_hours"] == "hours_before_departure is 47.5 hours, needs 48 h..<8 days"
    assert because["suspended"] == "suspended is no, needs yes"


def test_a_row_of_alternatives_says_what_ruled_out_each(shipped: Tables) -> None:
    facts = {"deposit": "199", "vehicle": "car", "working_days_since_request": 3}
    said = assess(shipped, "sharing.deposit", facts, ON)
    assert said["skipped"] == [
        {
            "row": "due",
            "because": "vehicle is car, needs bike; working_days_since_request is 3 working days, "
            "needs at least 15 working days",
        }
    ]


def test_the_sentence_is_said_in_three_languages(shipped: Tables) -> None:
    said = assess(shipped, "eu_rail.delay", DELAY | {"delay_min": 125}, ON)["sentences"]
    assert "列车晚点125分钟" in said["zh-Hans"] and "赔偿 29.93 欧元" in said["zh-Hans"]
    assert "列車誤點125分鐘" in said["zh-Hant"] and "賠償 29.93 歐元" in said["zh-Hant"]
    assert "125 minutes late" in said["en"] and "compensation of EUR 29.93" in said["en"]


def test_a_choice_and_a_quantity_are_said_too(shipped: Tables) -> None:
    choice = assess(shipped, "cn_rail.disruption", {"fare": "553", "cause": "weather"}, ON)["sentences"]["en"]
    assert "You choose one: a refund of CNY 553.00, or another journey." in choice
    facts = {"booked_hours": 1, "given_hours": "0.5", "verified": True}
    assert "free service time of 1 hour." in assess(shipped, "driving.short_hours", facts, ON)["sentences"]["en"]


def test_a_fee_taken_off_a_refund_is_said_with_it_and_a_fee_alone_is_paid(shipped: Tables) -> None:
    refund = assess(shipped, "cn_rail.refund", {"fare": "553", "hours_before_departure": 23}, ON)["sentences"]
    assert "a refund of CNY 442.50 (a fee of CNY 110.50 has been taken off)." in refund["en"]
    assert "退款 442.50 元（已扣除费用 110.50 元）。" in refund["zh-Hans"]
    change = {"lower_fare": "553", "hours_before_departure": 23, "to_later_day": True}
    assert "You pay a fee of CNY 83.00." in assess(shipped, "cn_rail.change", change, ON)["sentences"]["en"]


@pytest.mark.parametrize(
    ("minutes", "said"), [("1", "1 minute late"), ("1.5", "1 minute 30 seconds late"), ("11", "11 minutes")]
)
def test_one_is_said_as_one(shipped: Tables, minutes: str, said: str) -> None:
    facts = {"minutes_late": minutes}
    assert said in assess(shipped, "sharing.delivery_delay", facts, ON)["sentences"]["en"]


def test_every_language_is_said_alone(shipped: Tables) -> None:
    """A passenger who reads English meets no Chinese, and the two Chinese scripts are not mixed."""
    for id in shipped.ids:
        for entry in shipped.versions(id):
            basis = entry.document.content.basis
            assert basis is not None, id
            for reason in [basis, *(row.reason for row in entry.document.content.rows)]:
                assert not re.search(r"[\u2e80-\uffef]", reason.en), reason.en
                # these encodings hold the characters of one script each
                reason.zh_hans.encode("gb2312")
                reason.zh_hant.encode("big5")


def test_a_table_without_a_basis_tells_its_source() -> None:
    rows = "  - {id: only, due: [apology], REASON}"
    text = table("  late: {type: text}", rows, "  - {facts: {late: x}, row: only, due: [apology]}")
    assert decide(text, late="x")["sentences"]["en"].endswith("Basis: Conditions of carriage.")


def test_nothing_due_is_an_empty_list_and_still_a_row_and_a_sentence(shipped: Tables) -> None:
    said = assess(shipped, "eu_rail.delay", {"price": "15", "delay_min": 60}, ON)
    assert said["remedies"] == [] and said["row"] == "from_60"
    assert "Nothing is due" in said["sentences"]["en"]


def test_missing_facts_are_named_all_at_once(shipped: Tables) -> None:
    told = refused(shipped, "cn_rail.refund", {})
    assert told.type == "facts-missing"
    assert [p["pointer"] for p in told.problems] == ["/facts/fare", "/facts/hours_before_departure"]
    assert told.more["missing"] == ["fare", "hours_before_departure"]


@pytest.mark.parametrize(
    ("facts", "pointer", "right"),
    [
        ({"price": 59.85}, "/facts/price", "an amount in EUR as text"),
        ({"price": "59.855"}, "/facts/price", "2 decimals at most"),
        ({"price": "-1"}, "/facts/price", "at least 0"),
        ({"price": "1e3"}, "/facts/price", "an amount"),
        ({"price": "NaN"}, "/facts/price", "an amount"),
        ({"price": "１２"}, "/facts/price", "an amount"),
        ({"price": True}, "/facts/price", "an amount"),
        ({"price": "9" * 30}, "/facts/price", "an amount"),
        ({"delay_min": "soon"}, "/facts/delay_min", "a number of minutes"),
        ({"delay_min": [60]}, "/facts/delay_min", "a number of minutes"),
        ({"return_ticket": "maybe"}, "/facts/return_ticket", "true or false"),
        ({"return_ticket": 1}, "/facts/return_ticket", "true or false"),
        ({"delay": 60}, "/facts/delay", "did you mean 'delay_min'? its facts are price"),
        ({"seat": 60}, "/facts/seat", "seat is not a fact of this table; its facts are price"),
        ({"a/b~c": 60}, "/facts/a~1b~0c", "not a fact"),
    ],
)
def test_a_wrong_fact_gets_its_pointer_and_what_would_be_right(
    shipped: Tables, facts: dict[str, Any], pointer: str, right: str
) -> None:
    told = refused(shipped, "eu_rail.delay", DELAY | facts)
    assert told.type == "facts-wrong"
    assert told.pointer == pointer
    assert right in told.detail
    assert all(str(value) not in told.detail for value in facts.values() if isinstance(value, str) and len(value) > 3)


def test_a_choice_says_its_values(shipped: Tables) -> None:
    told = refused(shipped, "cn_rail.disruption", {"fare": "1", "cause": "rain"})
    assert told.detail == "cause must be one of suspension, weather, line_fault, carrier_fault, passenger"


def test_an_unknown_table_says_which_there_are(shipped: Tables) -> None:
    told = refused(shipped, "eu_rail", {})
    assert told.type == "unknown-table" and told.pointer == "/table"
    assert "eu_rail.delay" in told.detail and "farm.warranty" in told.detail


def test_a_date_without_a_version_says_which_dates_have_one(shipped: Tables) -> None:
    told = refused(shipped, "eu_rail.delay", DELAY, date(2023, 6, 6))
    assert told.type == "not-in-force" and told.pointer == "/on"
    assert told.detail.endswith("it is in force from 2023-06-07 on")


def version(number: int, share: str, force: str) -> str:
    rows = f"  - {{id: only, due: [{{refund: {{share: {share}, of: price}}}}], REASON}}"
    owed = {"10%": 10, "20%": 20}[share]
    example = f"  - {{facts: {{price: 100}}, row: only, due: [{{refund: {owed}}}]}}"
    return table("  price: {type: money}", rows, example, version=str(number), force=force)


def test_versions_one_after_the_other_are_told_in_their_order() -> None:
    both = tables(version(1, "10%", "{from: 2020-01-01, until: 2026-06-30}"), version(2, "20%", "{from: 2026-07-01}"))
    with pytest.raises(CannotAssess) as told:
        assess(both, "test.table", {"price": "1"}, date(2019, 1, 1))
    assert told.value.detail.endswith("it is in force from 2020-01-01 to 2026-06-30, and from 2026-07-01 on")


def test_days_between_two_versions_are_no_fault_and_are_told() -> None:
    both = tables(version(1, "10%", "{from: 2020-01-01, until: 2026-05-31}"), version(2, "20%", "{from: 2026-07-01}"))
    with pytest.raises(
        CannotAssess, match="not in force on that day; it is in force from 2020-01-01 to 2026-05-31, and"
    ):
        assess(both, "test.table", {"price": "1"}, date(2026, 6, 15))


def test_the_version_in_force_on_the_day_of_the_incident_decides() -> None:
    both = tables(version(1, "10%", "{from: 2020-01-01, until: 2026-06-30}"), version(2, "20%", "{from: 2026-07-01}"))
    said = [assess(both, "test.table", {"price": "100"}, day) for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert [(s["version"], s["remedies"][0]["amount"]) for s in said] == [("1", "10.00"), ("2", "20.00")]


def test_a_default_stands_in_for_a_fact_left_out_or_null(shipped: Tables) -> None:
    left_out, null = (assess(shipped, "eu_rail.delay", f, ON) for f in (DELAY, DELAY | {"return_ticket": None}))
    assert left_out == null


def test_null_where_it_may_be_said_is_not_the_same_as_missing(shipped: Tables) -> None:
    facts = {"distance_km": 800, "intra_eu": True, "notice_days": 1, "departs_earlier_min": None}
    assert refused(shipped, "eu_air.cancellation", facts).more["missing"] == ["arrives_later_min"]
    said = assess(shipped, "eu_air.cancellation", facts | {"arrives_later_min": None}, ON)
    assert said["remedies"][0]["amount"] == "250.00"


@pytest.mark.parametrize("delay", [60, 60.0, "60", "60.0", "PT1H", "PT60M"])
def test_a_duration_is_a_number_in_its_unit_or_written_by_the_standard(shipped: Tables, delay: Any) -> None:
    assert assess(shipped, "eu_rail.delay", DELAY | {"delay_min": delay}, ON)["row"] == "from_60"


def test_placeholders_and_braces_and_percent_signs_in_reasons_come_out_as_written() -> None:
    reason = "{zh-Hans: '{price} 100%s', zh-Hant: 因為, en: 'At {price}, 5 % {price}.'}"
    rows = f"  - id: only\n    due: [{{refund: price}}]\n    reason: {reason}"
    text = table("  price: {type: money}", rows, "  - {facts: {price: 5}, row: only, due: [{refund: 5}]}")
    said = decide(text, price="7.5")["sentences"]
    assert said["zh-Hans"].startswith("7.50欧元 100%s")
    assert said["en"].startswith("At EUR 7.50, 5 % EUR 7.50.")


def test_what_is_too_little_to_be_paid_is_said_with_the_least_that_is(shipped: Tables) -> None:
    said = assess(shipped, "eu_rail.delay", {"price": "15", "delay_min": 60}, ON)["sentences"]
    assert "This comes to EUR 3.75, and less than EUR 4.00 is not paid. Nothing is due this time." in said["en"]
    assert "算得3.75 欧元，低于4.00 欧元，不予支付。这次没有应得的款项或补偿。" in said["zh-Hans"]
    assert "算得3.75 歐元，低於4.00 歐元，不予支付。" in said["zh-Hant"]
    for price, delay in (("0", 60), ("16", 60), ("15", 59)):
        enough = assess(shipped, "eu_rail.delay", {"price": price, "delay_min": delay}, ON)["sentences"]["en"]
        assert "less than EUR 4.00 is not paid" not in enough


def test_too_little_of_two_things_is_said_of_each() -> None:
    due = (
        "[{refund: {value: price, nothing_below: {times: [2, price]}}}, "
        "{free_service_time: {value: 30 min, nothing_below: 1 h}}, {coupon: price}]"
    )
    rows = f"  - {{id: only, due: {due}, REASON}}"
    text = table("  price: {type: money}", rows, "  - {facts: {price: 3}, row: only, due: [{coupon: 3}]}")
    said = decide(text, price="3")["sentences"]["en"]
    assert "comes to EUR 3.00, and less than EUR 6.00 is not paid. This comes to 30 minutes, and less than 60 " in said
    assert "You are owed: a coupon of EUR 3.00." in said
