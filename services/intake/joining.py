"""References and complainants: what was supplied finds its complaints, and an erasure all of a person's. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.intake.domain import MOST_JOINED, Erase, State, Supply, heavier, kind_of
from shared import clock
from shared.contracts.intake import ErasureAsked, FactsSupplied
from shared.flow.messages import Asked, Heard, Input, Reply, Tell, Telling
from shared.flow.thing import Thing


def decide(thing: Thing[State], input: Input, now: datetime) -> list[Telling]:
    """One fact at a time, whichever of the two sides came first."""
    told: list[Telling] = []
    if isinstance(input, Heard):
        told = _named(thing, input) if kind_of(thing.id) == "reference" else _complains(thing, input)
        _slim(thing, input)
    elif isinstance(input, Asked) and isinstance(input.request.body, Supply):
        told = _supply(thing, input.request.body)
    elif isinstance(input, Asked) and isinstance(input.request.body, Erase):
        told = _erase(thing, input.request.body, now)
    return told


def _slim(thing: Thing[State], input: Heard) -> None:
    """Which complaints there are is noted; how each stands would make the document grow without bound."""
    thing.heard[input.fact.source]["state"] = {}


def _named(thing: Thing[State], input: Heard) -> list[Telling]:
    """A complaint names this reference: it is given what was supplied, now and later."""
    supplied, complaint = thing.state.supplied, input.fact.complaint
    if complaint in supplied.complaints or len(supplied.complaints) >= MOST_JOINED:
        return []
    supplied.complaints = [*supplied.complaints, complaint]
    return _give(thing, [complaint])


def _supply(thing: Thing[State], body: Supply) -> list[Telling]:
    supplied = thing.state.supplied
    supplied.facts = {**supplied.facts, **body.facts}
    supplied.references = {**supplied.references, **body.references}
    supplied.respondent = body.respondent or supplied.respondent
    supplied.screen = heavier(supplied.screen, body.screen)
    thing.raise_lane(body.lane)
    reply = Reply(202, {"kept": True, "complaints": len(supplied.complaints)})
    return [*_give(thing, supplied.complaints, body.by), reply]


def _give(thing: Thing[State], complaints: list[str], who: str = "redress") -> list[Telling]:
    supplied = thing.state.supplied
    if not complaints or not (supplied.facts or supplied.references or supplied.respondent):
        return []
    told = FactsSupplied(
        complaints=complaints, facts=supplied.facts, references=supplied.references, screen=supplied.screen,
        respondent=supplied.respondent,
    )  # fmt: skip
    return [Tell(told, who=who)]


def _complains(thing: Thing[State], input: Heard) -> list[Telling]:
    """A complaint of this person; one told before the erasure that comes only now is erased as well."""
    person, complaint = thing.state.complainant, input.fact.complaint
    if complaint in person.complaints:
        return []
    if person.erased_at is not None and _told_at(input.fact.stands, input.fact.time) <= person.erased_at:
        return [Tell(ErasureAsked(complaints=[complaint]))]
    person.complaints = [*person.complaints, complaint]
    return []


def _told_at(stands: Mapping[str, Any], otherwise: datetime) -> datetime:
    told = stands.get("received_at")
    return clock.from_wire(told) if isinstance(told, str) else otherwise


def _erase(thing: Thing[State], body: Erase, now: datetime) -> list[Telling]:
    person = thing.state.complainant
    complaints, person.complaints = person.complaints, []
    person.erased_at = max(now, person.erased_at or now)
    told: list[Telling] = [Tell(ErasureAsked(complaints=complaints), who=body.by)] if complaints else []
    return [*told, Reply(202, {"complaints": len(complaints)})]
