"""One table may take another's result: on the same day, in the same currency, never in a circle."""

import pytest

from services.compensation.tables import assess
from tests.services.compensation.tables.writing import ON, faults, table, tables

BY_WEIGHT = "{compensation: {each: 15, per: 1 kg, of: kg, at_most: 300}}"


def luggage(currency: str = "EUR", due: str = f"[{BY_WEIGHT}]") -> str:
    head = f"currency: {currency}\nrounding: half_up 0.01"
    example = "  - {facts: {kg: 1, fragile: no}, row: only, due: [{compensation: 15}]}"
    facts = "  kg: {type: decimal, unit: kg}\n  fragile: {type: yes_no, default: no}"
    rows = f"  - {{id: fragile, when: {{fragile: yes}}, due: nothing, REASON}}\n  - {{id: only, due: {due}, REASON}}"
    return table(facts, rows, example, id="test.luggage", head=head)


def taking(kind: str, handed: str = "{kg: weight}") -> str:
    return f"{{table: test.luggage, take: {kind}, with: {handed}}}"


def trip(
    take: str = taking("compensation"),
    example: str = "  - {facts: {price: 100, weight: 4}, row: only, due: [{refund: 160}]}",
    weight: str = "{type: decimal, unit: kg}",
    id: str = "test.trip",
    force: str = "{from: 2020-01-01}",
) -> str:
    rows = "  - {id: only, due: [{refund: {plus: [price, bags]}}], REASON}"
    facts = f"  price: {{type: money}}\n  weight: {weight}"
    return table(facts, rows, example, steps=f"  bags: {take}", id=id, force=force)


def test_a_step_takes_what_another_table_pays() -> None:
    said = assess(tables(luggage(), trip()), "test.trip", {"price": "100", "weight": "4"}, ON)
    assert said["remedies"] == [{"kind": "refund", "amount": "160.00", "currency": "EUR"}]
    assert said["steps"][0]["step"] == "test.luggage" and said["steps"][0]["row"] == "only"


def test_values_and_terms_can_be_handed_over() -> None:
    doubled = taking("compensation", "{kg: {times: [2, weight]}, fragile: no}")
    both = tables(luggage(), trip(doubled, "  - {facts: {price: 100, weight: 4}, row: only, due: [{refund: 220}]}"))
    said = assess(both, "test.trip", {"price": "100", "weight": "4"}, ON)
    assert said["remedies"][0]["amount"] == "220.00"


TEXT = "{type: text}"
WRONG = {
    "no such table": ((trip(),), "there is no table 'test.luggage' here"),
    "another currency": ((luggage("GBP"), trip()), "pays in GBP, this table in EUR"),
    "a kind it never pays": ((luggage(), trip(taking("coupon"))), "never pays 'coupon'"),
    "a kind left to choose": ((luggage(due=f"[{{one_of: [{BY_WEIGHT}, apology]}}]"), trip()), "left to choose"),
    "a fact it needs": (
        (luggage(), trip(taking("compensation", "{fragile: no}"), weight=TEXT)),
        "needs the fact 'kg'",
    ),
    "a fact it does not have": (
        (luggage(), trip(taking("compensation", "{kg: weight, lb: 5}"))),
        "has no fact 'lb'",
    ),
    "a fact in another unit": ((luggage(), trip(weight="{type: decimal, unit: km}")), "'kg' is a decimal in kilogram"),
    "a value it does not take": (
        (luggage(), trip(taking("compensation", "{kg: heavy}"), weight=TEXT)),
        "'kg' does not take this value",
    ),
    "a fact that may be left out": (
        (luggage(), trip(weight="{type: decimal, unit: kg, default: none}")),
        "may be left out",
    ),
    "days without the other": ((luggage(), trip(force="{from: 2019-01-01}")), "not in force on every day"),
}


@pytest.mark.parametrize("name", WRONG)
def test_two_tables_that_do_not_fit_are_told(name: str) -> None:
    texts, what = WRONG[name]
    assert any(what in str(fault) for fault in faults(*texts)), faults(*texts)


def test_a_circle_is_told_in_every_table_of_it() -> None:
    one = trip("{table: test.b, take: refund, with: {price: price, weight: weight}}", id="test.a")
    other = trip("{table: test.a, take: refund, with: {price: price, weight: weight}}", id="test.b")
    told = faults(one, other)
    assert len(told) == 2 and all("test.a → test.b → test.a" in fault.what for fault in told)


def test_a_table_that_asks_itself_is_told() -> None:
    itself = trip("{table: test.trip, take: refund, with: {price: price, weight: weight}}")
    assert any("in a circle: test.trip → test.trip" in fault.what for fault in faults(itself))
