"""What the two sides and staff may do about an offer: each verb, from which states, and what it tells. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from services.compensation import deadlines
from services.compensation.domain import Book, Claim, RemedyBook, RemedyRequest
from services.compensation.proposals import below, fault_of, less, options
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
from shared.flow.messages import Reply, Request, Tell, Telling, problem
from shared.flow.thing import Thing

TYPES = {
    f"redress.compensation.{verb}.v1": verb
    for verb in ("accept", "refuse", "counter", "evidence", "mediate", "adjudicate", "refer", "approve")
}
FROM: dict[str, frozenset[RemedyState]] = {
    "accept": frozenset({"offered", "countered", "refused", "mediating", "referred", "expired"}),
    "refuse": frozenset({"offered", "countered"}),
    "counter": frozenset({"offered", "refused", "countered"}),
    "evidence": frozenset({"offered", "refused", "countered", "mediating"}),
    "mediate": frozenset({"refused", "countered"}),
    "adjudicate": frozenset({"refused", "countered", "mediating", "referred"}),
    "refer": frozenset({"refused", "countered", "mediating", "adjudicated"}),
    "approve": frozenset({"accepted", "adjudicated"}),
}
APPROVAL, REFERRAL = "approval", timedelta(days=30)
IN_SIGHT: frozenset[RemedyState] = frozenset({"offered", "refused", "countered", "mediating", "referred"})
"""What the complainant sees of what is not agreed."""


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
        return [problem(404, "no-such-remedy", "there is no such remedy on this complaint")]
    if book.state not in FROM[verb]:
        return [problem(409, "not-now", f"the remedy is {book.state}: this needs {' or '.join(sorted(FROM[verb]))}")]
    if book.replaced:
        return [problem(409, "replaced", "a newer finding stands in its place")]
    fault = _unfit(claim, book, verb, body)
    if fault is not None:
        return [fault]
    book.handled_by = sorted({*book.handled_by, body.by})
    told = _VERBS[verb](book, body, now)
    if verb in ("accept", "adjudicate"):
        book.reason = APPROVAL if _takes_two(book, needs_approval) else ""
    return [Reply(200, {"remedy": book.id}), *told]


def as_it_stands(claim: Claim, telling: Telling) -> Telling:
    """An answer says how the remedy stands once everything that follows is done."""
    book = claim.remedies.get(telling.body.get("remedy", "")) if isinstance(telling, Reply) else None
    if book is None:
        return telling
    waits = book.reason if book.state in ("accepted", "adjudicated") else ""
    return Reply(200, {"remedy": book.id, "state": book.state, "waits_for": waits or None})


def silent(
    thing: Thing[Book], clock: str, in_danger: bool, needs_approval: Callable[[Remedy], bool]
) -> Sequence[Telling]:
    """Nobody moved until a deadline; what is decided then is approved like anything else."""
    told = deadlines.struck(thing, clock, in_danger)
    book = thing.state.claim.remedies.get(clock.partition("/")[2])
    if told and book and book.state == "adjudicated":
        book.reason = APPROVAL if _takes_two(book, needs_approval) else ""
    return told


def _takes_two(book: RemedyBook, needs_approval: Callable[[Remedy], bool]) -> bool:
    """Above the limit; or money where the rules owe none, in a currency nobody set a limit for."""
    known = {one.get("currency") for one in options(book.owed or book.remedy)}
    return needs_approval(book.remedy) or book.remedy.get("currency") not in {*known, None}


def _unfit(claim: Claim, book: RemedyBook, verb: str, body: RemedyRequest) -> Reply | None:
    """What is wrong with the request for this remedy as it stands; None when nothing is."""
    if verb == "accept":
        return _not_accepted(book, body)
    if verb in ("counter", "adjudicate"):
        if not body.proposed:
            return problem(422, "no-remedy", "name the remedy", "/proposed")
        fault = fault_of(body.proposed, book.remedy)
        if fault is not None:
            return problem(422, "no-remedy", fault[1], fault[0])
        asks_less = less if body.by == "complainant" else below
        if asks_less(body.proposed, book.remedy):
            return problem(422, "below-the-rules", "a remedy is never below what the rules say", "/proposed")
    if verb in ("mediate", "adjudicate", "approve") and body.by in claim.found_by:
        return problem(409, "took-part", "this takes somebody who did not establish what happened")
    if verb in ("mediate", "adjudicate") and body.by in book.handled_by:
        return problem(409, "took-part", "this takes somebody who did not handle the case")
    if verb == "approve" and body.by == book.accepted_by:
        return problem(409, "took-part", "a second person approves, not the first")
    return None


def _not_accepted(book: RemedyBook, body: RemedyRequest) -> Reply | None:
    if book.state == "countered" and body.by == book.proposed_by and body.by != "complainant":
        return problem(409, "took-part", "whoever proposes does not accept it")
    count = len(options(book.remedy))
    wanted = "one_of" in book.remedy and not _takes_the_proposal(book, body)
    if wanted and (body.choice is None or not 0 <= body.choice < count):
        return problem(422, "choose", f"choose one of {count} remedies by its index", "/choice")
    return None


def _takes_the_proposal(book: RemedyBook, body: RemedyRequest) -> bool:
    """A counter-offer is accepted by somebody else; its author takes what was offered at first."""
    return book.state == "countered" and bool(book.proposed) and body.by != (book.proposed_by or "complainant")


def _accept(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    if _takes_the_proposal(book, body):
        book.remedy = dict(book.proposed or {})
    elif body.choice is not None and "one_of" in book.remedy:
        book.remedy = book.remedy["one_of"][body.choice]
    book.state, book.accepted_by = "accepted", body.by
    return [Tell(Accepted(remedy=book.id, by=body.by, choice=body.choice), who=body.by, rules=book.version)]


def _refuse(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.state = "refused"
    return [Tell(OfferRefused(remedy=book.id, by=body.by), who=body.by, rules=book.version)]


def _counter(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.state, book.proposed, book.proposed_by = "countered", _written(body.proposed), body.by
    return [Tell(Countered(remedy=book.id, by=body.by, proposed=book.proposed), who=body.by, rules=book.version)]


def _written(proposed: Remedy | None) -> Remedy:
    return {name: value for name, value in (proposed or {}).items() if value is not None}


def _evidence(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    reference = body.reference or ""
    book.evidence = [*book.evidence, reference]
    return [Tell(EvidenceAdded(remedy=book.id, by=body.by, reference=reference), who=body.by, rules=book.version)]


def _mediate(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.state, book.mediator = "mediating", body.by
    happened = MediationOpened(remedy=book.id, mediator=body.by, until=now + deadlines.MEDIATION)
    return [Tell(happened, who=body.by, rules=book.version)]


def _adjudicate(book: RemedyBook, body: RemedyRequest, now: datetime) -> list[Telling]:
    book.state, book.remedy, book.accepted_by = "adjudicated", _written(body.proposed), body.by
    book.proposed, book.proposed_by = book.remedy, body.by
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
    lapsed = [book for book in claim.remedies.values() if book.state == "offered"]
    return [telling for book in lapsed for telling in deadlines.lapse(book, "clock:offer")]
