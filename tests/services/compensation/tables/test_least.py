"""The least a term can be is kept through the forms, so what cannot be 0 may divide."""

from random import Random

import pytest

from services.compensation.table_compile import compile_table
from services.compensation.table_given import read_facts
from services.compensation.table_model import TableModel
from shared.policy.documents import check_document
from shared.policy.source import parse_source
from tests.services.compensation.tables.writing import faults, term, worth

DAYS = "  trip_days: {type: duration, unit: day, min: 1}\n  price: {type: money}\n  spare: {type: decimal, max: 3}"
ABOVE = (
    "{each: 1, per: 1 day, of: trip_days}", "{each: 1, per: 12 h, of: trip_days, counting: whole}",
    "{each: 2, per: 9 day, of: trip_days, counting: started}", "{each: 1, per: 1 day, of: trip_days, up_to: 5 days}",
    "{each: 1, per: 1 day, of: trip_days, after: 12 h}", "{value: spare, at_least: 1}",
    "{value: spare, at_least: 1, at_most: 5}", "{divide: {each: 1, per: 1 day, of: trip_days}, by: 2}",
    "{value: {each: 1, per: 1 day, of: trip_days}, rounded: up 1}",
)  # fmt: skip
MAYBE_0 = (
    "{each: 1, per: 3 day, of: trip_days, counting: whole}", "{each: 1, per: 1 day, of: trip_days, after: 1 day}",
    "{value: spare, at_least: 1, at_most: spare}", "{each: 1, per: 1 day, of: trip_days, nothing_below: 2}",
    "{value: {each: 0.4, per: 1 day, of: trip_days}, rounded: half_up 1}".replace("0.4", "'0.4'"),
    "{each: 1, per: 1 day, of: trip_days, at_most: 1, rounded: down 3}",
)  # fmt: skip
REFUSED = "nothing is divided by 0"


def divided(by: str) -> str:
    facts = DAYS if "spare" in by else DAYS.replace("\n  spare: {type: decimal, max: 3}", "")
    return term("{divide: price, by: by}", facts, f"  by: {by}")


@pytest.mark.parametrize("by", ABOVE)
def test_what_cannot_be_0_divides(by: str) -> None:
    assert REFUSED not in str(faults(divided(by)))


@pytest.mark.parametrize("by", MAYBE_0)
def test_what_can_be_0_does_not(by: str) -> None:
    assert REFUSED in str(faults(divided(by)))


def test_a_price_by_the_day_of_the_trip() -> None:
    facts = {"price": "100", "trip_days": 8}
    assert worth(divided("{each: 1, per: 1 day, of: trip_days}"), **facts) == "12.50"


@pytest.mark.parametrize("written", (*ABOVE, *MAYBE_0))
def test_no_value_lies_outside_the_ends_that_were_worked_out(written: str) -> None:
    chance = Random(written)
    source = parse_source(term("price", DAYS, f"  by: {written}").encode(), "1.yaml")
    compiled, problems = compile_table(check_document("tables", TableModel, source).content)
    assert not problems.found
    step = compiled.steps["by"]
    for _ in range(60):
        days, spare = chance.choice([1, chance.randint(100, 4000) / 100]), chance.choice([0, 1, 3, 2.5])
        facts = {"trip_days": str(days), "price": "1", "spare": str(spare)}
        found = step.fn([*read_facts(compiled, facts), None])
        assert step.low is None or step.low <= found
        assert step.high is None or found <= step.high


@pytest.mark.parametrize("by", ["{divide: price, by: nowhere}", "{each: price, per: nowhere, of: price}"])
def test_a_divisor_that_is_wrong_is_told_as_that(by: str) -> None:
    assert "'nowhere' is no fact or step" in str(faults(term(by)))
