"""The forms of what is shown to staff, for the OpenAPI document; `views` writes them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from services.triage.domain import Corrective, OrderFacts, PlanStep
from shared.contracts.compensation import RemedyStands
from shared.contracts.fact import Remedy
from shared.contracts.triage import Finding, Safety, Status
from shared.flow.messages import Lane


class Row(BaseModel):
    """One case in the queue; `due`: what must be done next, by when."""

    id: str
    reference: str
    lane: Lane
    line: str
    status: Status
    safety: Safety
    priority: str
    category: str
    kind: str
    queue: str
    owner: str | None
    escalation_level: int
    subject: str
    received_at: datetime | None
    due: datetime | None


class Queue(BaseModel):
    """The queue: danger first, then what is due first."""

    cases: list[Row]


class ActionShown(PlanStep):
    """A step of an emergency plan under its name."""

    action: str


class ClockShown(BaseModel):
    """A deadline of the case; `pauses` as pairs of times, the last one open while it has one only."""

    clock: str
    state: Literal["met", "paused", "breached", "running"]
    start: datetime
    warns_at: datetime
    due: datetime
    met_at: datetime | None
    pauses: list[list[datetime]]
    version: str


class Happening(BaseModel):
    """One entry of the time line: what happened, who did it, under which rules, and what it said."""

    n: int
    at: datetime | None
    who: str
    what: str
    rules: str
    why: dict[str, Any]


class Text(BaseModel):
    """What was told, in words; null when it cannot be opened any more."""

    part: str
    text: str | None


class Work(BaseModel):
    """A step of the line's work, in its order, and whether it is done."""

    step: str
    names: dict[str, str]
    done: bool


class CaseShown(BaseModel):
    """One case: how it stands, and its time line. `texts` for those with the scope texts:read alone."""

    id: str
    reference: str
    lane: Lane
    erased: bool
    status: Status
    line: str
    language: str
    safety: Safety
    priority: str
    category: str
    kind: str
    queue: str
    plan: str | None
    missing: list[str]
    rules: list[str]
    marks: list[str]
    version: str
    references: dict[str, str]
    subject: str
    owner: str | None
    escalation_level: int
    refusals: list[str]
    identity_verified: bool
    answered: bool
    finding: Finding | None
    orders: list[OrderFacts]
    steps: list[str]
    corrective: dict[str, Corrective]
    waiting: bool
    solution: str
    feedback: str
    faults: list[str] = []
    score: int | None = None
    received_at: datetime | None
    actions: list[ActionShown]
    clocks: list[ClockShown]
    remedies: list[RemedyStands]
    waiting_records: int
    work: list[Work] = []
    timeline: list[Happening]
    texts: list[Text] = []


class RemedySeen(BaseModel):
    """What is offered or given, and how far it is."""

    remedy: Remedy
    state: str


class SideSeen(BaseModel):
    """One case as one of its sides may see it: those of these fields that the pack of its line names."""

    reference: str = ""
    line: str = ""
    category: str = ""
    status: Status = "received"
    received_at: datetime | None = None
    order: str | None = None
    heard: bool = False
    answer_by: datetime | None = None
    result: str | None = None
    cause: str | None = None
    remedies: list[RemedySeen] = []


class HotSpot(BaseModel):
    """So many cases of one line, category and subject, as `device/B-17`; `units`: how many went to each department."""

    line: str
    category: str
    subject: str | None
    count: int
    last_day: int = 0
    units: dict[str, int] = {}


class Satisfaction(BaseModel):
    """What those who were asked answered, 0 to 100, and what the line's pack aims at."""

    line: str
    unit: str
    answered: int
    mean: float
    target: int | None
    below_target: bool


class HotSpots(BaseModel):
    """What is complained of most, and how content people were; `counted` cases looked at, the newest 5000 at most."""

    days: int
    counted: int
    hot_spots: list[HotSpot]
    satisfaction: list[Satisfaction] = []


def answers(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """For `responses` of a route: what 200 holds."""
    return {200: {"model": model, "description": (model.__doc__ or "").strip()}}
