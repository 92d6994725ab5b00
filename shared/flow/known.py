"""Known or new: each number once per teller's thing, each request by id and body, each tick by its due time."""

from datetime import datetime, timedelta
from typing import Any, Literal

from shared import clock
from shared.flow.messages import Answer, Fact, Message, Request, Tick
from shared.flow.thing import Thing

MOST_REQUESTS = 600
"""One caller may ask one thing again and again; its document stays bounded, and the oldest are forgotten first."""
News = Literal["new", "late", "known"]


def is_new(thing: Thing[Any], message: Message, at: datetime) -> bool:
    """Whether a record says anything to this thing that it does not know; changes nothing."""
    if isinstance(message, Fact):
        heard = thing.heard.get(message.source, {"high": 0, "holes": []})
        late = any(low <= message.number <= high for low, high in heard["holes"])
        return late or message.number > heard["high"]
    if isinstance(message, Request):
        return not find_request(thing, message)[0]
    if isinstance(message, Tick):
        return strikes(thing, message, at)
    return awaited(thing, message) != "no"


def note_fact(thing: Thing[Any], fact: Fact) -> News:
    """Marks the fact's number as heard; a newer one brings how its thing stands, a late one does not.

    A fact told elsewhere (contacts, outcomes) carries no `stands`: it says nothing about how its thing stands, and
    one that does say it may come after it. So `stood` is the number of the fact that brought the state.
    """
    heard = thing.heard.setdefault(fact.source, {"high": 0, "holes": [], "state": {}})
    if fact.stands and fact.number > heard.get("stood", heard["high"] if heard["state"] else 0):
        heard["state"], heard["stood"] = fact.stands, fact.number
    if fact.number > heard["high"]:
        if fact.number > heard["high"] + 1:
            heard["holes"] = [*heard["holes"], [heard["high"] + 1, fact.number - 1]]
        heard["high"] = fact.number
        return "new"
    for low, high in heard["holes"]:
        if low <= fact.number <= high:
            rest = [[low, fact.number - 1], [fact.number + 1, high]]
            others = [hole for hole in heard["holes"] if hole != [low, high]]
            heard["holes"] = sorted(others + [hole for hole in rest if hole[0] <= hole[1]])
            return "late" if fact.number < heard["high"] else "new"  # the newest waited for a person
    return "known"


def make_hole(thing: Thing[Any], fact: Fact) -> None:
    """The number of a fact that could not be decided stays open, so that it can be fed again.

    Its state stands all the same: it is how the teller's thing stands, whatever became of our decision.
    """
    if note_fact(thing, fact) != "known":
        heard = thing.heard[fact.source]
        heard["holes"] = sorted([*heard["holes"], [fact.number, fact.number]])


def find_request(thing: Thing[Any], request: Request) -> tuple[bool, bool]:
    """(this id with this body is known, this id is known with another body)."""
    same = [known for known in thing.requests if known["id"] == request.id]
    return any(known["fp"] == request.fingerprint for known in same), bool(same)


def note_request(
    thing: Thing[Any], request: Request, at: datetime, answer: dict[str, Any] | None, kept: timedelta
) -> None:
    """Remembers what was asked and answered, as long as idempotency keys are promised to hold."""
    oldest = clock.to_ms(at - kept)
    thing.requests = [known for known in thing.requests if known["at"] >= oldest][1 - MOST_REQUESTS :]
    thing.requests.append({"id": request.id, "fp": request.fingerprint, "at": clock.to_ms(at), "answer": answer})


def strikes(thing: Thing[Any], tick: Tick, at: datetime) -> bool:
    """Whether this tick strikes its clock: set to exactly that time, and that time has come on the log.

    One that was kept for a person has struck it before; fed again, it counts while the clock is not set anew.
    """
    fed = tick.clock not in thing.clocks and any(kept["event"] == tick.id for kept in thing.person)
    return (fed or thing.clocks.get(tick.clock) == tick.due) and tick.due <= clock.to_ms(at)


def strike(thing: Thing[Any], tick: Tick) -> None:
    """The clock stands no longer, and never again at this time."""
    thing.stop_clock(tick.clock)


def awaited(thing: Thing[Any], answer: Answer) -> Literal["awaited", "unawaited", "no"]:
    """Whether an answer counts: final and of the try awaited; a `done` nobody knows of always counts."""
    attempt = thing.attempts.get(answer.effect)
    done_before = attempt is not None and attempt.get("answer", {}).get("verdict") == "done"
    if answer.verdict == "open" or done_before:
        return "no"
    open_now = attempt is not None and "answer" not in attempt
    if open_now and (attempt or {})["try"] == answer.attempt:
        return "awaited"
    if answer.verdict == "done":
        return "awaited" if open_now else "unawaited"
    return "no"
