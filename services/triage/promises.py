"""What staff promise a complainant for a time: an answer, a call, a visit; each with its clock. Pure."""

from datetime import datetime, timedelta

from services.triage import requests as ask
from services.triage.clocks import begin, meet
from services.triage.domain import Case, Mark, StaffRequest
from services.triage.policy import Policy
from shared import clock
from shared.contracts.triage import Promised
from shared.flow.messages import Tell, Telling, problem
from shared.flow.thing import Thing

FARTHEST = timedelta(days=366)


def make(thing: Thing[Case], body: ask.Promise, given: StaffRequest, now: datetime, policy: Policy) -> list[Telling]:
    """A clock of its own for the time that was promised."""
    case = thing.state
    try:
        by = clock.from_ms(clock.to_ms(body.by))
    except OverflowError:
        return [problem(422, "invalid", "a promise is for a time to come, within a year", "/by")]
    if not now < by <= now + FARTHEST:
        return [problem(422, "invalid", "a promise is for a time to come, within a year", "/by")]
    case.promises += 1
    name = f"promise:{body.promise}:{case.promises}"
    book = policy.book(case.line, now)
    told: list[Telling] = [Tell(Promised(promise=body.promise, by=by), who=given.by)]
    return [*told, *begin(thing, book, name, "promise", Mark(at=now, n=case.counted), by)]


def keep(thing: Thing[Case], kind: str, now: datetime) -> None:
    """What was promised in this kind is done."""
    for name in list(thing.state.clocks):
        if name.startswith(f"promise:{kind}:"):
            meet(thing, name, now)
