"""What a service declares to the flow: what it hears and takes, how it decides, how its things stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from shared.flow.messages import Fact, Input, Lane, Request, Telling
from shared.flow.records import Outgoing, Record, Stood
from shared.flow.thing import Thing

S = TypeVar("S", bound=BaseModel)
RETRY_S = (5.0, 15.0, 60.0, 300.0, 1800.0, 3600.0)


@dataclass(frozen=True, slots=True)
class Hears:
    """One fact type a service hears, and which of its things it concerns, from the record alone.

    `since`: a type newly heard counts only for facts told after the roll-out was over.
    `raises`: an express fact raises its targets; not where the teller is shared by several cases.
    """

    model: type[BaseModel]
    targets: Callable[[Fact], Sequence[str]]
    since: datetime | None = None
    raises: bool = True


@dataclass(frozen=True, slots=True)
class Takes:
    """One request a service takes. `reuse`: what a used key with another body is, refused or decided on.

    `after_erasure`: decided also for a thing whose person is erased; it brings nothing of theirs.
    `repeat`: what is published, and kept nowhere, for a record that repeats a known request or asks an erased thing.
    """

    model: type[BaseModel]
    reuse: Literal["refuse", "decide"] = "refuse"
    repeat: Callable[[Request, Record], Sequence[Outgoing]] = lambda _, __: ()
    after_erasure: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A record of an open inbox that is readable and yet not taken; `reply` tells its sender why."""

    reply: Outgoing


Decide = Callable[[Thing[S], Input, datetime, Any], tuple[Thing[S], Sequence[Telling]]]


@dataclass(frozen=True, slots=True)
class Service(Generic[S]):
    """All of a service that the flow needs. Every function here is pure; `policy` names what was in force.

    `reads_sealed`: whether its decisions open sealed parts; where not, none is ever kept here.
    """

    name: str
    state: type[S]
    decide: Decide[S]
    hears: Mapping[str, Hears]
    takes: Mapping[str, Takes]
    stands: Callable[[Thing[S]], Stood]
    complaint: Callable[[Thing[S]], str]
    sealed: Callable[[Thing[S]], dict[str, str] | None] = lambda _: None
    policy: Callable[[datetime], Any] = lambda _: None
    channels: Mapping[str, Callable[[Record], Request | Refused]] = field(default_factory=dict)  # or raises Transient
    reads_sealed: bool = True
    retry_s: Sequence[float] = RETRY_S
    keys_remembered: timedelta = timedelta(hours=23)
    requests_kept: timedelta = timedelta(days=30)
    person_within: timedelta = timedelta(minutes=5)

    def inbox(self, lane: Lane) -> str:
        return f"redress.{self.name}.inbox.{lane}"

    def effects(self, lane: Lane) -> str:
        return f"redress.{self.name}.effects.{lane}"

    def facts(self, lane: Lane) -> str:
        return f"redress.{self.name}.{lane}"

    @property
    def dead(self) -> str:
        return f"redress.{self.name}.dead"

    def topics(self, lane: Lane) -> list[str]:
        """Every topic this service's stage reads in a lane: its inbox, the open ones, the tellers it hears."""
        tellers = sorted({".".join(type.split(".")[:2]) for type in self.hears})
        return [
            self.inbox(lane),
            *(f"{base}.{lane}" for base in self.channels),
            *(f"{t}.{lane}" for t in tellers),
        ]

    def blames_sender(self, record: Record) -> bool:
        """What nobody could read on an open inbox is its sender's fault: it may not stop the lane of all the others."""
        return bool(record.unreadable) and record.topic.rsplit(".", 1)[0] in self.channels
