"""What channels send: the bodies of intake's paths, each field with its form, so that a fault can be named."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#+-]{0,99}$")]
"""A code of somebody's system: never a name, never a sentence."""
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Language = Literal["zh-Hans", "zh-Hant", "en"]
Kind = Literal["complaint", "inquiry", "suggestion", "praise"]
Wish = Literal[
    "refund", "compensation", "fee_waiver", "coupon", "points", "free_service_time", "rebooking", "lodging",
    "seat_change", "invoice", "credit_correction", "repair", "exchange", "explanation", "apology", "answer",
    "discipline", "safety", "other",
]  # fmt: skip
Via = Literal["phone", "sms", "chat", "email", "wechat", "letter", "in_person"]
LARGEST_NUMBER = 2**53


def _value(value: Any) -> Any:
    """One saying for all three forms: of a union's arms only the first would be named."""
    if isinstance(value, bool) or (isinstance(value, str) and CODE.fullmatch(value)):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST_NUMBER:
        return value
    raise ValueError("must be true or false, a whole number, or text: an amount like 27.50, a date, a code")


CODE = re.compile(r"[A-Za-z0-9+-][A-Za-z0-9._:/#+-]{0,99}")
Value = Annotated[StrictBool | StrictInt | StrictStr, BeforeValidator(_value)]
"""A typed fact: true or false, a whole number, or a short code; amounts, dates and times as text."""
Facts = Annotated[dict[Word, Value], Field(max_length=60)]
References = Annotated[dict[Word, Code], Field(max_length=20)]
NOTHING_NAMED: Any = Field(default_factory=dict, json_schema_extra={"default": {}})
NOTHING_SAID: Any = Field(default_factory=list, json_schema_extra={"default": []})
"""A default that has to be copied costs more than one that is made."""
Prose = Annotated[str, Field(max_length=20_000)]


class Form(BaseModel):
    """Unknown fields are faults: a misspelt one would be lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Phone(Form):
    """A call: answered within so many rings and seconds, recorded under a reference."""

    kind: Literal["phone"]
    via: Via = "phone"
    external_id: Code | None = None
    call_id: Code | None = None
    agent: Code | None = None
    rings: Annotated[int, Field(ge=0, le=1000)] | None = None
    seconds_to_answer: Annotated[int, Field(ge=0, le=86_400)] | None = None
    recording: Code | None = None


class Web(Form):
    """A web form, app or mini-program."""

    kind: Literal["web"]
    via: Via | None = None
    external_id: Code | None = None
    session: Code | None = None
    page: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/#+-]{1,200}$")] | None = None


class Settled(Form):
    """What was explained (sealed) or given on the spot."""

    explained: Annotated[str, Field(max_length=2000)] | None = None
    given: Annotated[list[Wish], Field(max_length=10)] = []


class OnSite(Form):
    """A counter, a platform, a train: `captured_at` when it was taken down, for what was told offline."""

    kind: Literal["on_site"]
    via: Via = "in_person"
    external_id: Code | None = None
    place: Code | None = None
    staff: Code | None = None
    device: Code | None = None
    captured_at: AwareDatetime | None = None
    settled_on_the_spot: Settled | None = None


Channel = Annotated[Phone | Web | OnSite, Field(discriminator="kind")]


class Contact(Form):
    """How to reach who complained; every part may be left out."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{3,24}$")] | None = None
    email: Annotated[str, Field(pattern=r"^[^\s@]{1,64}@[^\s@]{1,190}$")] | None = None
    wechat: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    preferred: Literal["phone", "sms", "email", "wechat", "none"] | None = None


class Added(Form):
    """What may be told of a complaint at any time."""

    contact: Contact | None = None
    references: References = NOTHING_NAMED
    facts: Facts = NOTHING_NAMED
    signals: Annotated[list[Word], Field(max_length=20)] = NOTHING_SAID
    wish: Wish | None = None
    incident_on: date | None = None


class Told(Added):
    """A complaint as a channel tells it. `text` may be empty when a signal speaks for it."""

    channel: Channel
    line: Word
    business: Word | None = None
    language: Language = "zh-Hans"
    text: Prose = ""
    kind: Kind = "complaint"
    origin: Literal["told", "call_back", "system"] = "told"


class Item(Told):
    """One complaint of a batch, with its own key."""

    idempotency_key: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]


class Message(Added):
    """Something more on a complaint, or a correction of what was understood."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class Evidence(Form):
    """Where evidence is kept, and what it is; the evidence itself stays there."""

    reference: Code
    kind: Literal["photo", "video", "audio", "document", "receipt", "recording", "other"]
    taken_at: datetime | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


class Reopening(Form):
    """Why it is to be looked at again."""

    text: Prose = ""
    signals: Annotated[list[Word], Field(max_length=20)] = []


class Withdrawal(Form):
    """No fields."""


Exact = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f⟦⟧]*$")]


class Respondent(Form):
    """Who was ordered, as the order system has it; every message that names them says exactly this. Sealed at once."""

    name: Exact | None = None
    plate: Exact | None = None
    phone: Exact | None = None


class SuppliedFacts(Form):
    """The data of a supplied fact: what a partner system knows, by codes and typed values only."""

    line: Word
    references: References = {}
    facts: Facts = {}
    respondent: Respondent | None = None


# Answers -----------------------------------------------------------------------------------------------


class Asked(BaseModel):
    """A fact the line needs and the complaint did not bring."""

    field: str
    name: str


class Accepted(BaseModel):
    """Accepted: it follows from the request alone, so a repeat gets the same."""

    id: str
    reference: str
    token: str
    link: str
    lane: Literal["express", "standard"]
    safety_first: bool
    answer_expected_within: str
    understood: dict[str, Any]
    missing: list[Asked]
    status: str
    became: Literal["message"] | None = None
    number: int | None = None
    detail: str | None = None


class Answer(BaseModel):
    """The answer to one item of a batch: `status` as HTTP has it, with the complaint or the problem."""

    index: int
    idempotency_key: str | None
    status: int
    complaint: Accepted | None = None
    problem: dict[str, Any] | None = None


class Answers(BaseModel):
    """An answer per item, in the order given; a repeat inside the batch gets the same as the first."""

    items: list[Answer]
