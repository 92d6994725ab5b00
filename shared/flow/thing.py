"""One thing is one document: its state, what it has heard and told, and when it is due next."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from shared import clock, ids
from shared.flow.messages import Lane, higher
from shared.flow.records import Outgoing

S = TypeVar("S", bound=BaseModel)

SCHEMA = 1
FLOW_FIELDS = (
    "_id v schema lane shard due heard requests told replay clocks former attempts history pages person fed erased "
    "state"
).split()
FORMER = 8
"""Due times remembered of a clock that no longer stands at them: a tick for one may still be on its way."""


@dataclass(slots=True)
class Thing(Generic[S]):
    """A document as `decide` sees it: its own copy, free to change until it is returned.

    `decide` uses `state`, `lane`, `stands`, `set_clock`, `stop_clock` and `pending`; the rest is the flow's.
    """

    id: str
    state: S
    v: int = 0
    schema: int = SCHEMA
    lane: Lane = "standard"
    heard: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    told: int = 0
    replay: list[dict[str, Any]] = field(default_factory=list)
    clocks: dict[str, int] = field(default_factory=dict)
    former: dict[str, list[int]] = field(default_factory=dict)
    attempts: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    pages: int = 0
    person: list[dict[str, Any]] = field(default_factory=list)
    fed: list[str] = field(default_factory=list)
    erased: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def stands(self, source: str) -> dict[str, Any]:
        """How `teller/thing` stands as far as heard; {} when nothing was heard."""
        state: dict[str, Any] = self.heard.get(source, {}).get("state", {})
        return state

    def raise_lane(self, lane: str) -> None:
        """Lanes only rise."""
        self.lane = higher(self.lane, lane)

    def set_clock(self, name: str, due: datetime) -> None:
        """Sets a clock; never to a time it stood at before, so that no old tick can strike it."""
        at = clock.to_ms(due)
        if self.clocks.get(name) == at:
            return
        self.stop_clock(name)
        while at in self.former.get(name, ()):
            at += 1
        self.clocks[name] = at

    def stop_clock(self, name: str) -> None:
        """Stops a clock; one that does not run is left alone."""
        if name in self.clocks:
            self.former[name] = [*self.former.get(name, ()), self.clocks.pop(name)][-FORMER:]

    def clock_due(self, name: str) -> datetime | None:
        """When a running clock strikes."""
        return clock.from_ms(self.clocks[name]) if name in self.clocks else None

    def pending(self, effect: str) -> bool:
        """Whether an effect was begun and has no final answer yet."""
        return effect in self.attempts and "answer" not in self.attempts[effect]

    def begun(self, effect: str) -> bool:
        """Whether an effect was ever begun."""
        return effect in self.attempts


class Unread(BaseModel):
    """A state this release cannot read, carried as it is."""

    model_config = ConfigDict(extra="allow")


def from_store(raw: dict[str, Any], state_type: type[S]) -> Thing[S]:
    """A document as loaded; fields a newer release wrote are kept in `extra`."""
    known = {k: raw[k] for k in FLOW_FIELDS if k in raw}
    for name in ("_id", "shard", "due", "state"):
        known.pop(name, None)
    known["heard"] = {k: dict(h) for k, h in known.get("heard", {}).items()}
    known["attempts"] = {k: dict(a) for k, a in known.get("attempts", {}).items()}
    for name in ("requests", "replay", "history", "person", "fed"):
        known[name] = list(known.get(name, ()))
    for name in ("clocks", "former"):
        known[name] = dict(known.get(name, {}))
    extra = {k: v for k, v in raw.items() if k not in FLOW_FIELDS}
    return Thing(id=raw["_id"], state=state_type.model_validate(raw.get("state", {})), extra=extra, **known)


def as_stored(replay: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups of `replay` in the form of documents: those of this batch still hold the messages themselves."""
    return [{**group, "out": [_stored(message) for message in group["out"]]} for group in replay]


def _stored(message: Outgoing | dict[str, Any]) -> dict[str, Any]:
    return message.stored() if isinstance(message, Outgoing) else message


def to_store(thing: Thing[Any], version: int) -> dict[str, Any]:
    """The document to write as `version`; `due` is the first minute in which a clock strikes."""
    document: dict[str, Any] = {
        **thing.extra,
        "_id": thing.id,
        "v": version,
        "schema": max(thing.schema, SCHEMA),
        "lane": thing.lane,
        "shard": ids.shard(thing.id),
        "heard": thing.heard,
        "requests": thing.requests,
        "told": thing.told,
        "replay": as_stored(thing.replay),
        "clocks": thing.clocks,
        "former": thing.former,
        "attempts": thing.attempts,
        "history": thing.history,
        "pages": thing.pages,
        "person": thing.person,
        "fed": thing.fed,
        "state": thing.state.model_dump(),
    }
    if thing.erased:
        document["erased"] = True
    if thing.clocks:
        document["due"] = clock.minute_of(min(thing.clocks.values()))
    return document
