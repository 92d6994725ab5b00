"""Intake decides: a complaint is received once, and what is added joins it, whichever came first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.intake import joining
from services.intake.contacts import GONE_AGAIN, erase, gone, tell_contact
from services.intake.domain import (
    AnswerOffer,
    Asking,
    Complaint,
    Create,
    Reopen,
    State,
    Supplement,
    Withdraw,
    heavier,
    is_full,
    kind_of,
    lane_of,
    missing_after,
)
from shared import ids
from shared.contracts.intake import (
    SEALED_CONTACT,
    SEALED_TEXT,
    ComplaintReceived,
    ComplaintStands,
    ComplaintSupplemented,
    ErasureAsked,
    FactsSupplied,
    OfferAnswered,
    Receipt,
    ReopeningAsked,
    WithdrawalAsked,
)
from shared.flow.messages import Asked, Heard, Input, Reply, Struck, Tell, Telling, problem
from shared.flow.records import Stood
from shared.flow.thing import Thing

RECEIPTS = "redress.receipts"
TOO_MUCH = "too much was added to this complaint"
WAITING: dict[str, type[Asking]] = {"supplement": Supplement, "withdraw": Withdraw, "reopen": Reopen}
MOST_WAITING = 50


@dataclass(frozen=True)
class Policy:
    """When an answer is expected, from the moment a complaint is received."""

    answer: timedelta = timedelta(hours=24)
    safety_answer: timedelta = timedelta(minutes=5)


def decide(thing: Thing[State], input: Input, now: datetime, policy: Policy) -> tuple[Thing[State], Sequence[Telling]]:
    """What other services tell is kept for the status page and changes nothing here."""
    if kind_of(thing.id) != "complaint":
        return thing, joining.decide(thing, input, now)
    if isinstance(input, Asked):
        return thing, _asked(thing, input, now, policy)
    if isinstance(input, Struck) and input.clock in GONE_AGAIN:
        return thing, [gone()]
    if isinstance(input, Heard) and isinstance(input.fact.happened, FactsSupplied):
        given = input.fact.happened
        body = Supplement(by="partner", kind="facts", facts=given.facts, references=given.references,
                          screen=given.screen, lane=lane_of(given.screen),
                          respondent=None if input.late else given.respondent)  # fmt: skip
        return thing, _add(thing, body)
    if isinstance(input, Heard) and isinstance(input.fact.happened, ErasureAsked):
        return thing, erase(thing, now)
    return thing, []


def _asked(thing: Thing[State], asked: Asked, now: datetime, policy: Policy) -> list[Telling]:
    body, complaint = asked.request.body, thing.state.complaint
    if isinstance(body, Create):
        return _create(thing, body, now, policy) if not complaint.received else _create_again(thing, body)
    if isinstance(body, AnswerOffer):
        answered = OfferAnswered(remedy=body.remedy, verb=body.verb, choice=body.choice)
        return [Tell(answered, who=body.by), Reply(202, {"remedy": body.remedy})]
    if not complaint.received:
        return _wait(complaint, body)
    if not _speaks_for(complaint, body.by):  # type: ignore[attr-defined]
        return [problem(403, "forbidden", "this complaint was told through another channel")]
    if is_full(complaint.stands, thing.lane, body):
        return [problem(429, "too-many-requests", TOO_MUCH)]
    return [*_add(thing, body), Reply(202, _answer(thing, complaint.stands.supplements))]


def _speaks_for(complaint: Complaint, by: str) -> bool:
    """The complainant, a partner system, or the channel it was told through."""
    return by in ("complainant", "partner", f"integration:{complaint.stands.integration}")


# Creating ----------------------------------------------------------------------------------------------


def _create(thing: Thing[State], body: Create, now: datetime, policy: Policy) -> list[Telling]:
    complaint = thing.state.complaint
    thing.raise_lane(body.lane)
    told_of = body.model_dump(include=set(ComplaintStands.model_fields) - {"lane", "kind"})
    in_danger = body.screen.safety != "none"
    complaint.stands = ComplaintStands(
        **told_of,
        kind=body.telling,
        reference=ids.reference(thing.id),
        received_at=now,
        answer_expected_at=now + (policy.safety_answer if in_danger else policy.answer),
        reachable=body.contact is not None,
    )
    complaint.received, complaint.told_by = True, body.told_by
    complaint.text, complaint.contact, complaint.explained = body.text, body.contact, body.explained
    waiting, complaint.waiting = complaint.waiting, []
    told: list[Telling] = [Tell(ComplaintReceived(channel=body.channel, line=body.line), who=body.by)]
    for one in waiting:
        held = WAITING[one["what"]].model_validate(one["body"])
        if _speaks_for(complaint, held.by):
            told += _add(thing, held)
    told += tell_contact(complaint, body.by)
    return [*told, *_receipt(thing, body), Reply(202, _answer(thing))]


def _create_again(thing: Thing[State], body: Create) -> list[Telling]:
    """A used key with another body is a message on the complaint, and is told so: nothing accepted is lost."""
    if is_full(thing.state.complaint.stands, thing.lane, body):
        return [*_receipt(thing, body, TOO_MUCH, accepted=False), problem(429, "too-many-requests", TOO_MUCH)]
    told = _add(thing, body, always=True)
    number = thing.state.complaint.stands.supplements
    reason = "this key was used with another body: it became a message on the complaint"
    answer = {**_answer(thing, number), "became": "message", "detail": reason}
    return [*told, *_receipt(thing, body, reason), Reply(202, answer)]


def _receipt(thing: Thing[State], body: Create, reason: str | None = None, accepted: bool = True) -> list[Telling]:
    if body.receipt_key is None:
        return []
    receipt = Receipt(
        integration=body.integration, key=body.receipt_key, accepted=accepted, complaint=thing.id,
        reference=thing.state.complaint.stands.reference, reason=reason,
    )  # fmt: skip
    return [Tell(receipt, topic=RECEIPTS, laned=False)]


def _answer(thing: Thing[State], number: int | None = None) -> dict[str, Any]:
    answer = {"id": thing.id, "reference": ids.reference(thing.id), "lane": thing.lane}
    return answer if number is None else {**answer, "number": number}


# Adding ------------------------------------------------------------------------------------------------


def _wait(complaint: Complaint, body: Any) -> list[Telling]:
    """The complaint itself is on its way: what is added waits for it, here."""
    if len(complaint.waiting) >= MOST_WAITING:
        return [problem(409, "conflict", "too much waits here for a complaint that has not come")]
    what = next(name for name, model in WAITING.items() if type(body) is model)
    complaint.waiting.append({"what": what, "body": body.model_dump(mode="json")})
    return [Reply(202, {"waiting": "for the complaint itself"})]


def _add(thing: Thing[State], body: Any, always: bool = False) -> list[Telling]:
    complaint = thing.state.complaint
    if thing.erased:
        return []
    if not complaint.received:
        _wait(complaint, body)
        return []
    before = thing.lane, complaint.stands.screen
    thing.raise_lane(getattr(body, "lane", "standard"))
    if isinstance(body, Withdraw):
        first, complaint.stands.withdrawn = not complaint.stands.withdrawn, True
        return [Tell(WithdrawalAsked(), who=body.by)] if first else []
    stands = complaint.stands
    stands.screen = heavier(stands.screen, body.screen)
    if isinstance(body, Reopen):
        stands.reopenings, stands.withdrawn = stands.reopenings + 1, False
        return [Tell(ReopeningAsked(text=body.text, screen=body.screen), who=body.by)]
    news = always or body.kind != "facts" or before != (thing.lane, stands.screen)
    return _supplement(thing, body, news)


def _supplement(thing: Thing[State], body: Supplement, always: bool) -> list[Telling]:
    complaint, stands = thing.state.complaint, thing.state.complaint.stands
    before = stands.model_copy(deep=True)
    stands.facts = {**stands.facts, **body.facts}
    if body.by == "partner":
        stands.supplied = {**stands.supplied, **body.facts}
    stands.references = {**stands.references, **body.references}
    stands.signals = list(dict.fromkeys([*stands.signals, *body.signals]))
    stands.wish = body.wish or stands.wish
    stands.incident_on = body.incident_on or stands.incident_on
    stands.missing = missing_after(stands.missing, [*body.given, *body.facts, *body.references])
    stands.complainant = stands.complainant or body.complainant
    stands.reachable = stands.reachable or body.contact is not None
    if not always and stands == before:
        return list(_reach(complaint, body))
    stands.supplements += 1
    number = stands.supplements
    if body.evidence:
        complaint.evidence = [*complaint.evidence, body.evidence]
        stands.references = {**stands.references, f"evidence_{number}": str(body.evidence["reference"])}
    happened = ComplaintSupplemented(
        kind=body.kind, number=number, text=body.text, screen=body.screen, signals=body.signals
    )
    told: list[Telling] = [Tell(happened, who=body.by)]
    return [*told, *_reach(complaint, body)]


def _reach(complaint: Complaint, body: Supplement) -> Sequence[Telling]:
    """A new way to reach them, or whom they ordered as the order system now says."""
    news = body.contact is not None or body.respondent not in (None, complaint.respondent)
    complaint.contact = body.contact or complaint.contact
    complaint.respondent = body.respondent or complaint.respondent
    return tell_contact(complaint, body.by) if news else []


# For the flow ------------------------------------------------------------------------------------------


def stands(thing: Thing[State]) -> Stood:
    """How a complaint stands, for everybody; references and complainants show nothing."""
    if kind_of(thing.id) != "complaint":
        return {"lane": thing.lane}
    return thing.state.complaint.stands.model_copy(update={"lane": thing.lane})


def sealed(thing: Thing[State]) -> dict[str, str] | None:
    """The parts only one other service each can open."""
    parts = {SEALED_TEXT: thing.state.complaint.text, SEALED_CONTACT: thing.state.complaint.contact}
    return {name: part for name, part in parts.items() if part is not None} or None
