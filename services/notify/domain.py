"""The messages and outcomes of one complaint: what may happen to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

READS = {
    "intake": {
        "line", "language", "reference", "received_at", "answer_expected_at", "reachable", "references", "missing",
        "origin", "facts",
    },
    "triage": {"line", "language", "safety", "category", "references", "missing", "finding"},
    "compensation": {"line", "remedies", "offer_open_until", "nothing_due"},
}  # fmt: skip
"""What `decide` reads of how other tellers stand."""

MessageState = Literal["waiting", "sending", "delivered", "failed", "skipped"]
LINK, SURVEY = "⟦link⟧", "⟦survey⟧"
"""Stand in a message until it is sent: a secret link is on no topic."""
RESPONDENT: Mapping[str, str] = {"driver": "name", "plate": "plate", "driver_contact": "phone"}
"""Fields that say who was ordered: put in at sending, letter for letter as the order system has it."""
SEALED_RESPONDENT = "respondent"
MARKS: Mapping[str, str] = {"link": LINK, "survey": SURVEY, **{field: f"⟦{field}⟧" for field in RESPONDENT}}
"""What stands in a message until it is sent."""
ANSWER_SURVEY = "redress.notify.answer-survey.v1"


class AnswerSurvey(BaseModel):
    """The complainant says how well their complaint was handled: 0, not at all, to 100."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[StrictInt, Field(ge=0, le=100)]


class Message(BaseModel):
    """One message to one recipient about one fact; its row stands here before any attempt.

    `stood`: how things stood at the fact, until the text is written; that waits for the complaint itself.
    `number` is the fact's; one of `dropped_by`, told after it, has the message not go at its later time.
    """

    model_config = ConfigDict(extra="allow")

    id: str
    template: str
    at: datetime
    not_before: datetime | None = None
    put_off: bool = False
    fact: str = ""
    number: int = 0
    dropped_by: tuple[str, ...] = ()
    version: str
    language: str = ""
    text: str = ""
    stood: dict[str, Any] = {}
    state: MessageState = "waiting"
    channel: str = ""
    reason: str = ""

    @property
    def names_respondent(self) -> bool:
        """Whether its text says who was ordered."""
        return any(MARKS[field] in self.text for field in RESPONDENT)

    @property
    def surveys(self) -> bool:
        """Whether it asks for an answer to the survey."""
        return SURVEY in self.text


class Pending(BaseModel):
    """An outcome that waits for its line to be known."""

    outcome: str
    at: datetime
    remedies: list[dict[str, Any]] = []


class Letters(BaseModel):
    """The state of a notify thing, named like its complaint.

    `later`: rows whose time has not come; kept apart, since a release that knows none would send them at once.
    `survey`: the complainant's answer, 0 to 100; `rated`: they gave one, here or when called.
    """

    model_config = ConfigDict(extra="allow")

    contact: str | None = None
    contact_heard: bool = False
    respondent: str | None = None
    respondent_number: int = 0
    messages: dict[str, Message] = {}
    later: dict[str, Message] = {}
    outcomes: dict[str, int] = {}
    sequence: int = 0
    survey: int | None = None
    rated: bool = False
    pending: list[Pending] = []
