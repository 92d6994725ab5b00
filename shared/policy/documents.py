"""One pack file, checked against its model: every fault with its line and what to do about it."""

import difflib
import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Generic, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from shared.policy.faults import Fault, PackFaults
from shared.policy.slips import key_mend
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
    version: Annotated[str, Field(min_length=1, max_length=40)]
    owner: Words
    source: Words
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
        raise PackFaults([_as_fault(source, model, error) for error in fault.errors()]) from None


def _as_fault(source: Source, model: type[BaseModel], error: ErrorDetails) -> Fault:
    place = tuple(error["loc"])
    what, mend = _in_words(model, place, error)
    return source.fault(_written(source, place), what, mend)


def _written(source: Source, place: Place) -> Place:
    """The place without what pydantic adds (tags of unions, names of validators)."""
    found: Place = ()
    for step in place:
        if (*found, step) in source.lines:
            found = (*found, step)
    return found


def _in_words(model: type[BaseModel], place: Place, error: ErrorDetails) -> tuple[str, str]:
    name = next((str(step) for step in reversed(place) if isinstance(step, str)), "the file")
    got, context = error["input"], error.get("ctx", {})
    match error["type"]:
        case "missing":
            return f"'{place[-1]}' is missing", f"add a line '{place[-1]}: …'"
        case "extra_forbidden":
            mend = key_mend(str(place[-1])) or _known(_names(model, place[:-1]), str(place[-1]))
            return f"'{place[-1]}' is not known here", mend
        case "literal_error" | "enum":
            return f"'{name}' is {_short(got)}", f"write {context.get('expected')}"
        case "union_tag_invalid" | "union_tag_not_found":
            tags = context.get("expected_tags", "")
            return f"'{name}' does not say which kind it is", f"give {context.get('discriminator')} as one of {tags}"
        case "string_pattern_mismatch" if context.get("pattern", "").startswith("^[a-z0-9]+("):
            return f"'{name}' is {_short(got)}", "use small letters and digits, joined by . _ or -"
        case "value_error" | "assertion_error":
            return f"'{name}': {error['msg'].partition(', ')[2] or error['msg']}", "correct it as said"
        case "model_type" if _names(model, place):
            return f"'{name}' is {_short(got)}", f"write {{{', '.join(f'{key}: …' for key in _names(model, place))}}}"
        case kind if kind in _TYPES:
            return f"'{name}' is {_short(got)}", _TYPES[kind]
        case _:
            return f"'{name}' is {_short(got)}", error["msg"][0].lower() + error["msg"][1:]


_TYPES = {
    "string_type": "write text",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "list_type": "write a list: each item on its own line after '- '",
    "tuple_type": "write a list: each item on its own line after '- '",
    "dict_type": "write 'key: value' lines below it",
    "model_type": "write 'key: value' lines below it",
    "decimal_type": "write the number in quotes, like '12.50'",
    "decimal_parsing": "write the number in quotes, like '12.50'",
    "string_too_short": "write something here",
}


def _short(got: Any) -> str:
    if got is None:
        return "empty"
    if isinstance(got, dict):
        return "a mapping"
    if isinstance(got, list):
        return "a list"
    text = str(got)
    return f"'{text if len(text) <= 40 else text[:37] + '…'}'"


def _known(names: list[str], wrong: str) -> str:
    close = difflib.get_close_matches(wrong, names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"remove it; known here: {', '.join(names)}" if names else "remove it"


def _names(model: Any, place: Place) -> list[str]:
    """The keys that may stand at this place of the model, also through lists, mappings and unions."""
    kinds = [model]
    for step in place:
        kinds = [deeper for kind in kinds for deeper in _step(kind, step)]
    return sorted({f.alias or name for kind in _models(kinds) for name, f in kind.model_fields.items()})


def _step(kind: Any, step: str | int) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {f.alias or name: f.annotation for name, f in kind.model_fields.items()}
        return [fields[step]] if step in fields else [kind]
    return [deeper for part in get_args(kind) for deeper in (_step(part, step) if not _is_leaf(part) else [])] or [kind]


def _is_leaf(kind: Any) -> bool:
    return not get_args(kind) and not (isinstance(kind, type) and issubclass(kind, BaseModel))


def _models(kinds: list[Any]) -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = []
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found.append(kind)
        else:
            found.extend(_models(list(get_args(kind))))
    return found
