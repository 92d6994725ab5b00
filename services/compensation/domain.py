"""The claim of a complaint, and the entitlement it claims: what may happen to them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared import ids
from shared.contracts.compensation import RemedyState
from shared.contracts.fact import Remedy
from shared.contracts.triage import CaseStands

READS = {
    "triage": {"finding", "line", "safety", "identity_verified", "references"},
    "compensation": set(),
}
"""What `decide` reads of how other tellers stand."""

KEPT_BACK = "fee"
"""A fee is what is kept of a price: shown with the refund, never offered or delivered."""
REPLACED = "replaced by a newer finding"
GIVEN: frozenset[RemedyState] = frozenset({"accepted", "adjudicated", "settling", "delivered"})
"""Agreed or decided, and not to be given a second time."""
MONEY = frozenset({"refund", "compensation", "fee_waiver", "lodging"})
OPEN_STATES: frozenset[RemedyState] = frozenset(
    {
        "claimed",
        "offered",
        "accepted",
        "countered",
        "refused",
        "mediating",
        "adjudicated",
        "referred",
        "settling",
        "failed",
    }
)


class Entry(BaseModel):
    """One double entry of the ledger: `amount` moves from `credit` to `debit`, caused by one step of one remedy."""

    id: str
    at: datetime
    cause: str
    debit: str
    credit: str
    amount: Decimal
    currency: str


class RemedyBook(BaseModel):
    """One remedy of a claim, from the table that owes it to its delivery.

    `owed`: what the table owes in all, before what it gave on this claim was taken off.
    """

    model_config = ConfigDict(extra="allow")

    id: str
    finding: int
    table: str
    row: str
    remedy: Remedy
    owed: Remedy = {}
    state: RemedyState = "claimed"
    entitlement: str = ""
    version: str = ""
    borne_by: str = "platform"
    sentences: dict[str, str] = {}
    holder: str = ""
    proposed: Remedy | None = None
    proposed_by: str = ""
    accepted_by: str = ""
    approved_by: str = ""
    mediator: str = ""
    handled_by: list[str] = []
    evidence: list[str] = []
    payout_reference: str = ""
    reason: str = ""

    @property
    def replaced(self) -> bool:
        """Whether a newer finding stands in its place."""
        return self.reason == REPLACED


class Claim(BaseModel):
    """What a complaint is owed, offered, agreed and paid. The finding decided last stands in `finding`.

    `found_by`: whoever recorded its findings, and so decides no dispute about them.
    """

    model_config = ConfigDict(extra="allow")

    finding: int = 0
    line: str = ""
    remedies: dict[str, RemedyBook] = {}
    ledger: list[Entry] = []
    offered: list[str] = []
    offer_open_until: datetime | None = None
    on: date | None = None
    unassessed: dict[str, str] = {}
    found_by: list[str] = []


class Entitlement(BaseModel):
    """One journey, order or job under one table: held by the claim that asked first.

    `denied`: remedies that wait for it; `released`: the number under which each claim let it go.
    """

    model_config = ConfigDict(extra="allow")

    holder: str = ""
    denied: list[str] = []
    released: dict[str, int] = {}


class Book(BaseModel):
    """The state of a compensation thing: a claim (named like its complaint) or an entitlement."""

    model_config = ConfigDict(extra="allow")

    claim: Claim = Claim()
    entitlement: Entitlement = Entitlement()


def is_entitlement(thing_id: str) -> bool:
    """Entitlements are named `e…`, claims like their complaints `c…`."""
    return thing_id.startswith("e:")


def entitlement_id(line: str, order: str, table: str) -> str:
    """The entitlement of one order under one table, however often and by whomever it is claimed."""
    return "e:" + ids.digest("entitlement", line, order.strip().upper(), table)


def remedy_id(complaint: str, finding: int, table: str, index: int) -> str:
    """The name of a remedy; it begins with its complaint, so a route finds the claim by it."""
    return f"{complaint}-{finding}-{ids.digest('remedy', table, str(index))[:8]}"


def claim_of(remedy: str) -> str:
    """The complaint a remedy's name begins with."""
    return remedy.split("-", 1)[0]


def order_of(case: CaseStands) -> str:
    """The reference of the order, journey or job a finding is about; empty when none is known."""
    if case.finding is not None and case.finding.order:
        return case.finding.order
    for name in ("order", "ticket", "booking", "job", "session", "tag"):
        if case.references.get(name):
            return case.references[name]
    return ""


def amount_of(remedy: Remedy) -> Decimal:
    """The money of a remedy; zero when it is of another kind."""
    return Decimal(remedy["amount"]) if "amount" in remedy else Decimal(0)


def is_money(remedy: Remedy) -> bool:
    """Whether delivering it moves money."""
    return remedy.get("kind") in MONEY and "amount" in remedy


def settled(claim: Claim) -> bool:
    """Whether nothing of the claim is open."""
    return all(remedy.state not in OPEN_STATES for remedy in claim.remedies.values())


def paid(claim: Claim) -> dict[str, Decimal]:
    """What was paid out, by currency, as the ledger says."""
    sums: dict[str, Decimal] = {}
    for entry in claim.ledger:
        if entry.credit == "cash":
            sums[entry.currency] = sums.get(entry.currency, Decimal(0)) + entry.amount
        elif entry.debit == "cash":
            sums[entry.currency] = sums.get(entry.currency, Decimal(0)) - entry.amount
    return sums


Verb = Literal["accept", "refuse", "counter", "evidence", "mediate", "adjudicate", "refer", "approve"]


class RemedyRequest(BaseModel):
    """What is asked of one remedy. `by` names a role and a reference, never a person's name."""

    remedy: str
    by: str
    choice: int | None = None
    proposed: dict[str, Any] | None = None
    reference: str | None = None
    body: str | None = None
