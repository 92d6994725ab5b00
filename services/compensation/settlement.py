"""Settling: one payout per remedy, under one key; what its answer makes of the claim. Pure."""

from collections.abc import Sequence
from datetime import datetime

from services.compensation import ledger
from services.compensation.domain import REPLACED, Book, Claim, RemedyBook, is_money, paid
from shared.contracts.compensation import (
    ClaimStands,
    Paid,
    PaymentFailed,
    RemedyStands,
    Reversed,
    SettlementOrdered,
)
from shared.flow.messages import Answered, Do, Tell, Telling
from shared.flow.thing import Thing

PAYOUT, GRANT = "payout", "grant"
REPLACEABLE = frozenset({
    "claimed", "denied", "offered", "refused", "countered", "mediating", "referred", "expired", "failed",
})  # fmt: skip
WORDS_ALONE = frozenset({"explanation", "apology"})
"""Delivered by the message itself."""


class UnknownRemedy(Exception):
    """A provider did something for a remedy this claim does not have, as after its store was restored."""


def settle(thing: Thing[Book], now: datetime, may_pay: bool) -> list[Telling]:
    """Orders what is agreed and approved; without a checked identity nothing is paid where the line wants one."""
    told: list[Telling] = []
    for book in thing.state.claim.remedies.values():
        if book.state not in ("accepted", "adjudicated") or book.reason == "approval":
            continue
        if is_money(book.remedy) and not may_pay:
            book.reason = "identity"
            continue
        book.reason = ""
        told += _order(thing, book, now)
    return told


def _order(thing: Thing[Book], book: RemedyBook, now: datetime) -> list[Telling]:
    claim = thing.state.claim
    if book.remedy.get("kind") in WORDS_ALONE:
        book.state = "delivered"
        return [Tell(Paid(remedy=book.id, delivered=book.remedy, borne_by=book.borne_by), rules=book.version)]
    book.state = "settling"
    kind = PAYOUT if is_money(book.remedy) else GRANT
    content = {**book.remedy, "payout_id": book.id, "beneficiary": thing.id}
    ledger.owe(claim, book, now)
    effect = f"{kind}/{book.id}"
    return [
        Do(effect, kind, content),
        Tell(SettlementOrdered(remedy=book.id, key=effect), rules=book.version),
    ]


def answered(claim: Claim, answer: Answered, now: datetime) -> Sequence[Telling]:
    """The provider's final answer: paid or failed, once; money gone that nobody waits for is told and reversed.

    UnknownRemedy for what was done under no remedy of this claim: the answer is kept for a person.
    """
    book = claim.remedies.get(answer.effect.split("/", 1)[-1])
    if book is None and answer.verdict == "done":
        raise UnknownRemedy(answer.effect)
    if book is None:
        return []
    if answer.verdict == "refused":
        book.state, book.reason = "failed", str(answer.body.get("title", "refused"))[:200]
        return [Tell(PaymentFailed(remedy=book.id, reason="refused by the provider"), rules=book.version)]
    book.payout_reference = str(answer.body.get("payout_reference") or answer.body.get("reference") or "")
    ledger.pay(claim, book, now)
    if book.state in ("settling", "accepted", "adjudicated", "failed"):
        book.state = "delivered"
        return [
            Tell(
                Paid(
                    remedy=book.id, delivered=book.remedy, payout_reference=book.payout_reference,
                    borne_by=book.borne_by,
                ),
                rules=book.version,
            )
        ]  # fmt: skip
    book.state = "reversed"
    ledger.take_back(claim, book, now)
    return [Tell(Reversed(remedy=book.id, because="paid after it was no longer agreed"), rules=book.version)]


def withdraw_open(thing: Thing[Book], now: datetime) -> list[RemedyBook]:
    """A newer finding replaces what was not agreed yet, what lapsed and what the provider refused to pay.

    What was agreed or begun stands.
    """
    replaced = [book for book in thing.state.claim.remedies.values() if book.state in REPLACEABLE and not book.replaced]
    for book in replaced:
        if book.state == "failed":
            ledger.write_off(thing.state.claim, book, now)
        book.state, book.reason = "expired", REPLACED
    thing.stop_clock("offer")
    return replaced


def claim_stands(thing: Thing[Book], settled: bool) -> ClaimStands:
    """How the claim stands, with every remedy and what was paid."""
    claim = thing.state.claim
    remedies = [
        RemedyStands(
            id=book.id, table=book.table, row=book.row, remedy=book.remedy, state=book.state,
            entitlement=book.entitlement, version=book.version, sentences=book.sentences,
        )
        for book in claim.remedies.values()
    ]  # fmt: skip
    return ClaimStands(
        lane=thing.lane,
        line=claim.line,
        finding=claim.finding,
        assessed=claim.finding > 0,
        nothing_due=claim.finding > 0 and not claim.unassessed and not any(
            book.finding == claim.finding for book in claim.remedies.values()
        ),
        settled=claim.finding > 0 and settled and not claim.unassessed,
        remedies=remedies,
        paid={currency: str(amount) for currency, amount in paid(claim).items()},
        offer_open_until=claim.offer_open_until,
    )  # fmt: skip
