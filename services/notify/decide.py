"""Notify decides: which message a fact calls for, when it goes, and which outcome partners receive. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.notify.domain import MARKS, SEALED_RESPONDENT, AnswerSurvey, Letters, Message
from services.notify.outcomes import outcomes_of, tell_pending
from services.notify.templates import MessageModel, Wanted, render
from shared import ids
from shared.contracts.intake import SEALED_CONTACT, ComplainantErased, ComplaintStands, ContactTold
from shared.contracts.notify import Delivered, Failed, Skipped, SurveyAnswered
from shared.contracts.triage import CalledBack, CaseStands, Promised, Resolved
from shared.flow.messages import Answered, Asked, Do, Fact, Heard, Input, Reply, Struck, Tell, Telling, problem
from shared.flow.thing import Thing

CONTACT_CLOCK, LATER_CLOCK = "contact", "later"
CONTACT_WAIT = timedelta(hours=1)
OVERDUE = timedelta(minutes=10)


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
    elif isinstance(input, Asked) and isinstance(input.request.body, AnswerSurvey):
        told += _survey(thing, input.request.body)
    elif isinstance(input, Answered):
        told += _answered(thing.state, input)
    elif isinstance(input, Struck) and input.clock == CONTACT_CLOCK:
        told += _skip(thing, _unreached(thing), f"no {'respondent' if thing.state.contact else 'contact'} came")
    return thing, told + _follow_up(thing, now, policy)


def _heard(thing: Thing[Letters], input: Heard, now: datetime, policy: Policy) -> list[Telling]:
    fact, state = input.fact, thing.state
    if isinstance(fact.happened, ComplainantErased):
        thing.erased, state.contact, state.contact_heard, state.respondent = True, None, True, None
        return _skip(thing, [*_waiting(thing), *thing.state.later.values()], "erased")
    if thing.erased:
        return []
    if isinstance(fact.happened, ContactTold):
        state.contact, state.contact_heard = fact.happened.contact, True
        if fact.happened.respondent and fact.number > state.respondent_number:
            state.respondent, state.respondent_number = fact.happened.respondent, fact.number
        return []
    if fact.sealed and fact.sealed.get(SEALED_CONTACT) and not state.contact_heard:
        state.contact, state.contact_heard = fact.sealed[SEALED_CONTACT], True
    told = _drop(thing, fact)
    _note_messages(thing, input, now, policy)
    return told + outcomes_of(thing, input)


def _note_messages(thing: Thing[Letters], input: Heard, now: datetime, policy: Policy) -> None:
    """The rows of the messages this fact calls for, before any of them is tried."""
    fact = input.fact
    case = CaseStands.model_validate(thing.stands(f"triage/{thing.id}"))
    stood = {**thing.stands(fact.source), "safety": case.safety, "_claim": thing.stands(f"compensation/{thing.id}")}
    if isinstance(fact.happened, Resolved):
        stood |= {"_delivered": fact.happened.remedies, "solution": fact.happened.solution}
    if isinstance(fact.happened, Promised):
        stood["_promised"] = fact.happened.model_dump(mode="json")
    for model, version in policy.messages(_line(thing), fact.type):
        if (input.late and model.unless_late) or not _fits(model, stood):
            continue
        id = ids.digest("message", fact.source, str(fact.number), model.id)
        message = Message(id=id, template=model.id, at=now, fact=fact.type, version=version, stood=stood)
        if model.after_hours:
            message.not_before = fact.time + timedelta(hours=model.after_hours)
            message.number, message.dropped_by = fact.number, model.dropped_by
        (thing.state.later if model.after_hours else thing.state.messages)[id] = message


def _drop(thing: Thing[Letters], fact: Fact) -> list[Telling]:
    """What was to be said later is not said any more when a fact, told after its own, takes its reason away."""
    happened, state = fact.happened, thing.state
    dropped = [m for m in state.later.values() if fact.type in m.dropped_by and _told_after(fact, m)]
    told = _skip(thing, dropped, "no longer so")
    if isinstance(happened, CalledBack) and happened.score is not None:
        state.rated = True
    return told


def _told_after(fact: Fact, message: Message) -> bool:
    return fact.number > message.number or fact.teller != message.fact.split(".")[1]


def _line(thing: Thing[Letters]) -> str:
    tellers = ("intake", "triage", "compensation")
    return next((str(line) for t in tellers if (line := thing.stands(f"{t}/{thing.id}").get("line"))), "")


def _waiting(thing: Thing[Letters]) -> list[Message]:
    return [message for message in thing.state.messages.values() if message.state == "waiting"]


def _unreached(thing: Thing[Letters]) -> list[Message]:
    """What waits for a contact, or once that is known for who was ordered."""
    return [m for m in _waiting(thing) if thing.state.contact is None or m.names_respondent]


def _write_all(thing: Thing[Letters], complaint: ComplaintStands, policy: Policy) -> list[Telling]:
    """The texts of what was not sent yet, as the packs have them now that the complaint told language and reference."""
    unwritten = [m for m in (*_waiting(thing), *thing.state.later.values()) if not m.text]
    for message in unwritten:
        for model, version in policy.messages(complaint.line, message.fact):
            if model.id == message.template:
                stood = {**thing.stands(f"intake/{thing.id}"), **message.stood}
                fields = policy.fields(complaint.line, complaint.language, stood)
                message.text = render(model, complaint.language, {**fields, **MARKS})
                message.language, message.version, message.stood = complaint.language, version, {}
    return _skip(thing, [message for message in unwritten if not message.text], "no text in force")


def _fits(model: MessageModel, stands: Mapping[str, Any]) -> bool:
    meant = all(_is(_named(stands, name), wanted) for name, wanted in model.when.items())
    return meant and not any(_is(_named(stands, name), wanted) for name, wanted in model.unless.items())


def _is(found: Any, wanted: Wanted) -> bool:
    return found in wanted if isinstance(wanted, tuple) else bool(found == wanted)


def _named(stands: Mapping[str, Any], name: str) -> Any:
    """A field, or a part of one as `facts.alternative`."""
    field, dot, part = name.partition(".")
    return stands.get(field, {}).get(part) if dot else stands.get(field)


def _follow_up(thing: Thing[Letters], now: datetime, policy: Policy) -> list[Telling]:
    """Sends what waits once it is known how to reach the complainant; skips it, with the reason, when it cannot."""
    told = tell_pending(thing)
    complaint = ComplaintStands.model_validate(thing.stands(f"intake/{thing.id}"))
    if complaint.line:
        told += _write_all(thing, complaint, policy)
    _take_up(thing, now)
    waiting = _waiting(thing)
    if not waiting:
        thing.stop_clock(CONTACT_CLOCK)
        return told
    if thing.state.contact is None and (thing.state.contact_heard or (complaint.line and not complaint.reachable)):
        thing.stop_clock(CONTACT_CLOCK)
        return told + _skip(thing, waiting, "no contact given")
    if thing.state.contact is None or not complaint.line:
        _wait(thing, now)
        return told
    if thing.state.rated:
        told += _skip(thing, [message for message in waiting if message.surveys], "answered before")
    ready = [message for message in _waiting(thing) if thing.state.respondent or not message.names_respondent]
    if len(ready) < len(_waiting(thing)):
        _wait(thing, now)
    else:
        thing.stop_clock(CONTACT_CLOCK)
    return told + [_send(thing, message) for message in ready]


def _wait(thing: Thing[Letters], now: datetime) -> None:
    if thing.clock_due(CONTACT_CLOCK) is None:
        thing.set_clock(CONTACT_CLOCK, now + CONTACT_WAIT)


def _take_up(thing: Thing[Letters], now: datetime) -> None:
    """What was to go later waits like any other once its time has come.

    After an outage the clock may overtake a fact that takes the reason away: such a message is put off once.
    """
    later = thing.state.later
    for message in list(later.values()):
        due = message.not_before or now
        if now - due > OVERDUE and not message.put_off:
            message.not_before, message.put_off = now + OVERDUE, True
        elif due <= now:
            thing.state.messages[message.id] = later.pop(message.id)
    if later:
        thing.set_clock(LATER_CLOCK, min(message.not_before or now for message in later.values()))
    else:
        thing.stop_clock(LATER_CLOCK)


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


def _skip(thing: Thing[Letters], messages: Sequence[Message], reason: str) -> list[Telling]:
    told: list[Telling] = []
    for message in messages:
        thing.state.later.pop(message.id, None)
        thing.state.messages[message.id] = message
        message.state, message.reason = "skipped", reason
        told.append(Tell(Skipped(message=message.id, template=message.template, reason=reason)))
    return told


def _survey(thing: Thing[Letters], answer: AnswerSurvey) -> list[Telling]:
    """One answer for each complaint, and the first stands. Who has the link was sent it: nothing more is asked."""
    state = thing.state
    if state.survey not in (None, answer.score):
        return [problem(409, "conflict", "the survey was answered before, and that answer stands")]
    reply = Reply(200, {"complaint": thing.id, "score": answer.score})
    if state.survey is not None:
        return [reply]
    state.survey, state.rated = answer.score, True
    return [Tell(SurveyAnswered(score=answer.score), who="complainant"), reply]


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
    """How the messages stand, and what the survey came to."""
    messages = {message.id: message.state for message in thing.state.messages.values()}
    answered = {} if thing.state.survey is None else {"survey": thing.state.survey}
    return {"lane": thing.lane, "messages": messages, **answered}
