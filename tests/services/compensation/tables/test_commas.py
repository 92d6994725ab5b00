"""A number written with a comma of thousands inside brackets is told as that, wherever it stands."""

import pytest

from tests.services.compensation.tables.writing import faults, table

ROW = "  - {id: a, due: nothing, REASON}"
TABLE = table("  price: {type: money}", ROW, "  - {facts: {price: 1}, row: a, due: nothing}")
NOTHING, FACT = "due: nothing, reason", "price: {type: money}"


@pytest.mark.parametrize(
    ("stood", "written"),
    [
        (NOTHING, "due: [{refund: 1,000 GBP}], reason"),
        (NOTHING, "due: [{refund: {value: price, at_most: 1,000 GBP}}], reason"),
        (NOTHING, "due: [{refund: {lesser: [price, 1,000 EUR]}}], reason"),
        (NOTHING, "due: [{refund: {lesser: [price, 1,500 EUR]}}], reason"),
        (NOTHING, "due: [{refund: {by: price, is: {at most 1,000 EUR: 5, else: 6}}}], reason"),
        (NOTHING, "due: [{refund: {by: price, is: {at most 5: 1,000 EUR, else: 6}}}], reason"),
        (NOTHING, "when: {price: over 1,000 EUR}, due: nothing, reason"),
        (NOTHING, "when: {price: over 1,000}, due: nothing, reason"),
        ("facts: {price: 1}", "facts: {price: 1,000 EUR}"),
        (FACT, "price: {type: money, max: 1,000 EUR}"),
    ],
)
def test_the_comma_is_told_and_nothing_that_follows_from_it(stood: str, written: str) -> None:
    assert stood in TABLE
    [told] = faults(TABLE.replace(stood, written, 1))
    assert "without commas, like 1500" in str(told)


def test_lists_of_numbers_and_cases_of_three_figures_are_no_such_thing() -> None:
    least = "{lesser: [price, 1 EUR, 500 EUR]}"
    asked = f"  - {{id: a, when: {{price: [100 EUR, 200 EUR, 500 EUR]}}, due: [{{refund: {least}}}], REASON}}"
    owed = "{by: price, is: {'500': 5, 501: 6, else: {plus: [100, 200]}}}"
    rows = f"{asked}\n  - {{id: b, due: [{{refund: {owed}}}], REASON}}"
    text = table("  price: {type: money}", rows, "  - {facts: {price: 500}, row: a, due: [{refund: 1}]}")
    assert "comma" not in str(faults(text))
