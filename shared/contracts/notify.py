"""What notify tells: what became of each message, and the outcomes partners receive."""

from datetime import datetime
from typing import Any, ClassVar

from shared.contracts.fact import Happened, Stands


class MessagesStand(Stands):
    """How the messages of a complaint stand: state by message."""

    messages: dict[str, str] = {}


class Delivered(Happened):
    TYPE: ClassVar[str] = "redress.notify.delivered.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"messages"})
    message: str
    template: str
    channel: str
    language: str


class Failed(Happened):
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
    TYPE: ClassVar[str] = "redress.notify.survey-answered.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset()
    score: int


class Outcome(Happened):
    """On `redress.outcomes.<line>`: the public fact partners receive. References the partner knows, no personal data.

    `sequence` counts within the complaint; `corrects` names an earlier one this takes back.
    """

    TYPE: ClassVar[str] = "redress.outcomes.outcome.v1"
    outcome: str
    complaint: str
    line: str
    sequence: int
    at: datetime
    category: str = ""
    safety: str = "none"
    references: dict[str, str] = {}
    remedies: list[dict[str, Any]] = []
    corrects: int | None = None


FACTS: tuple[type[Happened], ...] = (Delivered, Failed, Skipped, SurveyAnswered)
STANDS = MessagesStand
