"""One pack file, checked against its model: every fault with its line and what to do about it."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from shared.policy.faults import Fault, PackFaults
from shared.policy.model_faults import as_fault
from shared.policy.source import Place, Source

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def _day(value: Any) -> Any:
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.match(value)):
        raise ValueError("a date is written YYYY-MM-DD, like 2026-01-31")
    return value


Day = Annotated[date, BeforeValidator(_day)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=80)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


class PackModel(BaseModel):
    """What every model of pack content inherits: unknown keys refused, nothing changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, validate_by_name=True)


class InForceDates(PackModel):
    """First and last day in force, both included; without `until`, until further notice."""

    start: Day = Field(alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "InForceDates":
        if self.until is not None and self.until < self.start:
            raise ValueError("'until' lies before 'from'")
        return self

    def holds(self, on: date) -> bool:
        return self.start <= on and (self.until is None or on <= self.until)

    def overlaps(self, other: "InForceDates") -> bool:
        return self.start <= (other.until or date.max) and other.start <= (self.until or date.max)


class Dated(PackModel):
    """The head of every pack file: what it is, which version, whose, from where, and when it holds."""

    id: Identifier
    version: Annotated[str, Field(min_length=1, max_length=40, description="any name, another for every version")]
    owner: Annotated[Words, Field(description="who answers for it")]
    source: Annotated[Words, Field(description="where it comes from: a handbook, a law")]
    in_force: InForceDates


class Named(PackModel):
    """A name in the three languages of the house."""

    zh_hans: Words = Field(alias="zh-Hans")
    zh_hant: Words = Field(alias="zh-Hant")
    en: Words

    def in_language(self, language: str) -> str:
        """The name in `zh-Hans`, `zh-Hant` or `en`; any other language gets English."""
        return {"zh-Hans": self.zh_hans, "zh-Hant": self.zh_hant}.get(language, self.en)


M = TypeVar("M", bound=Dated)


@dataclass(frozen=True)
class Document(Generic[M]):
    """A checked file: its content, the digest (sha256 hex of its bytes), and the way back to its lines."""

    section: str
    content: M
    source: Source

    @property
    def id(self) -> str:
        return self.content.id

    @property
    def version(self) -> str:
        return self.content.version

    @property
    def digest(self) -> str:
        return self.source.digest

    @property
    def file(self) -> str:
        return self.source.file

    def fault(self, place: Place, what: str, mend: str) -> Fault:
        """A fault at this place, a path of keys and indexes such as ("rows", 3, "when")."""
        return self.source.fault(place, what, mend)


def check_document(section: str, model: type[M], source: Source) -> Document[M]:
    """The file as a document of this model; raises PackFaults."""
    if not isinstance(source.data, dict):
        raise PackFaults([source.fault((), "the file is not a mapping", "begin with 'id: …' on its own line")])
    try:
        return Document(section, model.model_validate(source.data), source)
    except ValidationError as fault:
        errors = fault.errors()
        # A list whose only item is at fault is told to be short of items too.
        told = [e for e in errors if e["type"] != "too_short" or not any(_below(e, other) for other in errors)]
        raise PackFaults([as_fault(source, model, error) for error in told]) from None


def _below(one: ErrorDetails, other: ErrorDetails) -> bool:
    return other is not one and other["loc"][: len(one["loc"])] == one["loc"]
