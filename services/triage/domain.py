"""The case of a complaint: what stands of it, what staff may ask of it, and the plain rules about it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict

from shared.contracts.compensation import ClaimStands
from shared.contracts.intake import ComplaintStands
from shared.contracts.triage import Finding, Safety, Status
from shared.flow.messages import Tell, Telling
from shared.flow.thing import Thing

READS = {
    "intake": {
        "line", "business", "language", "kind", "references", "facts", "supplied", "signals",
        "incident_on", "received_at", "missing", "settled_on_the_spot", "reachable", "screen", "withdrawn",
        "reopenings",
    },
    "compensation": {"finding", "settled", "nothing_due", "remedies"},
}  # fmt: skip
"""What `decide` reads of how other tellers stand; nothing else gets through `complaint_of` and `claim_of`."""

IN_DANGER: frozenset[Safety] = frozenset({"suspected", "confirmed"})
OVER: frozenset[Status] = frozenset({"closed", "withdrawn", "rejected", "linked"})
_RANK: Mapping[str, int] = {"none": 0, "cleared": 0, "suspected": 1, "confirmed": 2}
LEVELS = ("supervisor", "manager", "director")
NO_DUE = 2**53
MOST_SAID = MOST_STEPS = 200
MOST_FAULTS = 60
MOST_CLOCKS = 60


class Mark(BaseModel):
    """When something happened last, and its place in the order of the case's own decisions."""

    at: datetime
    n: int


class Clock(BaseModel):
    """A running or ended deadline. `rule` names its definition; `pauses` is the ledger, the last one maybe open."""

    model_config = ConfigDict(extra="allow")

    rule: str
    started: Mark
    due: datetime
    warns_at: datetime
    version: str = ""
    fixed: bool = False
    warned: bool = False
    breached: bool = False
    rung: int = 0
    met_at: datetime | None = None
    pauses: list[list[datetime]] = []

    @property
    def paused(self) -> bool:
        """Whether a pause is open."""
        return bool(self.pauses) and len(self.pauses[-1]) == 1


class PlanStep(BaseModel):
    """A step of an emergency plan. `action`: another party must acknowledge it; `task`: our own people do it."""

    plan: str
    step: str
    kind: Literal["action", "task"]
    owner: str
    state: Literal["requested", "acknowledged", "refused"] = "requested"
    by: str = ""


class Corrective(BaseModel):
    """What the responsible unit was ordered to mend."""

    unit: str
    state: Literal["ordered", "answered", "verified"] = "ordered"
    effective: bool | None = None


class OrderFacts(BaseModel):
    """What the order system said of one reference; `known` is false when it has no such order of this line."""

    reference: str
    known: bool
    subject: str = ""
    facts: dict[str, Any] = {}


class Case(BaseModel):
    """The state of a triage thing, named like its complaint. Sealed texts are kept as they came."""

    model_config = ConfigDict(extra="allow")

    # as decided from the complaint
    reference: str = ""
    status: Status = "received"
    line: str = ""
    language: str = "zh-Hans"
    safety: Safety = "none"
    priority: str = "P2"
    category: str = "other"
    kind: str = "complaint"
    queue: str = ""
    plan: str | None = None
    missing: list[str] = []
    rules: list[str] = []
    marks: list[str] = []
    version: str = ""
    references: dict[str, str] = {}
    subject: str = ""
    # as worked on
    owner: str | None = None
    escalation_level: int = 0
    refusals: list[str] = []
    identity_verified: bool = False
    answered: bool = False
    finding: Finding | None = None
    findings: int = 0
    found_by_rule: dict[str, Any] = {}
    orders: list[OrderFacts] = []
    steps: list[str] = []
    promises: int = 0
    plans: list[str] = []
    plan_steps: dict[str, PlanStep] = {}
    corrective: dict[str, Corrective] = {}
    waiting: bool = False
    resolving_answer: bool = False
    solution: str = ""
    feedback: str = ""
    faults: list[str] = []
    score: int | None = None
    # what was heard and read
    sealed: dict[str, str] = {}
    texts: dict[str, str] = {}
    received_heard: bool = False
    text_read: bool = False
    screened: str = ""
    alarms: int = 0
    raised_at: datetime | None = None
    reopenings_taken: int = 0
    reopened: bool = False
    lapsed: bool = False
    withdrawal_taken: bool = False
    ended_at: datetime | None = None
    # the order of things, clocks, and the place in the queue
    happened: dict[str, Mark] = {}
    counted: int = 0
    clocks: dict[str, Clock] = {}
    said: dict[str, dict[str, Any]] = {}
    open: bool = False
    rank: int = 1
    next_due: int = NO_DUE
    received_ms: int = 0

    @property
    def in_danger(self) -> bool:
        """Whether somebody may be in danger now."""
        return self.safety in IN_DANGER

    @property
    def begun(self) -> bool:
        """Whether the complaint was heard and triaged."""
        return "triaged" in self.happened

    def mark(self, event: str, at: datetime) -> Mark:
        """Notes that something happened, after everything noted before."""
        self.counted += 1
        self.happened[event] = Mark(at=at, n=self.counted)
        return self.happened[event]


# What staff ask ------------------------------------------------------------------------------------


class StaffRequest(BaseModel):
    """What staff ask of a case: `by` is `staff:<reference>`, `manager` their role, `body` one of `requests`."""

    by: str
    manager: bool = False
    action: str = ""
    body: dict[str, Any] = {}


# Rules ---------------------------------------------------------------------------------------------


def worse(one: str, other: str) -> bool:
    """Whether `one` is a greater danger than `other`; what is cleared counts as none."""
    return _RANK[one] > _RANK[other]


def may_be_danger(safety: str) -> bool:
    """Whether a reading or screen found danger."""
    return _RANK.get(safety, 2) > 0


def complaint_of(thing: Thing[Case]) -> ComplaintStands:
    """How the complaint stands as far as heard, by the fields declared above."""
    heard = thing.stands(f"intake/{thing.id}")
    return ComplaintStands.model_validate({name: heard[name] for name in READS["intake"] if name in heard})


def claim_of(thing: Thing[Case]) -> ClaimStands:
    """How the claim stands as far as heard, by the fields declared above."""
    heard = thing.stands(f"compensation/{thing.id}")
    return ClaimStands.model_validate({name: heard[name] for name in READS["compensation"] if name in heard})


def note_step(case: Case, step: str) -> None:
    """The newest steps; all of them stand in the history."""
    case.steps = [*case.steps, step][-MOST_STEPS:]


def fingerprint(content: Mapping[str, Any]) -> str:
    """The digest under which the history knows what a fact said."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def keep_said(case: Case, told: list[Telling]) -> None:
    """Keeps what the newest facts said, so that the time line can show why; the history proves it unchanged."""
    for telling in told:
        if isinstance(telling, Tell):
            content = telling.happened.model_dump(mode="json")
            case.said[fingerprint(content)] = content
    for oldest in list(case.said)[: max(0, len(case.said) - MOST_SAID)]:
        del case.said[oldest]
