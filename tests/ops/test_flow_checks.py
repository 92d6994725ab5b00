"""What the audit finds in a document by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import clock
from shared.ops.flow_checks import LATE, FlowChecks

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOON = clock.to_ms(NOW + timedelta(minutes=3))
WELL: dict[str, Any] = {
    "_id": "c1",
    "clocks": {"attempt/pay": SOON},
    "due": clock.minute_of(SOON),
    "attempts": {"pay": {"key": "k", "try": 1}, "told": {"key": "l", "try": 1, "answer": {"verdict": "done"}}},
    "requests": [{"id": "a", "fp": "1"}, {"id": "a", "fp": "2"}],
    "history": [{"n": 1, "who": "redress", "what": "redress.triage.triaged.v1"}],
}
LONG_AGO = clock.to_ms(NOW - LATE) - 1


def breaches(**changed: Any) -> list[str]:
    checks = FlowChecks(NOW)
    checks.take("triage", WELL | changed)
    return [f"{each.rule[:1]} {breach}" for each in checks.finish() for breach in each.breaches]


def test_a_document_in_order_is_no_breach() -> None:
    assert breaches() == []


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"clocks": {}}, ["1 triage/c1 pay"]),
        ({"requests": [{"id": "a", "fp": "1"}] * 2}, ["1 triage/c1 a"] * 2),
        (
            {"clocks": {"attempt/pay": LONG_AGO}, "due": clock.minute_of(LONG_AGO)},
            ["4 triage/c1 attempt/pay"],
        ),
        ({"due": clock.minute_of(SOON) + 1}, ["4 triage/c1"]),
        ({"history": [{"n": 1, "who": "", "what": "x"}]}, ["6 triage/c1/1"]),
    ],
)
def test_what_is_forgotten_or_counted_twice_is_a_breach(changed: dict[str, Any], found: list[str]) -> None:
    assert breaches(**changed) == found
