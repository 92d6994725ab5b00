"""The campaign's judgement: each breach counts as what it is, and nothing passes for well that is not."""

import pytest

from tests.faults.campaign import verdict
from tests.faults.campaign.faults import Fault
from tests.faults.campaign.report import recovery
from tests.ops.tampering_records import BREAKS


def judged(*rows: tuple[str, list[str]], status: int = 0) -> verdict.Verdict:
    told = [{"rule": rule, "counted": 9, "broken": len(found), "breaches": found} for rule, found in rows]
    made = verdict.Verdict()
    verdict.sort_out(made, status, told)
    return made


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("1 · every accepted complaint named by the caller is here", "lost"),
        ("1 · every entry on the channel topics has its receipt", "lost"),
        ("1 · no fact was passed over by a service it is for", "lost"),
        ("1 · one id, one content", "contradictory"),
        ("6 · the history's hashes are those that were told", "contradictory"),
        ("3 · no remedy is paid twice", "paid_twice"),
        ("4 · no clock stands past its time", "broken"),
    ],
)
def test_a_breach_counts_as_what_it_is(rule: str, place: str) -> None:
    made = judged((rule, ["c1"]), status=1)
    assert getattr(made, place) == [f"{rule}: c1"] and not made.well


@pytest.mark.parametrize("rule", BREAKS)
def test_a_breach_of_any_rule_is_not_well(rule: str) -> None:
    assert not judged((rule, ["c1"]), status=1).well


def test_rules_that_hold_are_well_and_an_audit_that_said_nothing_is_not() -> None:
    assert judged(("1 · one id, one content", [])).well
    assert not judged().well
    assert not judged(("1 · one id, one content", []), status=1).well


def test_a_recovery_that_took_too_long_is_told_apart() -> None:
    done = [Fault("store", "kill", 1.0, 2.0), Fault("store", "kill", 1.0, None), Fault("kafka-1", "stop", 1.0, 4.0)]
    assert recovery(done) == [("broker stop", 1, "4.0", "4.0", "0"), ("store kill", 2, "2.0", "2.0", "1")]
