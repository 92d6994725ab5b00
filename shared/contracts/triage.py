"""What triage tells: the case and all that is done about it. References and rule ids only."""

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from shared.contracts.actions import (
    CorrectiveActionAnswered,
    CorrectiveActionOrdered,
    CorrectiveActionVerified,
    ProtectiveActionAcknowledged,
    ProtectiveActionRequested,
)
from shared.contracts.clocks import ClockBreached, ClockPaused, ClockResumed, ClockStarted, ClockWarned, case_fact
from shared.contracts.fact import Happened, Remedy, Stands
from shared.contracts.joining import Linked, Unlinked

Safety = Literal["none", "suspected", "confirmed", "cleared"]
Status = Literal[
    "received", "acknowledged", "triaged", "assigned", "investigating", "awaiting_info", "resolved", "closed",
    "linked", "withdrawn", "rejected",
]  # fmt: skip


class Finding(Happened):
    """What the investigation established. `tables` names what is owed by rules, `facts` what they need."""

    TYPE: ClassVar[str] = "-"
    result: Literal["upheld", "partly_upheld", "not_upheld"]
    facts: dict[str, Any] = {}
    tables: list[str] = []
    on: date | None = None
    source: Literal["person", "supplied", "rules"] = "person"
    cause: str = ""
    number: int = 1
    order: str | None = None


class CaseStands(Stands):
    """How a case stands. `complaints`: whom it concerns, the case's own first."""

    status: Status = "received"
    line: str = ""
    language: str = "zh-Hans"
    safety: Safety = "none"
    priority: str = "P2"
    category: str = "other"
    kind: str = "complaint"
    queue: str = ""
    plan: str | None = None
    owner: str | None = None
    escalation_level: int = 0
    complaints: list[str] = []
    references: dict[str, str] = {}
    actions: dict[str, str] = {}
    identity_verified: bool = False
    answered: bool = False
    finding: Finding | None = None
    missing: list[str] = []
    rules: list[str] = []
    version: str = ""


class Triaged(Happened):
    """The decision that is made of every complaint, with the rules that fired and where they matched (offsets)."""

    TYPE, CHANGES = case_fact(
        "triaged", "line", "language", "safety", "priority", "category", "kind", "queue", "plan", "owner",
        "complaints", "references", "missing", "rules", "version",
    )  # fmt: skip
    safety: Safety
    priority: str
    category: str
    rules: list[str]
    evidence: list[dict[str, Any]] = []
    version: str


class SafetyRaised(Happened):
    """A person may be in danger: everything about this case goes express from now on."""

    TYPE, CHANGES = case_fact(
        "safety-raised", "escalation_level", "safety", "priority", "plan", "queue", "owner", "rules", "version"
    )
    safety: Safety
    plan: str | None = None
    rules: list[str] = []
    evidence: list[dict[str, Any]] = []
    version: str = ""


class SafetyCleared(Happened):
    """A named person in the manager role found the danger over; never a machine."""

    TYPE, CHANGES = case_fact("safety-cleared", "safety")
    by: str
    reason_code: str


class IdentityVerified(Happened):
    """The order named belongs to who complained."""

    TYPE, CHANGES = case_fact("identity-verified", "identity_verified", "references")
    by: str


class Assigned(Happened):
    """The case was given to somebody, by a reference."""

    TYPE, CHANGES = case_fact("assigned", "owner", "queue")
    owner: str
    level: int = 0


class AssignmentRefused(Happened):
    """Recorded, counted and reassigned one level up; the reason is a code."""

    TYPE, CHANGES = case_fact("refused", "owner", "escalation_level")
    owner: str
    reason: str


class StepTaken(Happened):
    """Staff took a step of the line's work."""

    TYPE, CHANGES = case_fact("step-taken")
    step: str
    by: str


class Promised(Happened):
    """A call-back, answer or visit was promised for a time."""

    TYPE, CHANGES = case_fact("promised")
    promise: str
    by: datetime


class Expired(Happened):
    """An assignee stayed silent past the deadline."""

    TYPE, CHANGES = case_fact("expired", "owner", "escalation_level")
    owner: str


class Escalated(Happened):
    """The case goes a level up, and why."""

    TYPE, CHANGES = case_fact("escalated", "owner", "queue", "escalation_level")
    level: int
    to: str
    because: str


class Answered(Happened):
    """Staff answered the complainant; satisfies the first-answer clock. `kind` says with what."""

    TYPE, CHANGES = case_fact("answered", "answered")
    kind: str
    by: str


class CalledBack(Happened):
    """The complainant was asked whether it is put right; `faults` of service they told of, coded; `score` 0 to 100."""

    TYPE, CHANGES = case_fact("called-back")
    satisfied: bool
    by: str
    feedback: str = ""
    faults: list[str] = []
    score: int | None = None


class Withdrawn(Happened):
    """The case ends at the complainant's wish."""

    TYPE, CHANGES = case_fact("withdrawn")


class Resolved(Happened):
    """The remedy is delivered and safety is none or cleared; `remedies`: what was delivered."""

    TYPE, CHANGES = case_fact("resolved")
    solution: str
    remedies: list[Remedy] = []


class Closed(Happened):
    """With problem, solution, feedback and cause, as codes."""

    TYPE, CHANGES = case_fact("closed")
    problem: str
    solution: str
    feedback: str
    cause: str


class Reopened(Happened):
    """The case is open again; what was closed no longer holds."""

    TYPE, CHANGES = case_fact("reopened", "finding", "answered", "escalation_level")
    because: str
    corrects: int | None = None


class InfoRequested(Happened):
    """The complainant is asked for these fields."""

    TYPE, CHANGES = case_fact("info-requested", "missing")
    fields: list[str]


class FindingRecorded(Happened):
    """The finding stands in `stands`; compensation assesses by it."""

    TYPE, CHANGES = case_fact("finding-recorded", "finding")
    result: str
    source: str
    by: str


class Rejected(Happened):
    """The complaint is not upheld; the reason is a code."""

    TYPE, CHANGES = case_fact("rejected")
    reason: str


class HotSpotFound(Happened):
    """One subject is complained of often."""

    TYPE, CHANGES = case_fact("hot-spot-found")
    subject: str
    count: int


FACTS: tuple[type[Happened], ...] = (
    Triaged, SafetyRaised, SafetyCleared, ProtectiveActionRequested, ProtectiveActionAcknowledged, IdentityVerified,
    Assigned, AssignmentRefused, StepTaken, Promised, Expired, Escalated, Answered, CorrectiveActionOrdered,
    CorrectiveActionAnswered, CorrectiveActionVerified, CalledBack, Linked, Unlinked, Withdrawn, Resolved, Closed,
    Reopened, ClockStarted, ClockPaused, ClockResumed, ClockWarned, ClockBreached, InfoRequested, FindingRecorded,
    Rejected, HotSpotFound,
)  # fmt: skip
STANDS = CaseStands
