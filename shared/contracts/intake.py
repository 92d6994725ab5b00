"""What intake tells: the complaint as told, by references; text and contact travel sealed beside it."""

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from shared.contracts.fact import Happened, Stands

SEALED_TEXT, SEALED_CONTACT = "text", "contact"
"""Keys of the sealed parts: what was said, for triage; how to reach who said it, for notify."""


class Screen(Happened):
    """What the safety screen found inside the request."""

    TYPE: ClassVar[str] = "-"
    safety: str = "none"
    rules: list[str] = []
    version: str = ""
    plan: str | None = None


class ComplaintStands(Stands):
    """How a complaint stands. `facts` are typed values (amounts as text), never free text about people; those that
    partner systems supplied stand in `supplied` too: what is only claimed does not."""

    line: str = ""
    business: str | None = None
    channel: str = ""
    via: str | None = None
    language: str = "zh-Hans"
    kind: str = "complaint"
    origin: str = "told"
    integration: str = ""
    external_id: str | None = None
    reference: str = ""
    complainant: str = ""
    references: dict[str, str] = {}
    facts: dict[str, Any] = {}
    supplied: dict[str, Any] = {}
    signals: list[str] = []
    wish: str | None = None
    incident_on: date | None = None
    received_at: datetime | None = None
    answer_expected_at: datetime | None = None
    missing: list[str] = []
    settled_on_the_spot: bool = False
    reachable: bool = False
    screen: Screen = Field(default_factory=Screen)
    supplements: int = 0
    withdrawn: bool = False
    reopenings: int = 0
    erased: bool = False


_ALL = frozenset(ComplaintStands.model_fields) - {"supplements", "withdrawn", "reopenings", "erased"}


class ComplaintReceived(Happened):
    """A complaint was accepted; all of it stands in `stands`, text and contact in `sealed`."""

    TYPE: ClassVar[str] = "redress.intake.received.v1"
    CHANGES: ClassVar[frozenset[str]] = _ALL
    channel: str
    line: str


class ComplaintSupplemented(Happened):
    """A message, evidence or supplied facts were added; `text` is sealed for triage."""

    TYPE: ClassVar[str] = "redress.intake.supplemented.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset(
        {"supplements", "facts", "supplied", "references", "signals", "wish", "incident_on", "screen", "missing",
         "lane", "complainant", "reachable"}
    )  # fmt: skip
    kind: Literal["message", "evidence", "facts"]
    number: int
    text: str | None = None
    screen: Screen = Field(default_factory=Screen)
    signals: list[str] = []


class WithdrawalAsked(Happened):
    """The complainant wishes to withdraw; a safety case goes on without them."""

    TYPE: ClassVar[str] = "redress.intake.withdrawal-asked.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"withdrawn"})


class ReopeningAsked(Happened):
    """The complainant wishes the case reopened."""

    TYPE: ClassVar[str] = "redress.intake.reopening-asked.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"reopenings", "withdrawn", "screen", "lane"})
    text: str | None = None
    screen: Screen = Field(default_factory=Screen)


class OfferAnswered(Happened):
    """The complainant answered an offer on the status page; compensation carries it out."""

    TYPE: ClassVar[str] = "redress.intake.offer-answered.v1"
    remedy: str
    verb: Literal["accept", "refuse"]
    choice: int | None = None


class ComplainantErased(Happened):
    """Everything personal is to be dropped, and dropped on arrival from now on."""

    TYPE: ClassVar[str] = "redress.intake.erased.v1"
    CHANGES: ClassVar[frozenset[str]] = frozenset({"erased", "complainant", "external_id"})


class FactsSupplied(Happened):
    """Within intake: what a partner system supplied under a reference joins the complaints that name it."""

    TYPE: ClassVar[str] = "redress.intake.facts-supplied.v1"
    STANDS: ClassVar[type[Stands]] = Stands
    complaints: list[str]
    facts: dict[str, Any] = {}
    references: dict[str, str] = {}
    screen: Screen = Field(default_factory=Screen)
    respondent: str | None = Field(None, description="JWE for notify: the other side as the order system names it.")


class ErasureAsked(Happened):
    """Within intake: a complainant is to be erased from these complaints."""

    TYPE: ClassVar[str] = "redress.intake.erasure-asked.v1"
    STANDS: ClassVar[type[Stands]] = Stands
    complaints: list[str]


class ContactTold(Happened):
    """On `redress.contacts.*`: how to reach the complainant, sealed for notify; null when erased."""

    TYPE: ClassVar[str] = "redress.contacts.told.v1"
    contact: str | None = Field(description="JWE for notify; null when the complainant was erased.")
    respondent: str | None = Field(
        None, description="JWE for notify: name, plate and phone of who was ordered, as the order system has them."
    )


class Receipt(Happened):
    """On `redress.receipts`: what became of an entry on `redress.channels.*`."""

    TYPE: ClassVar[str] = "redress.receipts.receipt.v1"
    integration: str = Field(description="Who published the entry; empty when it did not say.")
    key: str = Field(description="The entry's key: its idempotency key; empty when it had none.")
    accepted: bool
    complaint: str | None = Field(None, description="The complaint's id, when accepted.")
    reference: str | None = Field(None, description="The short reference people are told, when accepted.")
    reason: str | None = Field(None, description="Why it was refused, or what became of a used key with another body.")
    pointer: str | None = Field(None, description="A JSON pointer to the field at fault.")


FACTS: tuple[type[Happened], ...] = (
    ComplaintReceived,
    ComplaintSupplemented,
    WithdrawalAsked,
    ReopeningAsked,
    OfferAnswered,
    ComplainantErased,
    FactsSupplied,
    ErasureAsked,
)
STANDS = ComplaintStands
