"""What a changed table would have paid: per input, per row, in total, and who gets less."""

from typing import Any

from services.compensation.table_trial import takes, try_on
from shared.policy.policy import Policy
from tests.services.compensation.tables.writing import pack_of, table

FACTS = "  price: {type: money}\n  late: {type: integer, unit: min}"


def policy(share: str, version: str = "1", begins: str = "2020-01-01", kind: str = "compensation") -> Policy:
    rows = (
        f"  - {{id: late, when: {{late: at least 60}}, due: [{{{kind}: {{share: {share}, of: price}}}}], REASON}}\n"
        "  - {id: in_time, due: nothing, REASON}"
    )
    example = "  - {facts: {price: 100, late: 0}, row: in_time, due: nothing}"
    return Policy([pack_of(table(FACTS, rows, example, version=version, force=f"{{from: {begins}}}"))])


def past(id: str, price: str, late: int, on: str = "2026-05-01") -> dict[str, Any]:
    return {"id": id, "table": "test.table", "facts": {"price": price, "late": late}, "on": on}


def tried(before: Policy, after: Policy, *items: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    *changes, last = try_on(items, before, after)
    return changes, last["summary"]["test.table"]


def test_inputs_of_tables_are_taken_and_others_left() -> None:
    assert takes(past("a", "1", 1)) and not takes({"id": "b", "text": "late"})


def test_who_gets_less_is_told_with_how_much() -> None:
    changes, summary = tried(policy("50%"), policy("25%", "2"), past("a", "80", 60), past("b", "80", 59))
    assert [(change["id"], change["difference"]) for change in changes] == [("a", {"EUR": "-20"})]
    assert summary["tried"] == 2 and summary["changed"] == 1 and summary["unchanged"] == 1 and summary["gets_less"] == 1
    assert summary["rows"] == {"in_time": {"before": 1, "after": 1}, "late": {"before": 1, "after": 1}}
    assert summary["totals"]["EUR"] == {"before": "40", "after": "20", "less": "20", "more": "0"}


def test_a_version_that_begins_tomorrow_is_tried_on_yesterday() -> None:
    later = policy("75%", "2", begins="2027-01-01")
    _, summary = tried(policy("50%"), later, past("a", "80", 60))
    assert summary["totals"]["EUR"]["more"] == "20" and summary["gets_more"] == 1


def test_a_fee_that_rises_is_less_for_the_passenger() -> None:
    changes, summary = tried(policy("5%", kind="fee"), policy("15%", "2", kind="fee"), past("a", "100", 60))
    assert changes[0]["difference"] == {"EUR": "-10"} and summary["gets_less"] == 1


def test_an_input_that_cannot_be_worked_out_is_counted_and_stops_nothing() -> None:
    broken = past("a", "80", 60) | {"facts": {"price": "80"}}
    changes, summary = tried(policy("50%"), policy("25%", "2"), broken, past("b", "80", 60))
    assert len(changes) == 1
    assert summary["not_answered_before"] == 1 and summary["not_answered_after"] == 1


def test_inputs_without_a_date_or_with_an_unknown_table_are_counted() -> None:
    strange = [past("a", "80", 60, on="soon"), past("b", "80", 60) | {"table": "other"}]
    *_, last = try_on(strange, policy("50%"), policy("50%"))
    assert last["summary"]["other"]["not_answered_before"] == 1
    assert last["summary"]["test.table"]["not_answered_before"] == 1


def test_the_same_rules_change_nothing() -> None:
    changes, summary = tried(policy("50%"), policy("50%"), past("a", "80", 60))
    assert changes == [] and summary["unchanged"] == 1


def test_of_a_new_table_only_the_summary_says_that_it_is_new() -> None:
    changes, summary = tried(Policy([]), policy("50%"), past("a", "80", 60), past("b", "80", 60))
    assert [change["before"] for change in changes] == [None, None]
    assert summary["new"] and "not_answered_before" not in summary and "gets_more" not in summary
    assert summary["totals"]["EUR"] == {"before": "0", "after": "80", "less": "0", "more": "0"}


def test_the_summary_says_how_a_choice_is_counted() -> None:
    def chosen(cap: int, version: str) -> Policy:
        due = "[{one_of: [{refund: {value: price, at_most: CAP}}, {compensation: 50}]}]".replace("CAP", str(cap))
        row = f"  - {{id: all, due: {due}, REASON}}"
        example = "  - {facts: {price: 5}, row: all, due: [{one_of: [{refund: 5}, {compensation: 50}]}]}"
        return Policy([pack_of(table("  price: {type: money}", row, example, version=version))])

    _, summary = tried(chosen(10, "1"), chosen(60, "2"), past("a", "80", 60) | {"facts": {"price": "80"}})
    assert summary["of_a_choice"] == "its greatest worth is counted"
    assert summary["totals"]["EUR"] == {"before": "50", "after": "60", "less": "0", "more": "10"}
    assert "of_a_choice" not in tried(policy("50%"), policy("25%", "2"), past("a", "80", 60))[1]
