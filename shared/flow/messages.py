"""The five kinds of record, what `decide` is given, and what it may tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

Lane = Literal["express", "standard"]
Verdict = Literal["done", "refused", "open"]


def higher(one: str, other: str) -> Lane:
    """Lanes only rise."""
    return "express" if "express" in (one, other) else "standard"


# What is read from the log -------------------------------------------------------------------------


class Fact(NamedTuple):
    """What a thing of `teller` told: what happened, its number, and how the thing then stood."""

    teller: str
    thing: str
    type: str
    number: int
    time: datetime
    lane: Lane
    complaint: str
    happened: BaseModel
    stands: dict[str, Any]
    sealed: dict[str, str] | None = None
    chain: str = ""

    @property
    def source(self) -> str:
        return f"{self.teller}/{self.thing}"


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller asks of a thing. `id` is scoped to the caller; `fingerprint` tells bodies apart."""

    thing: str
    type: str
    id: str
    fingerprint: str
    who: str
    body: BaseModel
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A clock may have struck: counts only while the clock stands at exactly this time."""

    thing: str
    clock: str
    due: int

    @property
    def id(self) -> str:
        return f"{self.thing}/{self.clock}/{self.due}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What another server said to one try of an effect. `open` (time-out, later) ends nothing."""

    thing: str
    effect: str
    key: str
    attempt: int
    verdict: Verdict
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """One try of an effect; `ask_first` when the provider may have forgotten the key. `begun`: the first try, in ms."""

    thing: str
    effect: str
    kind: str
    key: str
    attempt: int
    content: dict[str, Any]
    ask_first: bool = False
    begun: int | None = None


Message = Fact | Request | Tick | Answer


# What `decide` is given ----------------------------------------------------------------------------


class Heard(NamedTuple):
    """A fact, once. `late`: a newer one of the same thing stands already and is what counts."""

    fact: Fact
    late: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, once. `again`: its id was used before with another body."""

    request: Request
    again: bool = False


@dataclass(frozen=True, slots=True)
class Struck:
    """A clock struck; it stands no longer."""

    clock: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """A final answer. `unawaited`: done, though nobody waits for it any more: to be reversed or accepted."""

    effect: str
    kind: str
    verdict: Verdict
    body: dict[str, Any]
    unawaited: bool = False


Input = Heard | Asked | Struck | Answered


# What `decide` tells -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tell:
    """A fact for everybody; `topic` when it goes elsewhere than `redress.<service>` (laned: .express/.standard).

    `who` did it, under which `rules` version; both stand in the history, never personal data.
    """

    happened: BaseModel
    who: str = "redress"
    rules: str = ""
    topic: str | None = None
    laned: bool = True


@dataclass(frozen=True, slots=True)
class Do:
    """An effect to begin: one name, one key, one content for ever; repeated by its clock until answered.

    After an erasure it is ordered without what is sealed in its content.
    """

    effect: str
    kind: str
    content: Mapping[str, Any]
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to the request being decided: an HTTP status and a JSON body."""

    status: int
    body: Mapping[str, Any]


def problem(status: int, kind: str, detail: str, pointer: str = "") -> Reply:
    """The answer to a request that does not fit how things stand (RFC 9457); `pointer` names the field at fault."""
    body: dict[str, Any] = {"type": f"https://redress.example/problems/{kind}", "title": detail, "status": status}
    return Reply(status, body | ({"errors": [{"pointer": pointer, "detail": detail}]} if pointer else {}))


Telling = Tell | Do | Reply
