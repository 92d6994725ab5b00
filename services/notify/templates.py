"""Messages as policy: which message, to whom, at which fact, in three languages; checked when the pack loads."""

import difflib
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import Field

from services.notify.hearing import TYPES
from shared.contracts.catalog import CATALOG, STANDS
from shared.policy.documents import Dated, Document, Identifier, Named, PackModel, Words
from shared.policy.faults import Fault
from shared.policy.packs import Pack
from shared.policy.sections import Section

FIELDS = frozenset(
    "reference line link survey answer_expected sentence missing deadline remedies answer_in_hours promise promised_by"
    " order anomaly alternative driver plate driver_contact".split()
)
"""What a template may name. The links, and who was ordered, are put in at the moment of sending alone."""
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Const,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)
Condition = Annotated[str, Field(pattern=r"^([a-z_]+|facts\.[a-z][a-z0-9_]{0,59})$")]
Wanted = str | bool | tuple[str, ...]
MOST_HOURS = 30 * 24
ALWAYS_TOLD = ("safety", "solution")
LANGUAGES = ("zh-Hans", "zh-Hant", "en")


class MessageModel(PackModel):
    """One message: sent when `at` is told and the thing stands as `when` says, and in nothing as `unless` says.

    Both name fields of how the thing stands, or facts as `facts.alternative`; of several values any one will do.
    `after_hours` sends it that long after the fact, unless one of `dropped_by` is told in the meantime.
    """

    id: Identifier
    at: str
    to: Literal["complainant"] = "complainant"
    when: dict[Condition, Wanted] = Field(default_factory=dict)
    unless: dict[Condition, Wanted] = Field(default_factory=dict)
    unless_late: bool = False
    after_hours: Annotated[int, Field(ge=0, le=MOST_HOURS)] = 0
    dropped_by: tuple[str, ...] = ()
    text: Named


class Forbidden(PackModel):
    """Phrases no message may hold: brush-offs, jargon, promises of an outcome; `except` allows a line's own words."""

    phrases: tuple[Words, ...] = ()
    allowed: tuple[Words, ...] = Field(default=(), alias="except")


class MessagesModel(Dated):
    """The messages of a line, or those all lines share; a line's message replaces the shared one of its id."""

    messages: Annotated[tuple[MessageModel, ...], Field(min_length=1)]
    forbidden: Forbidden = Forbidden()


def _problems(text: str) -> Iterable[tuple[str, str]]:
    """What is wrong with one template, and how to mend it."""
    try:
        parsed = _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as fault:
        yield f"not a template: {fault.message}", "write fields as {{ reference }}"
        return
    for node in parsed.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            yield f"a template may not use {type(node).__name__.lower()}", "use fields and {% if %} only"
        elif isinstance(node, nodes.Name) and node.name not in FIELDS:
            yield f"unknown field '{node.name}'", f"use one of {', '.join(sorted(FIELDS))}"


def _spoken(text: str, forbidden: Forbidden) -> Iterable[str]:
    for allowed in forbidden.allowed:
        text = text.replace(allowed, "")
    return (phrase for phrase in forbidden.phrases if phrase.lower() in text.lower())


def _faults_of_time(message: MessageModel) -> Iterable[tuple[str, str, str]]:
    """What is wrong with when a message goes: the field, what it is and how to mend it."""
    for field, fact in [("at", message.at), *(("dropped_by", fact) for fact in message.dropped_by)]:
        if fact not in CATALOG:
            yield field, f"no fact '{fact}'", "name a fact like " + min(TYPES)
        elif fact not in TYPES:
            yield field, f"nobody is written to about '{fact}'", f"name one of {', '.join(sorted(TYPES))}"
    if message.dropped_by and not message.after_hours:
        yield "dropped_by", "goes at once: nothing can be told in between", "give after_hours, or leave it out"
    if message.dropped_by and not message.unless_late:
        yield "dropped_by", "the fact may itself come late, after what drops it", "add unless_late: true"


def _faults_of_conditions(message: MessageModel) -> Iterable[tuple[str, str, str]]:
    """Conditions on what never stands: the field, what it is and how to mend it."""
    stands = STANDS.get(message.at.split(".")[1]) if message.at in TYPES else None
    known = sorted({*(stands.model_fields if stands else ()), *ALWAYS_TOLD})
    for field, conditions in (("when", message.when), ("unless", message.unless)):
        for name in conditions if stands else ():
            if name not in known and not name.startswith("facts."):
                close = difflib.get_close_matches(name, known, n=1)
                mend = f"did you mean '{close[0]}'?" if close else f"name one of {', '.join(known)}, or facts.NAME"
                yield field, f"'{name}' is nothing that stands at this fact", mend


def _check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    holders = [d for p in (pack.shared, pack) if p for d in p.of("messages")]
    phrases = tuple(phrase for d in holders for phrase in d.content.forbidden.phrases)
    for document in documents:
        forbidden = Forbidden(phrases=phrases, allowed=document.content.forbidden.allowed)
        ids = [message.id for message in document.content.messages]
        for index, message in enumerate(document.content.messages):
            if message.id in ids[:index]:
                what = f"message '{message.id}' stands twice"
                yield document.fault(("messages", index, "id"), what, "give it its own id")
            place = ("messages", index)
            for field, what, mend in (*_faults_of_time(message), *_faults_of_conditions(message)):
                yield document.fault((*place, field), what, mend)
            for language in LANGUAGES:
                text = message.text.in_language(language)
                at = (*place, "text", language)
                for what, mend in _problems(text):
                    yield document.fault(at, what, mend)
                for phrase in _spoken(text, forbidden):
                    yield document.fault(at, f"says '{phrase}'", "say what will be done and when an answer is expected")


SECTION = Section("messages", "messages/*.yaml", MessagesModel, "which message, to whom, at which fact", _check)


@functools.lru_cache(maxsize=1024)
def _compiled(text: str) -> Any:
    return _ENVIRONMENT.from_string(text)


def render(message: MessageModel, language: str, fields: Mapping[str, Any]) -> str:
    """The message in one language; what is put in at sending stays as a mark."""
    text = message.text.in_language(language)
    return str(_compiled(text).render({name: fields.get(name, "") for name in FIELDS})).strip()


def messages_at(documents: Mapping[str, Document[Any]], fact: str) -> list[tuple[MessageModel, str]]:
    """The messages a fact calls for with the version that says so; a line's own replace shared ones of their id."""
    found: dict[str, tuple[MessageModel, str]] = {}
    for document in documents.values():
        for message in document.content.messages:
            found[message.id] = message, f"{document.id}@{document.digest[:12]}"
    return [(message, version) for message, version in found.values() if message.at == fact]
