"""What compensation tells: what is owed, offered, agreed, paid; and who holds an entitlement."""

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from shared.contracts.fact import Happened, Remedy, Stands

RemedyState = Literal[
    "claimed", "denied", "offered", "accepted", "refused", "countered", "mediating", "adjudicated", "referred",
    "settling", "delivered", "failed", "reversed", "expired",
]  # fmt: skip


class RemedyStands(Stands):
    """One remedy of a claim: `id` is what `/v1/remedies/{id}` names."""

    id: str
    table: str
    row: str = ""
    remedy: Remedy = {}
    state: RemedyState = "claimed"
    entitlement: str = ""
    version: str = ""
    sentences: dict[str, str] = {}


class ClaimStands(Stands):
    """How the claim of a complaint stands. `settled`: nothing is open; `nothing_due`: no table owes anything."""

    line: str = ""
    finding: int = 0
    assessed: bool = False
    nothing_due: bool = False
    settled: bool = False
    remedies: list[RemedyStands] = []
    paid: dict[str, str] = {}
    offer_open_until: datetime | None = None


def _fact(name: str) -> tuple[str, frozenset[str]]:
    return f"redress.compensation.{name}.v1", frozenset(ClaimStands.model_fields)


class Assessed(Happened):
    """A table decided: row, remedies, rounding, version, and the rows that did not decide and why."""

    TYPE, CHANGES = _fact("assessed")
    table: str
    row: str
    remedies: list[Remedy]
    version: str
    on: date
    explanation: dict[str, Any] = {}


class Offered(Happened):
    TYPE, CHANGES = _fact("offered")
    remedies: list[str]
    open_until: datetime


class Accepted(Happened):
    TYPE, CHANGES = _fact("accepted")
    remedy: str
    by: str
    choice: int | None = None


class OfferRefused(Happened):
    TYPE, CHANGES = _fact("refused")
    remedy: str
    by: str


class Countered(Happened):
    TYPE, CHANGES = _fact("countered")
    remedy: str
    by: str
    proposed: Remedy


class EvidenceAdded(Happened):
    TYPE, CHANGES = _fact("evidence-added")
    remedy: str
    by: str
    reference: str


class MediationOpened(Happened):
    TYPE, CHANGES = _fact("mediation-opened")
    remedy: str
    mediator: str
    until: datetime


class Adjudicated(Happened):
    TYPE, CHANGES = _fact("adjudicated")
    remedy: str
    by: str
    decided: Remedy


class Referred(Happened):
    TYPE, CHANGES = _fact("referred")
    remedy: str
    body: str
    until: datetime


class SettlementOrdered(Happened):
    TYPE, CHANGES = _fact("settlement-ordered")
    remedy: str
    key: str


class Paid(Happened):
    """The remedy was delivered; for money the ledger holds the entry and the provider's reference."""

    TYPE, CHANGES = _fact("paid")
    remedy: str
    delivered: Remedy
    payout_reference: str = ""
    borne_by: str = ""


class PaymentFailed(Happened):
    TYPE, CHANGES = _fact("failed")
    remedy: str
    reason: str


class Reversed(Happened):
    TYPE, CHANGES = _fact("reversed")
    remedy: str
    because: str


class EntitlementClaimed(Happened):
    """Within compensation: a claim asks whether the journey, order or job was claimed before."""

    TYPE, CHANGES = _fact("entitlement-claimed")
    entitlement: str
    claim: str
    remedy: str


class EntitlementGranted(Happened):
    """Within compensation: the first claim of an entitlement holds it."""

    TYPE: ClassVar[str] = "redress.compensation.entitlement-granted.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"holder"})
    entitlement: str
    claim: str
    remedy: str


class EntitlementDenied(Happened):
    """Within compensation: claimed already by another claim."""

    TYPE: ClassVar[str] = "redress.compensation.entitlement-denied.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"holder"})
    entitlement: str
    claim: str
    remedy: str
    holder: str


FACTS: tuple[type[Happened], ...] = (
    Assessed, Offered, Accepted, OfferRefused, Countered, EvidenceAdded, MediationOpened, Adjudicated, Referred,
    SettlementOrdered, Paid, PaymentFailed, Reversed, EntitlementClaimed, EntitlementGranted, EntitlementDenied,
)  # fmt: skip
STANDS = ClaimStands
