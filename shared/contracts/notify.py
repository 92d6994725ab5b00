"""What notify tells: what became of each message, and the outcomes partners receive."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from shared.contracts.fact import Happened, Remedy, Stands


class MessagesStand(Stands):
    """How the messages of a complaint stand: state by message; `survey`: what the complainant answered, 0 to 100."""

    messages: dict[str, str] = {}
    survey: int | None = None


class Delivered(Happened):
    """A message reached its channel's provider, which took it."""

    TYPE: ClassVar[str] = "redress.notify.delivered.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"messages"})
    message: str
    template: str
    channel: str
    language: str


class Failed(Happened):
    """A message could not be delivered and is not tried again; the reason is a code."""

    TYPE: ClassVar[str] = "redress.notify.failed.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"messages"})
    message: str
    template: str
    channel: str
    reason: str


class Skipped(Happened):
    """Not sent, with the reason: no contact, no consent, superseded. Never silently another channel."""

    TYPE: ClassVar[str] = "redress.notify.skipped.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"messages"})
    message: str
    template: str
    reason: str


class SurveyAnswered(Happened):
    """The complainant answered the survey, 0 to 100; a score, never words."""

    TYPE: ClassVar[str] = "redress.notify.survey-answered.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"survey"})
    score: int = Field(ge=0, le=100)


OUTCOMES = (
    "received", "triaged", "safety_raised", "safety_cleared", "protective_action_requested", "finding_recorded",
    "resolved", "closed", "reopened", "rejected", "withdrawn", "offered", "accepted", "refused", "paid", "reversed",
)  # fmt: skip
"""What partners are told of; names are added, none is taken away."""


class Outcome(Happened):
    """On `redress.outcomes.<line>`: the public fact partners receive. References the partner knows, no personal data.

    `sequence` counts within the complaint; `corrects` names an earlier one this takes back.
    """

    TYPE: ClassVar[str] = "redress.outcomes.outcome.v1"
    outcome: str = Field(description=f"What happened; more may come: {', '.join(OUTCOMES)}.")
    complaint: str = Field(description="The complaint's id; the record's key.")
    line: str = Field(description="The business line; the last part of the topic's name.")
    sequence: int = Field(ge=1, description="Counts the complaint's outcomes, from 1 without a gap.")
    at: datetime = Field(description="When it happened.")
    category: str = Field("", description="What it is about, as known so far; finer ones have a dot.")
    safety: str = Field("none", description="none, suspected, confirmed or cleared, as known so far.")
    references: dict[str, str] = Field({}, description="What the partner knows it by: order, ticket, serial number.")
    remedies: list[Remedy] = Field([], description="What was delivered, with `paid`.")
    corrects: int | None = Field(None, description="The sequence of an earlier outcome that no longer holds.")


FACTS: tuple[type[Happened], ...] = (Delivered, Failed, Skipped, SurveyAnswered)
STANDS = MessagesStand
