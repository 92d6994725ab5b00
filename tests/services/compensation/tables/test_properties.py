"""What must hold of every shipped table on any facts: never negative, never above its cap, payable, monotone."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.compensation.tables import Assessment, Tables, assess
from shared.money import DECIMALS
from tests.services.compensation.tables.spaces import SPACES, facts_of
from tests.services.compensation.tables.writing import ON

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def flat(remedies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for remedy in remedies for one in (remedy.get("one_of") or [remedy])]


def paid(said: Assessment, *kinds: str) -> Decimal:
    found = [Decimal(r["amount"]) for r in flat(said["remedies"]) if r["kind"] in kinds and "amount" in r]
    return sum(found, Decimal(0))


@pytest.mark.parametrize("table", sorted(SPACES))
def test_amounts_are_positive_and_payable_in_their_currency(shipped: Tables, table: str) -> None:
    @QUICK
    @given(facts_of(table))
    def holds(facts: dict[str, Any]) -> None:
        said = assess(shipped, table, facts, ON)
        for remedy in flat(said["remedies"]):
            if "amount" in remedy:
                amount = Decimal(remedy["amount"])
                assert amount > 0
                assert -int(amount.as_tuple().exponent) == DECIMALS[remedy["currency"]]
            if "quantity" in remedy:
                assert Decimal(remedy["quantity"]) > 0

    holds()


@pytest.mark.parametrize("table", sorted(SPACES))
def test_the_same_facts_give_the_same_answer_and_every_earlier_row_is_ruled_out(shipped: Tables, table: str) -> None:
    @QUICK
    @given(facts_of(table))
    def holds(facts: dict[str, Any]) -> None:
        said = assess(shipped, table, facts, ON)
        assert said == assess(shipped, table, dict(reversed(facts.items())), ON)
        rows = [row.id for row in shipped.find(table, ON).compiled.rows]
        assert [skip["row"] for skip in said["skipped"]] == rows[: rows.index(said["row"])]
        assert all(skip["because"] for skip in said["skipped"])
        assert all(said["sentences"][language] for language in ("zh-Hans", "zh-Hant", "en"))

    holds()


MONOTONE = {
    "eu_rail.delay": ("delay_min", "compensation", 1),
    "uk_rail.delay_repay": ("delay_min", "compensation", 1),
    "uk_rail.delay_repay_season": ("delay_min", "compensation", 1),
    "eu_air.delay": ("delay_min", "compensation", 1),
    "cn_rail.cross_border_refund": ("hours_before_departure", "refund", 1),
    "cn_rail.luggage": ("actual_loss", "compensation", 1),
    "cn_consumer.fraud": ("price", "compensation", 1),
    "ride.fare_review": ("charged", "refund", 1),
    "sharing.timed_fee": ("charged", "refund", 1),
    "sharing.deposit": ("working_days_since_request", "refund", 1),
    "eu_air.downgrade": ("distance_km", "refund", 1),
    "cn_rail.refund": ("hours_before_departure", "refund", 1),
    "cn_rail.change": ("hours_before_departure", "fee", -1),
    "eu_air.cancellation": ("notice_days", "compensation", -1),
    "sharing.delivery_delay": ("minutes_late", "coupon", 1),
    "ride.cancellation": ("driver_late_min", "fee", -1),
    "driving.integrity": ("fee", "refund", 1),
}


@pytest.mark.parametrize("table", sorted(MONOTONE))
def test_more_never_pays_less(shipped: Tables, table: str) -> None:
    """More delay, more loss, more notice given: never worse for the passenger, all else being equal."""
    name, kind, sign = MONOTONE[table]

    @QUICK
    @given(facts_of(table), st.randoms(use_true_random=True).map(SPACES[table][name].draw))
    def holds(facts: dict[str, Any], other: Any) -> None:
        if facts.get("departed"):
            return
        low, high = sorted([facts[name], other], key=Decimal)
        less, more = (assess(shipped, table, facts | {name: value}, ON) for value in (low, high))
        assert sign * paid(less, kind) <= sign * paid(more, kind)

    holds()


CAPS = {
    "cn_rail.refund": lambda f: Decimal(f["fare"]),
    "cn_rail.cross_border_refund": lambda f: Decimal(f["fare"]),
    "cn_rail.disruption": lambda f: Decimal(f["fare"]),
    "cn_rail.change": lambda f: Decimal(f["lower_fare"]) * 40 / 100 + 2,
    "eu_rail.delay": lambda f: Decimal(f["price"]) / 2 + Decimal("0.005"),
    "uk_rail.delay_repay": lambda f: Decimal(f["price"]),
    "eu_air.delay": lambda f: Decimal(600),
    "eu_air.cancellation": lambda f: Decimal(600),
    "sharing.deposit": lambda f: Decimal(f["deposit"]),
    "sharing.timed_fee": lambda f: Decimal(f["charged"]),
    "ride.fare_review": lambda f: Decimal(f["charged"]),
    "cn_rail.luggage": lambda f: Decimal(f["actual_loss"]) + Decimal(f.get("freight", 0)),
    "uk_rail.delay_repay_season": lambda f: Decimal(f["price"]) / 10 + Decimal("0.005"),
    "eu_air.downgrade": lambda f: Decimal(f["price"]) * 75 / 100 + Decimal("0.005"),
    "cn_consumer.fraud": lambda f: max(3 * Decimal(f["price"]), Decimal(500)),
    "driving.integrity": lambda f: Decimal(f["fee"]),
    "sharing.delivery_delay": lambda f: Decimal(30),
    "sharing.out_of_area": lambda f: Decimal(5),
    "ride.cancellation": lambda f: Decimal(f["fee"]),
}


def test_every_table_that_pays_has_a_cap(shipped: Tables) -> None:
    pays = {
        id for id in shipped.ids for row in shipped.find(id, ON).compiled.rows if any(r.in_money for r in row.remedies)
    }
    assert set(CAPS) == pays


@pytest.mark.parametrize("table", sorted(CAPS))
def test_never_above_the_cap(shipped: Tables, table: str) -> None:
    @QUICK
    @given(facts_of(table))
    def holds(facts: dict[str, Any]) -> None:
        said = assess(shipped, table, facts, ON)
        assert paid(said, "refund", "compensation", "fee", "fee_waiver", "coupon") <= CAPS[table](facts)

    holds()


@QUICK
@given(facts_of("cn_rail.luggage"))
def test_luggage_is_never_paid_above_its_cap_however_it_is_rounded(shipped: Tables, facts: dict[str, Any]) -> None:
    said = assess(shipped, "cn_rail.luggage", facts, ON)
    if not facts.get("gross_negligence"):
        declared = facts.get("declared_value")
        cap = 15 * Decimal(facts["weight_kg"]) if declared is None else Decimal(declared)
        assert paid(said, "compensation") <= cap


@QUICK
@given(facts_of("cn_rail.refund"))
def test_what_is_kept_and_what_is_paid_back_are_together_the_fare(shipped: Tables, facts: dict[str, Any]) -> None:
    said = assess(shipped, "cn_rail.refund", facts, ON)
    if said["remedies"]:
        assert paid(said, "refund", "fee") == Decimal(facts["fare"])
