"""The job every program of a benchmark does: hear that a complaint was received, weigh it, tell how it was weighed."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel

from shared.contracts.fact import Happened, Stands
from shared.contracts.intake import ComplaintReceived, ComplaintStands

Headers = Sequence[tuple[str, bytes]]
RULES = "weigh@1"


class Weighed(Happened):
    """How a complaint was weighed."""

    TYPE: ClassVar[str] = "redress.weigher.weighed.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"line", "priority", "queue", "answer_by_ms", "references"})
    line: str
    priority: str
    rules: list[str]


class WeighedStands(Stands):
    """How a weighed complaint stands."""

    line: str = ""
    priority: str = "P2"
    queue: str = ""
    answer_by_ms: int = 0
    references: dict[str, str] = {}


def weigh(complaint: ComplaintStands) -> tuple[Weighed, WeighedStands]:
    """The decision: small, so that the figures are those of the road and not of the rules."""
    priority = "P1" if "urgent" in complaint.signals or complaint.screen.safety != "none" else "P2"
    received = complaint.received_at
    due = received + timedelta(hours=24) if received else None
    stands = WeighedStands(
        line=complaint.line,
        priority=priority,
        queue=f"{complaint.line}.{complaint.channel}",
        answer_by_ms=int(due.timestamp() * 1000) if due else 0,
        references=complaint.references,
    )
    return Weighed(line=complaint.line, priority=priority, rules=[RULES]), stands


# The same by hand, for peers: nothing kept, nothing hashed ------------------------------------------


class Envelope(BaseModel):
    """The value of a `received` record, validated in one go."""

    happened: ComplaintReceived
    stands: ComplaintStands


def answer(value: bytes, headers: Headers, type: str = ComplaintReceived.TYPE) -> tuple[bytes, bytes, Headers] | None:
    """Key, value and headers of the fact to tell, as the stage makes them save `chain`; None for a type not heard."""
    told = {name: text.decode() for name, text in headers}
    if told["ce_type"] != type:
        return None
    complaint = told["ce_partitionkey"]
    weighed, stands = weigh(Envelope.model_validate_json(value).stands)
    out = {"happened": weighed.model_dump(mode="json"), "stands": stands.model_dump(mode="json")}
    made = (
        ("ce_specversion", b"1.0"),
        ("ce_id", f"weigher/{complaint}/1".encode()),
        ("ce_type", Weighed.TYPE.encode()),
        ("ce_source", b"/redress/weigher"),
        ("ce_subject", complaint.encode()),
        ("content-type", b"application/json"),
        ("ce_time", told["ce_time"].encode()),
        ("ce_sequence", b"1"),
        ("ce_partitionkey", complaint.encode()),
        ("ce_teller", b"weigher"),
        ("ce_lane", b"standard"),
    )
    return complaint.encode(), orjson.dumps(out), made


def complaint_id(number: int) -> str:
    """The id of the benchmark's complaint of this number."""
    return "c" + hashlib.sha256(str(number).encode()).hexdigest()[:26]


def received(number: int) -> dict[str, Any]:
    """`stands` of an invented complaint; its record holds about 790 bytes of value."""
    at = f"2026-11-23T08:{number % 60:02d}:00.000Z"
    complaint = ComplaintStands(
        line="driving_school",
        business="north",
        channel="web",
        via="in_person",
        integration="app-07",
        external_id=f"A{number:09d}",
        reference=f"{number:04d}-KQ7M-2HWP",
        complainant=complaint_id(number)[1:],
        references={"order": f"O-{number:08d}"},
        facts={"booked_hours": "2", "given_hours": "1.5", "session_on": "2026-11-20"},
        wish="free_service_time",
        received_at=at,  # type: ignore[arg-type]
        answer_expected_at=at,  # type: ignore[arg-type]
        missing=["phone"],
        reachable=True,
    )
    return complaint.model_dump(mode="json")
