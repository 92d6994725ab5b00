"""Notify decides: which message a fact calls for, when it goes, and which outcome partners receive. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.notify.domain import MARKS, SEALED_RESPONDENT, Letters, Message
from services.notify.outcomes import outcomes_of, tell_pending
from services.notify.templates import MessageModel, render
from shared import ids
from shared.contracts.intake import SEALED_CONTACT, ComplainantErased, ComplaintStands, ContactTold
from shared.contracts.notify import Delivered, Failed, Skipped
from shared.contracts.triage import CaseStands, Promised, Resolved
from shared.flow.messages import Answered, Do, Heard, Input, Struck, Tell, Telling
from shared.flow.thing import Thing

CONTACT_CLOCK = "contact"
CONTACT_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class Policy:
    """What was in force: the messages of a line at a fact, and how its fields read in a language."""

    messages: Callable[[str, str], list[tuple[MessageModel, str]]]
    fields: Callable[[str, str, Mapping[str, Any]], dict[str, Any]]


def decide(
    thing: Thing[Letters], input: Input, now: datetime, policy: Policy
) -> tuple[Thing[Letters], Sequence[Telling]]:
    """A fact calls for messages and an outcome; a message goes once the contact is here."""
    told: list[Telling] = []
    if isinstance(input, Heard):
        told += _heard(thing, input, now, policy)
    elif isinstance(input, Answered):
        told += _answered(thing.state, input)
    elif isinstance(input, Struck) and input.clock == CONTACT_CLOCK:
        missing = "contact" if thing.state.contact is None else "respondent"
        told += _skip_waiting(thing, f"no {missing} came")
    return thing, told + _follow_up(thing, now, policy)


def _heard(thing: Thing[Letters], input: Heard, now: datetime, policy: Policy) -> list[Telling]:
    fact, state = input.fact, thing.state
    if isinstance(fact.happened, ComplainantErased):
        thing.erased, state.contact, state.contact_heard, state.respondent = True, None, True, None
        return _skip_waiting(thing, "erased")
    if thing.erased:
        return []
    if isinstance(fact.happened, ContactTold):
        state.contact, state.contact_heard = fact.happened.contact, True
        if fact.happened.respondent and fact.number > state.respondent_number:
            state.respondent, state.respondent_number = fact.happened.respondent, fact.number
        return []
    if fact.sealed and fact.sealed.get(SEALED_CONTACT) and not state.contact_heard:
        state.contact, state.contact_heard = fact.sealed[SEALED_CONTACT], True
    _note_messages(thing, input, now, policy)
    return outcomes_of(thing, input)


def _note_messages(thing: Thing[Letters], input: Heard, now: datetime, policy: Policy) -> None:
    """The rows of the messages this fact calls for, before any of them is tried."""
    fact = input.fact
    case = CaseStands.model_validate(thing.stands(f"triage/{thing.id}"))
    stood = {**thing.stands(fact.source), "safety": case.safety, "_claim": thing.stands(f"compensation/{thing.id}")}
    if isinstance(fact.happened, Resolved):
        stood["_delivered"] = fact.happened.remedies
    if isinstance(fact.happened, Promised):
        stood["_promised"] = fact.happened.model_dump(mode="json")
    for model, version in policy.messages(_line(thing), fact.type):
        if (input.late and model.unless_late) or not _fits(model, stood):
            continue
        id = ids.digest("message", fact.source, str(fact.number), model.id)
        thing.state.messages[id] = Message(
            id=id, template=model.id, at=now, fact=fact.type, version=version, stood=stood
        )


def _line(thing: Thing[Letters]) -> str:
    tellers = ("intake", "triage", "compensation")
    return next((str(line) for t in tellers if (line := thing.stands(f"{t}/{thing.id}").get("line"))), "")


def _write(thing: Thing[Letters], complaint: ComplaintStands, policy: Policy) -> None:
    """The texts of waiting messages, once the complaint has told its language and reference."""
    for message in thing.state.messages.values():
        if message.state != "waiting" or message.text:
            continue
        for model, _ in policy.messages(complaint.line, message.fact):
            if model.id == message.template:
                stood = {**thing.stands(f"intake/{thing.id}"), **message.stood}
                fields = policy.fields(complaint.line, complaint.language, stood)
                message.text = render(model, complaint.language, {**fields, **MARKS})
                message.language, message.stood = complaint.language, {}


def _fits(model: MessageModel, stands: Mapping[str, Any]) -> bool:
    meant = all(_named(stands, name) == wanted for name, wanted in model.when.items())
    return meant and not any(_named(stands, name) == wanted for name, wanted in model.unless.items())


def _named(stands: Mapping[str, Any], name: str) -> Any:
    """A field, or a part of one as `facts.alternative`."""
    field, dot, part = name.partition(".")
    return stands.get(field, {}).get(part) if dot else stands.get(field)


def _follow_up(thing: Thing[Letters], now: datetime, policy: Policy) -> list[Telling]:
    """Sends what waits once it is known how to reach the complainant; skips it, with the reason, when it cannot."""
    told = tell_pending(thing)
    waiting = [message for message in thing.state.messages.values() if message.state == "waiting"]
    complaint = ComplaintStands.model_validate(thing.stands(f"intake/{thing.id}"))
    if not waiting:
        thing.stop_clock(CONTACT_CLOCK)
        return told
    if thing.state.contact is None and (thing.state.contact_heard or (complaint.line and not complaint.reachable)):
        return told + _skip_waiting(thing, "no contact given")
    if complaint.line:
        _write(thing, complaint, policy)
    if thing.state.contact is None or not complaint.line:
        _wait(thing, now)
        return told
    ready = [message for message in waiting if thing.state.respondent or not message.names_respondent]
    if len(ready) < len(waiting):
        _wait(thing, now)
    else:
        thing.stop_clock(CONTACT_CLOCK)
    return told + [_send(thing, message) for message in ready]


def _wait(thing: Thing[Letters], now: datetime) -> None:
    if thing.clock_due(CONTACT_CLOCK) is None:
        thing.set_clock(CONTACT_CLOCK, now + CONTACT_WAIT)


def _send(thing: Thing[Letters], message: Message) -> Do:
    """The order to the channel, with the sealed parts that it alone opens."""
    message.state = "sending"
    sealed = {SEALED_CONTACT: thing.state.contact}
    if message.names_respondent:
        sealed[SEALED_RESPONDENT] = thing.state.respondent
    content = {
        "message": message.id, "complaint": thing.id, "template": message.template, "text": message.text,
        "language": message.language, "sealed": sealed,
    }  # fmt: skip
    return Do(f"message/{message.id}", "message", content)


def _skip_waiting(thing: Thing[Letters], reason: str) -> list[Telling]:
    told: list[Telling] = []
    for message in thing.state.messages.values():
        if message.state == "waiting":
            message.state, message.reason = "skipped", reason
            told.append(Tell(Skipped(message=message.id, template=message.template, reason=reason)))
    thing.stop_clock(CONTACT_CLOCK)
    return told


def _answered(state: Letters, answer: Answered) -> list[Telling]:
    message = state.messages.get(answer.effect.removeprefix("message/"))
    if message is None or message.state == "delivered":
        return []
    message.channel = str(answer.body.get("channel", "log"))
    fields = {"message": message.id, "template": message.template, "channel": message.channel}
    if answer.verdict == "done":
        message.state = "delivered"
        return [Tell(Delivered(**fields, language=message.language), rules=message.version)]
    message.state, message.reason = "failed", "refused by the channel"
    return [Tell(Failed(**fields, reason=message.reason), rules=message.version)]


def stands(thing: Thing[Letters]) -> dict[str, Any]:
    """How the messages stand."""
    return {"lane": thing.lane, "messages": {m.id: m.state for m in thing.state.messages.values()}}
