"""Records and documents as the flow writes them, for tests of what looks at them."""

from datetime import UTC, datetime
from typing import Any

from shared import ids
from shared.contracts import triage
from shared.contracts.fact import Happened
from shared.flow import codec, history
from shared.flow.messages import Fact
from shared.flow.records import Outgoing, Record
from shared.flow.thing import Thing, to_store
from shared.ops.checked import Checked

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
COMPLAINT = "c" + "a" * 26
ANSWERED = triage.Answered(kind="explained", by="staff:7")


def fact(number: int = 1, happened: Happened = ANSWERED, lane: str = "standard", thing: str = COMPLAINT,
         chain: str = "", **stands: Any) -> Record:  # fmt: skip
    """A fact of triage as it lies on its topic."""
    stood = triage.CaseStands(lane=lane, **stands).model_dump(mode="json")
    told = Fact("triage", thing, happened.TYPE, number, AT, lane, thing, happened, stood, None, chain)  # type: ignore[arg-type]
    return record(codec.fact_event(told, f"redress.triage.{lane}"), number)


def record(message: Outgoing, offset: int = 0, **changed: Any) -> Record:
    """A message as it is read."""
    told = {"topic": message.topic, "value": message.value, "headers": message.headers} | changed
    return Record(told["topic"], 0, offset, AT, message.key_bytes, told["value"], told["headers"])


def document(count: int = 3, id: str = COMPLAINT, state: dict | None = None) -> dict[str, Any]:
    """A thing that has told so much, with its history."""
    from pydantic import create_model

    thing: Thing[Any] = Thing(id, create_model("Nothing")())
    for number in range(1, count + 1):
        history.note(thing, AT, "staff:7", ANSWERED.TYPE, "v1", number, {"n": number})
    thing.told = count
    return to_store(thing, count) | {"state": state or {}}


def broken(checks: list[Checked]) -> dict[str, list[str]]:
    """The rules that do not hold, by their number, with the breaches."""
    return {checked.rule.split(" ")[0]: checked.breaches for checked in checks if checked.breaches}


def reference(id: str = COMPLAINT) -> str:
    return ids.reference(id)
