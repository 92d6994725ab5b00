"""The things of intake: a complaint as told, a reference under which facts were supplied, a complainant."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared import ids
from shared.contracts.intake import ComplaintStands, Screen
from shared.flow.messages import Lane

READS: dict[str, set[str]] = {
    "intake": {"references", "complainant", "received_at"},
}
"""What `decide` reads of how other things stand. The status page reads more; it decides nothing."""

JOINING = frozenset({"order", "ticket", "booking", "job", "trip", "session", "delivery", "rental", "tag"})
"""References that name one order or job; a train or machine is shared by more than a document can hold."""
MOST_JOINED = 200

SUPPLEMENT, CREATE = "redress.intake.supplement.v1", "redress.intake.create.v1"
WITHDRAW, REOPEN = "redress.intake.withdraw.v1", "redress.intake.reopen.v1"
ANSWER_OFFER = "redress.intake.answer-offer.v1"
SUPPLY, ERASE = "redress.intake.supply.v1", "redress.intake.erase.v1"


# What is asked: the bodies on the inbox, everything personal sealed ------------------------------------


class Asking(BaseModel):
    """`by`: `integration:<id>` or `complainant`, who holds the secret link."""

    by: str


class Supplement(Asking):
    """A message, evidence or facts added to a complaint; `text`, `contact` and `respondent` sealed."""

    kind: Literal["message", "evidence", "facts"]
    text: str | None = None
    contact: str | None = None
    respondent: str | None = None
    complainant: str = ""
    references: dict[str, str] = {}
    facts: dict[str, Any] = {}
    signals: list[str] = []
    wish: str | None = None
    incident_on: date | None = None
    evidence: dict[str, Any] | None = None
    given: list[str] = []
    screen: Screen = Screen()
    lane: str = "standard"


class Create(Supplement):
    """A complaint as told; what its channel says of itself stands in `told_by`, references only."""

    kind: Literal["message"] = "message"
    line: str
    business: str | None = None
    channel: str
    via: str | None = None
    language: str = "zh-Hans"
    telling: str = "complaint"
    origin: str = "told"
    integration: str
    external_id: str | None = None
    missing: list[str] = []
    settled_on_the_spot: bool = False
    told_by: dict[str, Any] = {}
    explained: str | None = None
    receipt_key: str | None = None


class Withdraw(Asking):
    """The complainant wishes to withdraw."""


class Reopen(Asking):
    """The complainant wishes it reopened; `text` sealed."""

    text: str | None = None
    screen: Screen = Screen()
    lane: str = "standard"


class AnswerOffer(Asking):
    """The complainant accepts or refuses one remedy, on the status page."""

    remedy: str
    verb: Literal["accept", "refuse"]
    choice: int | None = None


class Supply(Asking):
    """Facts a partner system supplies under a reference; `respondent` sealed."""

    facts: dict[str, Any] = {}
    references: dict[str, str] = {}
    respondent: str | None = None
    screen: Screen = Screen()
    lane: str = "standard"


class Erase(Asking):
    """A complainant is to be erased."""


# What stands -------------------------------------------------------------------------------------------


class Complaint(BaseModel):
    """A complaint as told. `waiting`: what was added before the complaint itself was here."""

    model_config = ConfigDict(extra="allow")

    received: bool = False
    stands: ComplaintStands = ComplaintStands()
    text: str | None = None
    contact: str | None = None
    respondent: str | None = None
    explained: str | None = None
    told_by: dict[str, Any] = {}
    evidence: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []


class Supplied(BaseModel):
    """What was supplied under one reference, and the complaints that name it."""

    model_config = ConfigDict(extra="allow")

    facts: dict[str, Any] = {}
    references: dict[str, str] = {}
    respondent: str | None = None
    screen: Screen = Screen()
    complaints: list[str] = []


class Complainant(BaseModel):
    """The complaints of one person, known by a keyed hash alone; those up to `erased_at` are erased."""

    model_config = ConfigDict(extra="allow")

    complaints: list[str] = []
    erased_at: datetime | None = None


class State(BaseModel):
    """A thing of intake is one of three, told by the first letter of its name."""

    model_config = ConfigDict(extra="allow")

    complaint: Complaint = Complaint()
    supplied: Supplied = Supplied()
    complainant: Complainant = Complainant()


def kind_of(thing_id: str) -> Literal["complaint", "reference", "complainant"]:
    """Complaints are named `c…`, references `f…`, complainants `p…`."""
    kinds: Mapping[str, Literal["reference", "complainant"]] = {"f": "reference", "p": "complainant"}
    return kinds.get(thing_id[:1], "complaint")


def reference_id(line: str, kind: str, value: str) -> str:
    """The thing that keeps what is supplied under a reference of a line; spelling does not matter."""
    return "f" + ids.digest("reference", line, kind, value.strip().upper())


def complainant_id(secret: bytes, way: str, value: str) -> str:
    """The complainant's id: a keyed hash of a way to reach them."""
    return "p" + ids.keyed(secret, "complainant", way, value)


def concerned(stands: Mapping[str, Any]) -> Iterable[str]:
    """The things of intake a complaint concerns besides itself: its references, its complainant."""
    line = str(stands.get("line", ""))
    for kind, value in sorted(dict(stands.get("references") or {}).items()):
        if kind in JOINING:
            yield reference_id(line, kind, str(value))
    if stands.get("complainant"):
        yield str(stands["complainant"])


# Rules -------------------------------------------------------------------------------------------------


def missing_after(missing: Iterable[str], given: Iterable[str]) -> list[str]:
    """What is still asked for."""
    here = set(given)
    return [field for field in missing if field not in here]


def heavier(one: Screen, other: Screen) -> Screen:
    """The screen that counts: danger once seen stays seen."""
    rank = {"none": 0, "suspected": 1, "confirmed": 2}
    return other if rank.get(other.safety, 0) > rank.get(one.safety, 0) else one


def lane_of(screen: Screen) -> Lane:
    """Where danger is seen, all goes express."""
    return "standard" if screen.safety == "none" else "express"


MOST_ADDED, MOST_NAMED = 500, 600
"""Messages of one complaint, and names of facts, references and signals: it is told whole each time."""


def is_full(stands: ComplaintStands, lane: str, body: BaseModel) -> bool:
    """Whether no more of this is taken down. Danger always is, the first time it is told, and a withdrawal."""
    raises = getattr(body, "lane", "") == "express" != lane
    named = len(stands.facts) + len(stands.references) + len(stands.signals)
    return not raises and not isinstance(body, Withdraw) and (stands.supplements >= MOST_ADDED or named >= MOST_NAMED)
