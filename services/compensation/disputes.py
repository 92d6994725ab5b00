"""What the two sides and staff may do about an offer: each verb, from which states, and what it tells. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from services.compensation.domain import Book, Claim, RemedyBook, RemedyRequest, amount_of
from shared.contracts.compensation import (
    Accepted,
    Adjudicated,
    Countered,
    EvidenceAdded,
    MediationOpened,
    OfferRefused,
    Referred,
    RemedyState,
)
from shared.contracts.fact import Remedy
from shared.contracts.intake import OfferAnswered
from shared.flow.messages import Reply, Request, Tell, Telling
from shared.flow.thing import Thing

TYPES = {
    f"redress.compensation.{verb}.v1": verb
    for verb in ("accept", "refuse", "counter", "evidence", "mediate", "adjudicate", "refer", "approve")
}
FROM: dict[str, frozenset[RemedyState]] = {
    "accept": frozenset({"offered", "countered", "refused", "mediating", "expired"}),
    "refuse": frozenset({"offered", "countered"}),
    "counter": frozenset({"offered", "refused", "countered"}),
    "evidence": frozenset({"offered", "refused", "countered", "mediating"}),
    "mediate": frozenset({"refused", "countered"}),
    "adjudicate": frozenset({"refused", "countered", "mediating"}),
    "refer": frozenset({"refused", "countered", "mediating", "adjudicated"}),
    "approve": frozenset({"accepted", "adjudicated"}),
}
MEDIATION, REFERRAL = timedelta(days=10), timedelta(days=30)


def asked(
    thing: Thing[Book], request: Request, now: datetime, needs_approval: Callable[[Remedy], bool]
) -> Sequence[Telling]:
    """Carries out one verb on one remedy, or answers with a problem that says what would be right."""
    assert isinstance(request.body, RemedyRequest)
    return _act(thing.state.claim, TYPES[request.type], request.body, now, needs_approval)


def answered(
    thing: Thing[Book], answer: OfferAnswered, now: datetime, needs_approval: Callable[[Remedy], bool]
) -> Sequence[Telling]:
    """The complainant's answer on the status page; one that comes too late changes nothing."""
    body = RemedyRequest(remedy=answer.remedy, by="complainant", choice=answer.choice)
    told = _act(thing.state.claim, answer.verb, body, now, needs_approval)
    return [telling for telling in told if not isinstance(telling, Reply)]


def _act(
    claim: Claim, verb: str, body: RemedyRequest, now: datetime, needs_approval: Callable[[Remedy], bool]
) -> Sequence[Telling]:
    book = claim.remedies.get(body.remedy)
    if book is None:
        return [_problem(404, "no-such-remedy", "there is no such remedy on this complaint")]
    if book.state not in FROM[verb]:
        return [_problem(409, "not-now", f"the remedy is {book.state}: this needs {' or '.join(sorted(FROM[verb]))}")]
    fault = _unfit(book, verb, body)
    if fault is not None:
        return [fault]
    book.handled_by = sorted({*book.handled_by, body.by})
    told = _VERBS[verb](book, body, now)
    if verb in ("accept", "adjudicate") and needs_approval(book.remedy):
        book.reason = "approval"
    return [Reply(200, {"remedy": book.id, "state": book.state, "waits_for": book.reason or None}), *told]


def _unfit(book: RemedyBook, verb: str, body: RemedyRequest) -> Reply | None:
    """What is wrong with the request for this remedy as it stands; None when nothing is."""
    options = book.remedy.get("one_of")
    if verb == "accept" and options and (body.choice is None or not 0 <= body.choice < len(options)):
        return _problem(422, "choose", f"choose one of {len(options)} remedies by its index", "/choice")
    if verb in ("counter", "adjudicate") and not body.proposed:
        return _problem(422, "no-remedy", "name the remedy", "/proposed")
    if verb == "adjudicate" and body.proposed and _below(body.proposed, book.remedy):
        return _problem(422, "below-the-rules", "a remedy is never below what the rules say", "/proposed/amount")
    if verb in ("mediate", "adjudicate") and body.by in book.handled_by:
        return _problem(409, "took-part", "this takes somebody who did not handle the case")
    if verb == "approve" and body.by == book.accepted_by:
        return _problem(409, "took-part", "a second person approves, not the first")
    return None


def _below(proposed: Remedy, owed: Remedy) -> bool:
    same = (proposed.get("kind"), proposed.get("currency")) == (owed.get("kind"), owed.get("currency"))
    return "amount" in owed and (not same or amount_of(proposed) < amount_of(owed))


def _accept(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    if book.state == "countered" and body.by.startswith("staff:") and book.proposed:
        book.remedy = book.proposed
    elif body.choice is not None and "one_of" in book.remedy:
        book.remedy = book.remedy["one_of"][body.choice]
    book.state, book.accepted_by = "accepted", body.by
    return [Tell(Accepted(remedy=book.id, by=body.by, choice=body.choice), who=body.by, rules=book.version)]


def _refuse(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.state = "refused"
    return [Tell(OfferRefused(remedy=book.id, by=body.by), who=body.by, rules=book.version)]


def _counter(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.state, book.proposed = "countered", dict(body.proposed or {})
    return [Tell(Countered(remedy=book.id, by=body.by, proposed=book.proposed), who=body.by, rules=book.version)]


def _evidence(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    reference = body.reference or ""
    book.evidence = [*book.evidence, reference]
    return [Tell(EvidenceAdded(remedy=book.id, by=body.by, reference=reference), who=body.by, rules=book.version)]


def _mediate(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.state, book.mediator = "mediating", body.by
    happened = MediationOpened(remedy=book.id, mediator=body.by, until=now + MEDIATION)
    return [Tell(happened, who=body.by, rules=book.version)]


def _adjudicate(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.state, book.remedy, book.accepted_by = "adjudicated", dict(body.proposed or {}), body.by
    return [Tell(Adjudicated(remedy=book.id, by=body.by, decided=book.remedy), who=body.by, rules=book.version)]


def _refer(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.state = "referred"
    happened = Referred(remedy=book.id, body=body.body or "ombudsman", until=now + REFERRAL)
    return [Tell(happened, who=body.by, rules=book.version)]


def _approve(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.approved_by, book.reason = body.by, ""
    return []


_VERBS = {
    "accept": _accept, "refuse": _refuse, "counter": _counter, "evidence": _evidence, "mediate": _mediate,
    "adjudicate": _adjudicate, "refer": _refer, "approve": _approve,
}  # fmt: skip


def expire(claim: Claim) -> list[Telling]:
    """Silence past the deadline: what is only offered lapses, and may be accepted after all when reopened."""
    told: list[Telling] = []
    for book in claim.remedies.values():
        if book.state in ("offered", "countered", "refused"):
            book.state, book.reason = "expired", "silence"
            told.append(Tell(OfferRefused(remedy=book.id, by="silence"), who="clock:offer", rules=book.version))
    return told


def _problem(status: int, type: str, detail: str, pointer: str = "") -> Reply:
    body = {"type": f"https://redress.example/problems/{type}", "title": detail, "status": status}
    return Reply(status, body | ({"errors": [{"pointer": pointer, "detail": detail}]} if pointer else {}))
