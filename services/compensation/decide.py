"""Compensation decides: assess by tables, claim the entitlement, offer, settle once. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from services.compensation import deadlines, disputes, entitlements, settlement
from services.compensation.domain import (
    GIVEN,
    KEPT_BACK,
    Book,
    Claim,
    RemedyBook,
    amount_of,
    entitlement_id,
    is_entitlement,
    order_of,
    remedy_id,
    settled,
)
from services.compensation.proposals import left_of
from shared.contracts.compensation import (
    Assessed,
    EntitlementClaimed,
    EntitlementDenied,
    EntitlementGranted,
    Offered,
    OfferRefused,
)
from shared.contracts.fact import Remedy
from shared.contracts.intake import OfferAnswered
from shared.contracts.triage import CaseStands, Finding, FindingRecorded
from shared.flow.messages import Answered, Asked, Heard, Input, Struck, Tell, Telling
from shared.flow.records import Stood
from shared.flow.thing import Thing

OFFER_CLOCK = "offer"


class CannotAssess(Exception):
    """A table cannot decide these facts; the reason names what is missing or wrong, without values."""


@dataclass(frozen=True)
class Assessment:
    """A table's decision: row, remedies, the explanation as JSON, sentences per language, version."""

    row: str
    remedies: list[Remedy]
    version: str
    explanation: dict[str, Any]
    sentences: dict[str, str]
    borne_by: str = "platform"


@dataclass(frozen=True)
class Policy:
    """What was in force: tables to assess by, how long an offer stays open, above what a second person approves.

    `assess` takes a table, the facts of the finding, the day, and the other tables the finding names.
    """

    assess: Callable[[str, Mapping[str, Any], date, Sequence[str]], Assessment]
    offer_open: timedelta = timedelta(days=7)
    approval_above: Mapping[str, Decimal] = None  # type: ignore[assignment]
    verified_only: Callable[[str], bool] = lambda line: False

    def needs_approval(self, remedy: Remedy) -> bool:
        """Whether this much money takes a second person."""
        limit = (self.approval_above or {}).get(str(remedy.get("currency")))
        return limit is not None and amount_of(remedy) > limit


def decide(thing: Thing[Book], input: Input, now: datetime, policy: Policy) -> tuple[Thing[Book], Sequence[Telling]]:
    """A claim follows its case's finding; an entitlement is given to the first claim that asks."""
    if is_entitlement(thing.id):
        return thing, entitlements.decide(thing, input)
    told: list[Telling] = []
    if isinstance(input, Asked):
        told += disputes.asked(thing, input.request, now, policy.needs_approval)
    elif isinstance(input, Answered):
        told += settlement.answered(thing.state.claim, input, now)
    elif isinstance(input, Struck):
        told += _silence(thing, input.clock, now, policy)
    elif isinstance(input, Heard) and isinstance(input.fact.happened, OfferAnswered):
        told += disputes.answered(thing, input.fact.happened, now, policy.needs_approval)
    elif isinstance(input, Heard):
        told += _heard(thing.state.claim, input.fact.happened)
    told += _follow_up(thing, now, policy)
    deadlines.keep(thing, now)
    return thing, [disputes.as_it_stands(thing.state.claim, telling) for telling in told]


def _heard(claim: Claim, happened: BaseModel) -> list[Telling]:
    if isinstance(happened, FindingRecorded):
        claim.found_by = sorted({*claim.found_by, happened.by})
    if isinstance(happened, EntitlementGranted | EntitlementDenied):
        return entitlements.answered(claim, happened)
    return []


def _follow_up(thing: Thing[Book], now: datetime, policy: Policy) -> list[Telling]:
    """What is not done yet, from how the case stands and what this claim did about it."""
    claim = thing.state.claim
    case = CaseStands.model_validate(thing.stands(f"triage/{thing.id}"))
    told: list[Telling] = []
    if case.finding is not None and case.finding.number > claim.finding:
        told += _assess(thing, case, case.finding, now, policy)
    told += _offer(thing, now, policy)
    may_pay = case.identity_verified or not policy.verified_only(claim.line)
    told += settlement.settle(thing, now, may_pay)
    return told


# Assessing -----------------------------------------------------------------------------------------


def _assess(thing: Thing[Book], case: CaseStands, finding: Finding, now: datetime, policy: Policy) -> list[Telling]:
    claim = thing.state.claim
    claim.finding, claim.line, claim.on = finding.number, case.line, finding.on or now.date()
    public = [book.id for book in claim.remedies.values() if book.state in disputes.IN_SIGHT]
    replaced, claim.unassessed = settlement.withdraw_open(thing, now), {}
    told: list[Telling] = [
        Tell(OfferRefused(remedy=book.id, by="newer finding"), who="table", rules=book.version)
        for book in replaced
        if book.id in public
    ]
    for table in finding.tables if finding.result != "not_upheld" else ():
        try:
            assessed = policy.assess(
                table, finding.facts, claim.on, [other for other in finding.tables if other != table]
            )
        except CannotAssess as fault:
            claim.unassessed[table] = str(fault)
            continue
        told.append(
            Tell(
                Assessed(
                    table=table, row=assessed.row, remedies=assessed.remedies, version=assessed.version,
                    on=claim.on, explanation=assessed.explanation,
                ),
                who="table", rules=assessed.version,
            )
        )  # fmt: skip
        told += _book(thing.id, claim, case, table, assessed)
    return told + entitlements.let_go(thing.id, claim, replaced)


def _book(id: str, claim: Claim, case: CaseStands, table: str, assessed: Assessment) -> list[Telling]:
    """A remedy each; one with a known order asks first whether that order was claimed already."""
    told: list[Telling] = []
    order = order_of(case)
    for index, owed in enumerate(assessed.remedies):
        remedy = left_of(owed, (b.remedy for b in claim.remedies.values() if b.table == table and b.state in GIVEN))
        if remedy is None or owed.get("kind") == KEPT_BACK:
            continue
        book = RemedyBook(
            id=remedy_id(id, claim.finding, table, index), finding=claim.finding, table=table, row=assessed.row,
            remedy=remedy, owed=owed, version=assessed.version, borne_by=assessed.borne_by,
            sentences=assessed.sentences if remedy == owed else {},
            entitlement=entitlement_id(claim.line, order, table) if order else "",
        )  # fmt: skip
        book.holder = "" if order else id
        claim.remedies[book.id] = book
        if order:
            told.append(Tell(EntitlementClaimed(entitlement=book.entitlement, claim=id, remedy=book.id)))
    return told


# Offering ------------------------------------------------------------------------------------------


def _offer(thing: Thing[Book], now: datetime, policy: Policy) -> list[Telling]:
    """Offers what is granted, all at once, when every remedy of the finding has its answer."""
    claim = thing.state.claim
    current = [book for book in claim.remedies.values() if book.finding == claim.finding]
    if any(book.state == "claimed" and not book.holder for book in current):
        return []
    ready = [book for book in current if book.state == "claimed"]
    if not ready:
        return []
    for book in ready:
        book.state = "offered"
    claim.offer_open_until = now + policy.offer_open
    thing.set_clock(OFFER_CLOCK, claim.offer_open_until)
    offered = [book.id for book in ready]
    claim.offered = [*claim.offered, *offered]
    version = ready[0].version
    return [Tell(Offered(remedies=offered, open_until=claim.offer_open_until), who="table", rules=version)]


def _silence(thing: Thing[Book], clock: str, now: datetime, policy: Policy) -> list[Telling]:
    """A side stayed silent: an offer lapses without prejudice, a dispute has its own end; never in danger."""
    case = CaseStands.model_validate(thing.stands(f"triage/{thing.id}"))
    in_danger = case.safety in ("suspected", "confirmed")
    if clock != OFFER_CLOCK:
        return list(disputes.silent(thing, clock, in_danger, policy.needs_approval))
    if in_danger:
        thing.set_clock(OFFER_CLOCK, now + policy.offer_open)
        return []
    return disputes.expire(thing.state.claim)


def stands(thing: Thing[Book]) -> Stood:
    """How a claim stands, for everybody; an entitlement shows its holder."""
    if is_entitlement(thing.id):
        return {"lane": thing.lane, "holder": thing.state.entitlement.holder}
    return settlement.claim_stands(thing, settled(thing.state.claim))
