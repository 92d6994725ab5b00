"""`by … is`: one term for each case, with `else` for all that is left."""

import pytest

from tests.services.compensation.tables.writing import faults, table, term, worth

CABIN = "  cabin: {type: choice, values: [economy, premium, business, first]}"
LATE = "  late: {type: integer, unit: min}"
PROVED = "  proved: {type: money, default: none}"


@pytest.mark.parametrize(
    ("written", "facts", "given", "owed"),
    [
        ("{by: cabin, is: {economy or premium: 10, else: 25}}", CABIN, {"cabin": "premium"}, "10.00"),
        ("{by: cabin, is: {economy or premium: 10, else: 25}}", CABIN, {"cabin": "first"}, "25.00"),
        ("{by: late, is: {under 10: 1, 20..29: 2, else: 3}}", LATE, {"late": 9}, "1.00"),
        ("{by: late, is: {under 10: 1, 20..29: 2, else: 3}}", LATE, {"late": 10}, "3.00"),
        ("{by: late, is: {under 10: 1, 20..29: 2, else: 3}}", LATE, {"late": 29}, "2.00"),
        ("{by: late, is: {under 10: 1, 20..29: 2, else: 3}}", LATE, {"late": 30}, "3.00"),
        ("{by: proved, is: {none: 7, else: proved}}", PROVED, {"proved": "9"}, "9.00"),
        ("{by: proved, is: {none: 7, else: proved}}", PROVED, {}, "7.00"),
        ("{by: proved, is: {over 10: proved, else: 7}}", PROVED, {}, "7.00"),
    ],
)
def test_else_is_what_no_other_case_holds_for(written, facts, given, owed):
    assert worth(term(written, facts), **given) == owed


@pytest.mark.parametrize(
    ("written", "facts", "told"),
    [
        ("{by: cabin, is: {economy or premium: 1, business or first: 2, else: 3}}", CABIN, "leave nothing for 'else'"),
        ("{by: cabin, is: {not economy: 1, else: 3}}", CABIN, "write each case out"),
        ("{by: proved, is: {over 10: 5, else: proved}}", PROVED, "proved may be left out"),
        ("{times: [150%, proved]}", "  proved: {type: money}", "over_one: yes"),
        (
            "{times: [5%, proved, days]}",
            "  proved: {type: money}\n  days: {type: integer, unit: day}",
            "{each: {share: 5%, of: proved}, per: 1 day, of: days}",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(written, facts, told):
    assert told in str([str(fault) for fault in faults(term(written, facts))])


def test_two_facts_compared_in_a_row_are_told_how_to() -> None:
    rows = "  - {id: a, when: {paid: over owed}, due: [apology], REASON}\n  - {id: b, due: nothing, REASON}"
    text = table("  paid: {type: money}\n  owed: {type: money}", rows, "  - {facts: {}, row: b, due: nothing}")
    assert "write a step 'more: {minus: [paid, owed]}' and ask 'more: over 0'" in str(faults(text)[0])
