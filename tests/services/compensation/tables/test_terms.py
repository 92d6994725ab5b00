"""What an amount can be made of, each form with its edges."""

import pytest

from services.compensation.tables import CannotAssess
from tests.services.compensation.tables.writing import faults, table, term, worth

PRICE = "  price: {type: money}"
DAYS = "  days: {type: duration, unit: day}"
WEIGHT = "  weight: {type: decimal, unit: kg}"


def test_a_fixed_amount() -> None:
    assert worth(term("12.50 EUR", "  note: {type: text}"), note="x") == "12.50"


@pytest.mark.parametrize(("price", "owed"), [("100", "25.00"), ("59.85", "14.96"), ("0.02", "0.01"), ("0.01", "")])
def test_a_share_of_a_field(price: str, owed: str) -> None:
    assert worth(term("{share: 25%, of: price}"), price=price) == owed


def test_rate_times_field_times_field() -> None:
    facts = PRICE + "\n  persons: {type: integer}"
    assert worth(term("{times: [10%, price, persons]}", facts), price="33.33", persons=3) == "10.00"


def test_a_multiple_is_no_share() -> None:
    assert worth(term("{times: [3, price]}"), price="166.67") == "500.01"


def test_more_than_the_whole_where_it_is_meant() -> None:
    assert worth(term("{share: 150%, of: price, over_one: yes}"), price="40") == "60.00"


@pytest.mark.parametrize(
    ("weight", "owed"), [("0", ""), ("2.5", "37.50"), ("10", "150.00"), ("0.001", "0.02"), ("100", "800.00")]
)
def test_so_much_per_kilogram_up_to_a_cap(weight: str, owed: str) -> None:
    assert worth(term("{each: 15 EUR, per: 1 kg, of: weight, at_most: 800}", WEIGHT), weight=weight) == owed


@pytest.mark.parametrize(
    ("days", "owed"),
    [("0", ""), ("2", ""), ("2.5", "25.00"), ("3", "50.00"), ("12", "500.00"), ("12.1", "500.00"), ("99", "500.00")],
)
def test_a_daily_rate_after_exempt_days_up_to_a_number_of_days(days: str, owed: str) -> None:
    assert worth(term("{each: 50, per: 1 day, of: days, after: 2 days, up_to: 10 days}", DAYS), days=days) == owed


@pytest.mark.parametrize(("counting", "owed"), [("started", "30.00"), ("whole", "20.00"), ("exact", "23.33")])
def test_units_counted_as_started_whole_or_exactly(counting: str, owed: str) -> None:
    facts = "  late: {type: duration, unit: minute}"
    written = f"{{each: 10, per: 15 min, of: late, counting: {counting}}}"
    assert worth(term(written, facts), late=35) == owed


def test_units_of_one_family_are_converted() -> None:
    facts = "  late: {type: duration, unit: hour}"
    written = "{each: 10, per: 15 min, of: late, counting: started, up_to: 1 hour}"
    assert worth(term(written, facts), late="0.26") == "20.00"
    assert worth(term(written, facts), late=9) == "40.00"


def test_points_for_money() -> None:
    assert worth(term("{each: 100 points, per: 1 EUR, of: price}", kind="points"), price="1.65") == "165"


def test_the_floor_lifts_and_the_cap_cuts_and_wins() -> None:
    written = "{share: 10%, of: price, at_least: 5, at_most: price}"
    assert [worth(term(written), price=p) for p in ("100", "49", "3")] == ["10.00", "5.00", "3.00"]


def test_the_cap_holds_after_rounding_up() -> None:
    assert worth(term("{value: price, rounded: up 5, at_most: 12 EUR}"), price="11") == "12.00"


def test_a_cap_of_half_a_cent_is_cut_to_what_can_be_paid() -> None:
    assert [worth(term("{value: price, at_most: '10.005'}"), price=p) for p in ("10", "10.01", "20")] == ["10.00"] * 3


def test_the_floor_holds_after_rounding_down() -> None:
    assert worth(term("{value: price, rounded: down 5, at_least: 7 EUR}"), price="9") == "7.00"


def test_less_than_the_least_payable_is_nothing_and_is_judged_as_paid() -> None:
    written = "{share: 25%, of: price, nothing_below: 4 EUR}"
    assert [worth(term(written), price=p) for p in ("15", "15.97", "15.98", "16")] == ["", "", "4.00", "4.00"]


def test_sums_and_differences_and_the_lesser_and_greater() -> None:
    facts = PRICE + "\n  paid: {type: money}"
    owed = [
        worth(term(f"{{{form}: [price, paid]}}", facts), price="10", paid="12.34")
        for form in ("plus", "minus", "lesser", "greater")
    ]
    assert owed == ["22.34", "", "10.00", "12.34"]


def test_thirds_add_up_to_the_whole() -> None:
    steps = "  third: {divide: price, by: 3}"
    written = "{value: {plus: [third, third, third]}, rounded: down 0.01}"
    assert worth(term(written, steps=steps), price="100") == "100.00"


def test_a_ladder_by_class_with_a_floor() -> None:
    facts = PRICE + "\n  cabin: {type: choice, values: [economy, business, first]}"
    steps = "  rate: {by: cabin, is: {economy: 30%, business: 50%, first: 75%}}"
    written = "{share: rate, of: price, at_least: 20 EUR}"
    owed = [worth(term(written, facts, steps), price="100", cabin=c) for c in ("economy", "business", "first")]
    assert owed == ["30.00", "50.00", "75.00"]
    assert worth(term(written, facts, steps), price="10", cabin="first") == "20.00"


def test_one_of_several_terms_by_a_range() -> None:
    facts = PRICE + "\n  km: {type: integer, unit: km}"
    written = "{by: km, is: {at most 1500: 250, 1501..3500: 400, over 3500: {share: 50%, of: price}}}"
    owed = [worth(term(written, facts), price="2000", km=km) for km in (1500, 1501, 3500, 3501)]
    assert owed == ["250.00", "400.00", "400.00", "1000.00"]


def test_with_and_without_proof() -> None:
    facts = WEIGHT + "\n  proved: {type: money, default: none}"
    written = "{by: proved, is: {none: {each: 15, per: 1 kg, of: weight}, given: {lesser: [proved, 1000]}}}"
    assert worth(term(written, facts), weight=10) == "150.00"
    assert worth(term(written, facts), weight=10, proved="800") == "800.00"
    assert worth(term(written, facts), weight=10, proved="1800") == "1000.00"


@pytest.mark.parametrize(
    ("begin", "end", "owed"),
    [
        ("2026-09-30", "2026-09-30", ""),
        ("2026-09-30", "2026-10-08", "1"),
        ("2026-10-08", "2026-10-12", "2"),
        ("2026-09-25", "2026-10-16", "10"),
    ],
)
def test_days_counted_without_the_exempt_ones(begin: str, end: str, owed: str) -> None:
    facts = "  asked: {type: date}\n  back: {type: date}"
    written = "{from: asked, to: back, in: day, not_counted: [saturday, sunday, 2026-10-01..2026-10-07]}"
    assert worth(term(written, facts, kind="points"), asked=begin, back=end) == owed


def test_time_between_two_moments_in_different_zones() -> None:
    facts = "  begun: {type: datetime}\n  ended: {type: datetime}"
    text = term("{from: begun, to: ended, in: minute}", facts, kind="free_service_time")
    assert worth(text, begun="2026-05-01T08:00+08:00", ended="2026-05-01T01:30+00:00") == "90"


def test_an_end_before_the_beginning_is_told_at_the_fact() -> None:
    facts = "  begun: {type: date}\n  ended: {type: date}"
    text = term("{from: begun, to: ended, in: day}", facts, kind="free_service_time")
    with pytest.raises(CannotAssess, match="not before 'begun'") as told:
        worth(text, begun="2026-05-02", ended="2026-05-01")
    assert told.value.pointer == "/facts/ended"


@pytest.mark.parametrize(
    ("rounding", "owed"),
    [
        ("half_up 0.5", ["1.00", "1.50", "1.50", "2.00"]),
        ("half_down 0.5", ["1.00", "1.00", "1.50", "1.50"]),
        ("half_even 0.5", ["1.00", "1.00", "1.50", "2.00"]),
        ("down 1", ["1.00", "1.00", "1.00", "1.00"]),
        ("up 5", ["5.00", "5.00", "5.00", "5.00"]),
    ],
)
def test_rounding_to_a_named_quantum(rounding: str, owed: list[str]) -> None:
    text = term(f"{{value: price, rounded: {rounding}}}")
    assert [worth(text, price=p) for p in ("1.24", "1.25", "1.74", "1.75")] == owed


@pytest.mark.parametrize(("currency", "owed"), [("JPY", "34"), ("EUR", "33.50"), ("SDR", "33.50"), ("KWD", "33.500")])
def test_amounts_have_the_decimals_of_their_currency(currency: str, owed: str) -> None:
    quantum = {"JPY": "1", "KWD": "0.001"}.get(currency, "0.01")
    head = f"currency: {currency}\nrounding: half_up {quantum}"
    assert worth(term("{share: 50%, of: price}", head=head), price="67") == owed


def test_a_quantity_keeps_no_needless_zeros() -> None:
    facts = "  hours: {type: decimal, unit: hour}"
    assert worth(term("hours", facts, kind="free_service_time"), hours="2.50") == "2.5"
    assert worth(term("hours", facts, kind="free_service_time"), hours="10.0") == "10"


def test_an_absurd_result_is_refused() -> None:
    facts = PRICE + "\n  persons: {type: integer}"
    with pytest.raises(CannotAssess, match="beyond what can be paid"):
        worth(term("{times: [price, persons]}", facts), price="999999999999", persons=999999)


def test_terms_of_one_sort_are_not_mixed() -> None:
    assert "money and kilogram do not go together" in str(
        faults(term("{plus: [price, weight]}", PRICE + "\n" + WEIGHT))
    )


def test_not_can_be_asked_of_a_fact_that_is_always_given() -> None:
    text = table(
        "  cabin: {type: choice, values: [low, high]}\n  late: {type: integer}",
        "  - {id: a, when: {cabin: not high, late: not 5}, due: [apology], REASON}\n  - {id: b, due: nothing, REASON}",
        "  - {facts: {cabin: low, late: 4}, row: a, due: [apology]}\n"
        "  - {facts: {cabin: low, late: 5}, row: b, due: nothing}\n"
        "  - {facts: {cabin: high, late: 4}, row: b, due: nothing}",
    )
    assert faults(text) == []


def test_the_weekday_and_the_hour_of_a_moment_can_be_asked() -> None:
    text = table(
        "  arrived: {type: datetime}\n  day: {type: date, default: none}",
        "  - {id: night, when: {arrived.hour: [23, 0..5]}, due: [lodging], REASON}\n"
        "  - {id: weekend, when: {day.weekday: [saturday, sunday]}, due: [apology], REASON}\n"
        "  - {id: rest, due: nothing, REASON}",
        '  - {facts: {arrived: "2026-11-22T23:10+08:00"}, row: night, due: [lodging]}\n'
        '  - {facts: {arrived: "2026-11-22T15:00+00:00"}, row: night, due: [lodging]}\n'
        '  - {facts: {arrived: "2026-11-22T06:00+08:00"}, row: rest, due: nothing}\n'
        '  - {facts: {arrived: "2026-11-22T12:00+08:00", day: 2026-11-22}, row: weekend, due: [apology]}\n'
        '  - {facts: {arrived: "2026-11-22T12:00+08:00", day: 2026-11-23}, row: rest, due: nothing}',
        head="time_zone: Asia/Shanghai",
    )
    assert faults(text) == []
    wrong = text.replace("arrived.hour: [23, 0..5]", "day.hour: 5")
    assert "a date has .weekday" in str(faults(wrong))


def test_a_fact_known_to_be_given_needs_no_case_for_its_absence() -> None:
    text = table(
        "  proved: {type: money, default: none}",
        "  - {id: none, when: {proved: none}, due: nothing, REASON}\n"
        "  - id: proof\n    when: {proved: given}\n    REASON\n"
        "    due: [{refund: {by: proved, is: {at most 100: proved, over 100: 100}}}]",
        "  - {facts: {proved: 150}, row: proof, due: [{refund: 100}]}",
    )
    assert faults(text) == []
