"""One order under one table is owed once: the claim that asks first holds it, until it lets it go. Pure."""

from services.compensation.domain import Book, Claim, Entitlement, RemedyBook, claim_of
from shared.contracts.compensation import (
    EntitlementClaimed,
    EntitlementDenied,
    EntitlementGranted,
    EntitlementReleased,
    PaymentFailed,
)
from shared.flow.messages import Heard, Input, Tell, Telling
from shared.flow.thing import Thing

KEPT = frozenset({"accepted", "adjudicated", "settling", "delivered", "reversed"})
"""States of a remedy whose entitlement is used up."""


def decide(thing: Thing[Book], input: Input) -> list[Telling]:
    """An entitlement is given to the first claim that asks, and when that lets it go to the next."""
    if not isinstance(input, Heard):
        return []
    happened, book = input.fact.happened, thing.state.entitlement
    if isinstance(happened, EntitlementReleased):
        book.released[happened.claim] = max(input.fact.number, book.released.get(happened.claim, 0))
        return _pass_on(book, happened) if book.holder == happened.claim else []
    if not isinstance(happened, EntitlementClaimed) or input.fact.number < book.released.get(happened.claim, 0):
        return []
    thing.heard[input.fact.source]["state"] = {}  # many may claim one order: how each stands is not kept here
    book.holder = book.holder or happened.claim
    fields = {"entitlement": happened.entitlement, "claim": happened.claim, "remedy": happened.remedy}
    if book.holder == happened.claim:
        return [Tell(EntitlementGranted(**fields))]
    book.denied.append(happened.remedy)
    return [Tell(EntitlementDenied(**fields, holder=book.holder))]


def _pass_on(book: Entitlement, released: EntitlementReleased) -> list[Telling]:
    """To the next claim that was denied; to whoever asks next where there is none."""
    book.denied = [remedy for remedy in book.denied if claim_of(remedy) != released.claim]
    book.holder = claim_of(book.denied[0]) if book.denied else ""
    if not book.holder:
        return []
    remedy, *_ = book.denied
    book.denied = [remedy for remedy in book.denied if claim_of(remedy) != book.holder]
    return [Tell(EntitlementGranted(entitlement=released.entitlement, claim=book.holder, remedy=remedy))]


def answered(claim: Claim, happened: EntitlementGranted | EntitlementDenied) -> list[Telling]:
    """A denial is told: without it nobody would hear that nothing of this claim is open any more."""
    book = claim.remedies.get(happened.remedy)
    if book is None:
        return []
    if isinstance(happened, EntitlementGranted):
        asked = [one for one in claim.remedies.values() if one.entitlement == happened.entitlement]
        for one in asked:
            if one.state in ("claimed", "denied") and one.finding == claim.finding:
                one.holder, one.state = happened.claim, "claimed"
        return [] if _wanted(claim, happened.entitlement) else [_released(happened.claim, happened.entitlement)]
    if book.state != "claimed":
        return []
    book.holder, book.state = happened.holder, "denied"
    return [Tell(PaymentFailed(remedy=book.id, reason="claimed before"), rules=book.version)]


def let_go(id: str, claim: Claim, replaced: list[RemedyBook]) -> list[Telling]:
    """What a newer finding asks for no more, and was never given, is free for the next claim."""
    free = dict.fromkeys(book.entitlement for book in replaced if book.entitlement and book.holder == id)
    return [_released(id, entitlement) for entitlement in free if not _wanted(claim, entitlement)]


def _wanted(claim: Claim, entitlement: str) -> bool:
    """Whether this claim got it, or still asks for it."""
    books = [book for book in claim.remedies.values() if book.entitlement == entitlement]
    return any(book.state in KEPT or (book.finding == claim.finding and not book.replaced) for book in books)


def _released(claim: str, entitlement: str) -> Tell:
    return Tell(EntitlementReleased(entitlement=entitlement, claim=claim))
