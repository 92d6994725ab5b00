"""Notify decides: which message a fact calls for, when it goes, and which outcome partners receive. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.notify.domain import MARKS, SEALED_RESPONDENT, SURVEY, AnswerSurvey, Letters, Message
from services.notify.outcomes import outcomes_of, tell_pending
from services.notify.templates import MessageModel, Wanted, render
from shared import ids
from shared.contracts.intake import SEALED_CONTACT, ComplainantErased, ComplaintStands, ContactTold
from shared.contracts.notify import Delivered, Failed, Skipped, SurveyAnswered
from shared.contracts.triage import CaseStands, Promised, Resolved
from shared.flow.messages import Answered, Asked, Do, Fact, Heard, Input, Reply, Struck, Tell, Telling
from shared.flow.thing import Thing

CONTACT_CLOCK, LATER_CLOCK = "contact", "later"
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
    elif isinstance(input, Asked) and isinstance(input.request.body, AnswerSurvey):
        told += _survey(thing, input.request.body)
    elif isinstance(input, Answered):
        told += _answered(thing.state, input)
    elif isinstance(input, Struck) and input.clock == CONTACT_CLOCK:
        missing = "contact" if thing.state.contact is None else "respondent"
        told += _skip(_due(thing, now), f"no {missing} came")
    return thing, told + _follow_up(thing, now, policy)


def _heard(thing: Thing[Letters], input: Heard, now: datetime, policy: Policy) -> list[Telling]:
    fact, state = input.fact, thing.state
    if isinstance(fact.happened, ComplainantErased):
        thing.erased, state.contact, state.contact_heard, state.respondent = True, None, True, None
        return _skip(_waiting(thing), "erased")
    if thing.erased:
        return []
    if isinstance(fact.happened, ContactTold):
        state.contact, state.contact_heard = fact.happened.contact, True
        if fact.happened.respondent and fact.number > state.respondent_number:
            state.respondent, state.respondent_number = fact.happened.respondent, fact.number
        return []
    if fact.sealed and fact.sealed.get(SEALED_CONTACT) and not state.contact_heard:
        state.contact, state.contact_heard = fact.sealed[SEALED_CONTACT], True
    told = _drop(thing, fact, policy)
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
        not_before = fact.time + timedelta(hours=model.after_hours) if model.after_hours else None
        thing.state.messages[id] = Message(
            id=id, template=model.id, at=now, not_before=not_before, fact=fact.type, number=fact.number,
            version=version, stood=stood,
        )  # fmt: skip


def _drop(thing: Thing[Letters], fact: Fact, policy: Policy) -> list[Telling]:
    """What was to be said later is not said any more when this fact, told after its own, takes its reason away."""
    later = [message for message in _waiting(thing) if message.not_before and message.number < fact.number]
    dropped = {
        (model.id, at)
        for at in dict.fromkeys(message.fact for message in later)
        for model, _ in policy.messages(_line(thing), at)
        if fact.type in model.dropped_by
    }
    return _skip([message for message in later if (message.template, message.fact) in dropped], "no longer so")


def _line(thing: Thing[Letters]) -> str:
    tellers = ("intake", "triage", "compensation")
    return next((str(line) for t in tellers if (line := thing.stands(f"{t}/{thing.id}").get("line"))), "")


def _waiting(thing: Thing[Letters]) -> list[Message]:
    return [message for message in thing.state.messages.values() if message.state == "waiting"]


def _due(thing: Thing[Letters], now: datetime) -> list[Message]:
    """What waits for nothing but how to reach the complainant."""
    return [message for message in _waiting(thing) if not message.not_before or message.not_before <= now]


def _write(thing: Thing[Letters], waiting: Sequence[Message], complaint: ComplaintStands, policy: Policy) -> None:
    """The texts of messages, once the complaint has told its language and reference."""
    for message in waiting:
        if message.text:
            continue
        for model, _ in policy.messages(complaint.line, message.fact):
            if model.id == message.template:
                stood = {**thing.stands(f"intake/{thing.id}"), **message.stood}
                fields = policy.fields(complaint.line, complaint.language, stood)
                message.text = render(model, complaint.language, {**fields, **MARKS})
                message.language, message.stood = complaint.language, {}


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
    _wait_until_due(thing, now)
    waiting = _due(thing, now)
    complaint = ComplaintStands.model_validate(thing.stands(f"intake/{thing.id}"))
    if not waiting:
        thing.stop_clock(CONTACT_CLOCK)
        return told
    if thing.state.contact is None and (thing.state.contact_heard or (complaint.line and not complaint.reachable)):
        thing.stop_clock(CONTACT_CLOCK)
        return told + _skip(waiting, "no contact given")
    if complaint.line:
        _write(thing, waiting, complaint, policy)
    if thing.state.contact is None or not complaint.line:
        _wait(thing, now)
        return told
    if thing.state.survey is not None:
        asked_again = [message for message in waiting if SURVEY in message.text]
        told, waiting = told + _skip(asked_again, "answered before"), _due(thing, now)
    ready = [message for message in waiting if thing.state.respondent or not message.names_respondent]
    if len(ready) < len(waiting):
        _wait(thing, now)
    else:
        thing.stop_clock(CONTACT_CLOCK)
    return told + [_send(thing, message) for message in ready]


def _wait(thing: Thing[Letters], now: datetime) -> None:
    if thing.clock_due(CONTACT_CLOCK) is None:
        thing.set_clock(CONTACT_CLOCK, now + CONTACT_WAIT)


def _wait_until_due(thing: Thing[Letters], now: datetime) -> None:
    later = [message.not_before for message in _waiting(thing) if message.not_before and message.not_before > now]
    if later:
        thing.set_clock(LATER_CLOCK, min(later))
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


def _skip(messages: Sequence[Message], reason: str) -> list[Telling]:
    told: list[Telling] = []
    for message in messages:
        message.state, message.reason = "skipped", reason
        told.append(Tell(Skipped(message=message.id, template=message.template, reason=reason)))
    return told


def _survey(thing: Thing[Letters], answer: AnswerSurvey) -> list[Telling]:
    """One answer for each complaint; who was asked may give it, and what was answered stands."""
    state = thing.state
    if state.survey is None and not any(message.invites for message in state.messages.values()):
        return [_problem("this complaint's survey was not sent yet")]
    if state.survey not in (None, answer.score):
        return [_problem("the survey was answered before, and that answer stands")]
    reply = Reply(200, {"complaint": thing.id, "score": answer.score})
    if state.survey is not None:
        return [reply]
    state.survey = answer.score
    return [Tell(SurveyAnswered(score=answer.score), who="complainant"), reply]


def _problem(detail: str) -> Reply:
    return Reply(409, {"type": "https://redress.example/problems/conflict", "title": detail, "status": 409})


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
