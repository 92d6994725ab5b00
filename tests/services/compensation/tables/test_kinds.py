"""Kinds of remedies: which carry an amount, which a number of something, which neither."""

import pytest

from services.compensation.table_model import KINDS
from tests.services.compensation.tables.writing import decide, faults, table, term

PRICE = "  price: {type: money}"
ALONE = ("rebooking", "seat_change", "invoice", "repair", "exchange", "explanation", "apology")
MONEY = ("refund", "fee", "compensation", "fee_waiver", "coupon", "lodging")


def told(kind: str, written: str) -> str:
    return "\n".join(str(f) for f in faults(term(written, PRICE, kind=kind)) if "example" not in f.what)


@pytest.mark.parametrize("kind", ALONE)
@pytest.mark.parametrize("written", ["price", "5", "2 h"])
def test_an_amount_of_what_has_none_is_refused_and_another_kind_named(kind: str, written: str) -> None:
    assert f"'{kind}' has no amount; write '{kind}' alone; money is a refund, compensation" in told(kind, written)


@pytest.mark.parametrize("kind", MONEY)
def test_an_amount_of_what_is_money_is_taken(kind: str) -> None:
    assert "has no amount" not in told(kind, "{share: 50%, of: price}")


@pytest.mark.parametrize("written", ["1.50 EUR", "{share: 50%, of: {lesser: [4 EUR, 5 EUR]}}", "2 h"])
def test_credit_is_corrected_in_points_only(written: str) -> None:
    assert "gives back points of a credit record" in told("credit_correction", written)


@pytest.mark.parametrize("written", ["5", "5 points"])
def test_credit_points_given_back_are_said(written: str) -> None:
    text = table(
        "  late: {type: yes_no}",
        f"  - {{id: a, when: {{late: yes}}, due: [{{credit_correction: {written}}}], REASON}}\n"
        "  - {id: b, due: [credit_correction], REASON}",
        "  - {facts: {late: yes}, row: a, due: [{credit_correction: 5 points}]}",
    )
    said = decide(text, late=True)
    assert said["remedies"] == [{"kind": "credit_correction", "quantity": "5", "unit": "point"}]
    assert "a correction of your credit record by 5 points." in said["sentences"]["en"]
    assert "You are owed: a correction of your credit record." in decide(text, late=False)["sentences"]["en"]


def test_every_kind_is_on_one_side() -> None:
    assert {*ALONE, *MONEY, "points", "free_service_time", "credit_correction"} == {*KINDS}
