"""Builders of facts for service tests: short words for what other tellers say."""

from datetime import date, datetime
from typing import Any

from shared import clock
from shared.contracts import triage
from shared.contracts.fact import Happened
from shared.flow import codec
from shared.flow.messages import Fact, Lane
from shared.flow.records import Outgoing

T0 = datetime.fromisoformat("2026-11-23T08:00:00+00:00")


def at(seconds: float) -> datetime:
    return clock.from_ms(clock.to_ms(T0) + int(seconds * 1000))


def told(
    happened: Happened, number: int, stands: dict[str, Any], complaint: str = "c1", lane: Lane = "standard", **more: Any
) -> Outgoing:
    """A fact as it would stand on the log of its teller."""
    teller = happened.TYPE.split(".")[1]
    fact = Fact(
        teller=teller, thing=more.get("thing", complaint), type=happened.TYPE, number=number,
        time=more.get("time", T0), lane=lane,
        complaint=complaint, happened=happened, stands={"lane": lane, **stands}, sealed=more.get("sealed"),
    )  # fmt: skip
    topic = more.get("topic", f"redress.{teller}.{lane}")
    return codec.fact_event(fact, topic)


def finding(tables: list[str], facts: dict[str, Any], number: int = 1, **more: Any) -> dict[str, Any]:
    """`stands` of a case in which this was found."""
    found = triage.Finding(
        result=more.pop("result", "upheld"), facts=facts, tables=tables, on=date(2026, 11, 20), number=number,
        order=more.pop("order", None),
    )  # fmt: skip
    return {"line": "driving_school", "finding": found.model_dump(mode="json"), **more}


def found(stands: dict[str, Any], number: int = 2, complaint: str = "c1", lane: Lane = "standard") -> Outgoing:
    """Triage recorded a finding."""
    return told(triage.FindingRecorded(result="upheld", source="person", by="staff:i"), number, stands, complaint, lane)
