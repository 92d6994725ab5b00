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


class EntitlementStands(Stands):
    """Which claim holds an entitlement."""

    holder: str | None = None


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
    """Remedies are offered to the complainant, open until a time."""

    TYPE, CHANGES = _fact("offered")
    remedies: list[str]
    open_until: datetime


class Accepted(Happened):
    """One side accepted a remedy; `choice` says which where there was one."""

    TYPE, CHANGES = _fact("accepted")
    remedy: str
    by: str
    choice: int | None = None


class OfferRefused(Happened):
    """One side refused a remedy."""

    TYPE, CHANGES = _fact("refused")
    remedy: str
    by: str


class Countered(Happened):
    """One side proposed another remedy."""

    TYPE, CHANGES = _fact("countered")
    remedy: str
    by: str
    proposed: Remedy


class EvidenceAdded(Happened):
    """One side named evidence, by a reference; the evidence stays where it is kept."""

    TYPE, CHANGES = _fact("evidence-added")
    remedy: str
    by: str
    reference: str


class MediationOpened(Happened):
    """The two sides do not agree: a mediator has until a time."""

    TYPE, CHANGES = _fact("mediation-opened")
    remedy: str
    mediator: str
    until: datetime


class Adjudicated(Happened):
    """A person decided what is due."""

    TYPE, CHANGES = _fact("adjudicated")
    remedy: str
    by: str
    decided: Remedy


class Referred(Happened):
    """It was referred to a body outside, by its code."""

    TYPE, CHANGES = _fact("referred")
    remedy: str
    body: str
    until: datetime


class SettlementOrdered(Happened):
    """The payout or grant was ordered, once, under this key."""

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
    """The provider refused for good; the reason is a code."""

    TYPE, CHANGES = _fact("failed")
    remedy: str
    reason: str


class Reversed(Happened):
    """What was delivered is taken back."""

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
    STANDS: ClassVar[type[Stands]] = EntitlementStands
    entitlement: str
    claim: str
    remedy: str


class EntitlementDenied(Happened):
    """Within compensation: claimed already by another claim."""

    TYPE: ClassVar[str] = "redress.compensation.entitlement-denied.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"holder"})
    STANDS: ClassVar[type[Stands]] = EntitlementStands
    entitlement: str
    claim: str
    remedy: str
    holder: str


class EntitlementReleased(Happened):
    """Within compensation: a claim that held an entitlement asks for it no more, and never got anything under it."""

    TYPE, CHANGES = _fact("entitlement-released")
    entitlement: str
    claim: str


FACTS: tuple[type[Happened], ...] = (
    Assessed, Offered, Accepted, OfferRefused, Countered, EvidenceAdded, MediationOpened, Adjudicated, Referred,
    SettlementOrdered, Paid, PaymentFailed, Reversed, EntitlementClaimed, EntitlementGranted, EntitlementDenied,
    EntitlementReleased,
)  # fmt: skip
STANDS = ClaimStands
