"""What is asked of a table in other words than its own: taken where it is clear, otherwise told what was meant."""

from typing import Any

import pytest

from services.compensation.tables import CannotAssess, Tables, assess
from tests.services.compensation.tables.test_answers import refused
from tests.services.compensation.tables.writing import ON, decide, table


def test_a_table_misspelt_says_which_was_meant(shipped: Tables) -> None:
    assert "did you mean 'eu_rail.delay'? there are: " in refused(shipped, "eu_rail.dalay", {}).detail


def test_a_fact_misspelt_is_what_is_told_first(shipped: Tables) -> None:
    told = refused(shipped, "eu_rail.delay", {"price": "1", "dealy_min": 60})
    assert told.detail.startswith("dealy_min is not a fact of this table; did you mean 'delay_min'?")
    assert told.pointer == "/facts/dealy_min" and told.more["missing"] == ["delay_min"]


@pytest.mark.parametrize("started", ["2026-05-01T16:00", "2026-05-01T16:00+08:00", "2026-05-01T08:00Z"])
def test_a_time_without_offset_is_what_clocks_show_in_the_zone_of_the_table(shipped: Tables, started: str) -> None:
    facts = {"business": "bike", "price_per_unit": "1", "unit_minutes": 60, "daily_cap": "9", "charged": "5"}
    facts |= {"started": started, "ended": "2026-05-01T17:00+08:00"}
    assert assess(shipped, "sharing.timed_fee", facts, ON)["remedies"][0]["amount"] == "4.00"
    told = refused(shipped, "sharing.timed_fee", facts | {"started": "at noon"})
    assert "or without offset as clocks show it in Asia/Shanghai" in told.detail


@pytest.mark.parametrize(
    ("said", "row"), [(True, "first"), ("yes", "first"), ("true", "first"), (False, "rest"), ("no", "rest")]
)
def test_yes_and_no_are_taken_as_text_too(said: Any, row: str) -> None:
    rows = "  - {id: first, when: {late: 'true'}, due: nothing, REASON}\n  - {id: rest, due: nothing, REASON}"
    text = table("  late: {type: yes_no}", rows, "  - {facts: {late: yes}, row: first, due: nothing}")
    assert decide(text, late=said)["row"] == row
    with pytest.raises(CannotAssess, match="late must be true or false, or yes or no"):
        decide(text, late="ja")
