"""How a complaint stands, in the words its complainant sees: from the document alone. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.intake.domain import State
from services.intake.phrases import Standing
from shared.contracts import compensation, joining, notify, triage
from shared.contracts.compensation import ClaimStands, RemedyStands
from shared.contracts.fact import Happened, Remedy
from shared.contracts.triage import CaseStands
from shared.flow.thing import Thing, from_store

HEARS: tuple[type[Happened], ...] = (
    triage.Triaged, triage.SafetyRaised, triage.SafetyCleared, triage.Assigned, triage.InfoRequested,
    triage.FindingRecorded, joining.Linked, joining.Unlinked, triage.Withdrawn, triage.Rejected, triage.Resolved,
    triage.Closed, triage.Reopened,
    compensation.Offered, compensation.Accepted, compensation.OfferRefused, compensation.Countered,
    compensation.MediationOpened, compensation.Adjudicated, compensation.Referred, compensation.Paid,
    compensation.Reversed,
    notify.Delivered, notify.Failed,
)  # fmt: skip
"""What changes the public status."""

_IN_WORK: dict[str, Standing] = {
    "awaiting_info": "waiting_for_you",
    "resolved": "resolved",
    "closed": "closed",
    "withdrawn": "withdrawn",
    "rejected": "rejected",
    "received": "received",
}
_ENDED = frozenset({"resolved", "closed", "withdrawn", "rejected"})
_DISPUTE = frozenset({"refused", "countered", "mediating", "adjudicated", "referred"})
_SHOWN = frozenset({"offered", "accepted", "settling", "delivered", "reversed"}) | _DISPUTE


class Offer(BaseModel):
    """A remedy as offered or decided; `id` is what `/v1/remedies/{id}` names."""

    id: str
    state: str
    remedy: Remedy
    sentence: str
    open_until: datetime | None = None


class Status(BaseModel):
    """The public status of a complaint."""

    id: str
    reference: str
    standing: Standing
    line: str = ""
    language: str = "zh-Hans"
    lane: str = "standard"
    safety_first: bool = False
    received_at: datetime | None = None
    answer_expected_at: datetime | None = None
    external_id: str | None = None
    understood: dict[str, Any] = {}
    missing: list[str] = []
    offers: list[Offer] = []
    supplements: int = 0
    withdrawal_asked: bool = False
    unreached: bool = False
    erased: bool = False


def status_of(raw: Mapping[str, Any], language: str | None = None) -> Status:
    """From the document as stored; sentences in `language`, else in the complaint's."""
    thing: Thing[State] = from_store(dict(raw), State)
    told = thing.state.complaint.stands
    case = CaseStands.model_validate(thing.stands(f"triage/{thing.id}"))
    claim = ClaimStands.model_validate(thing.stands(f"compensation/{thing.id}"))
    messages = thing.stands(f"notify/{thing.id}").get("messages", {})
    in_danger = told.screen.safety != "none" or case.safety in ("suspected", "confirmed")
    understood = told.model_dump(
        mode="json", include={"business", "kind", "wish", "incident_on", "references", "facts"}, exclude_none=True
    )
    return Status(
        id=thing.id,
        reference=told.reference,
        standing=_standing(case, claim),
        line=told.line,
        language=told.language,
        lane=thing.lane,
        safety_first=in_danger,
        received_at=told.received_at,
        answer_expected_at=None if case.answered or case.status in _ENDED else told.answer_expected_at,
        external_id=told.external_id,
        understood=understood,
        missing=list(dict.fromkeys([*told.missing, *case.missing])) if case.status not in _ENDED else [],
        offers=[_offer(each, claim, language or told.language) for each in claim.remedies if each.state in _SHOWN],
        supplements=told.supplements,
        withdrawal_asked=told.withdrawn,
        unreached="failed" in messages.values() and "delivered" not in messages.values(),
        erased=thing.erased,
    )


def _standing(case: CaseStands, claim: ClaimStands) -> Standing:
    states = {remedy.state for remedy in claim.remedies}
    if case.status not in _ENDED:
        if "offered" in states:
            return "offer"
        if states & _DISPUTE:
            return "dispute"
        if states & {"accepted", "settling"}:
            return "settling"
    return _IN_WORK.get(case.status, "in_work")


def _offer(remedy: RemedyStands, claim: ClaimStands, language: str) -> Offer:
    sentence = remedy.sentences.get(language) or remedy.sentences.get("en", "")
    until = claim.offer_open_until if remedy.state == "offered" else None
    return Offer(id=remedy.id, state=remedy.state, remedy=remedy.remedy, sentence=sentence, open_until=until)
