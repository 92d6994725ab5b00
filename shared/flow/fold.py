"""One record and one thing: known or new, decide, and what the thing tells. Pure."""

from collections.abc import Sequence
from datetime import datetime

from shared import clock
from shared.flow import known
from shared.flow.codec import request_event
from shared.flow.deadletters import bytes_of, event_id, kept_record, record_page
from shared.flow.forgetting import PERSON, forget
from shared.flow.messages import (
    Answer,
    Answered,
    Asked,
    Fact,
    Heard,
    Input,
    Message,
    Reply,
    Request,
    Struck,
    Tell,
    Telling,
    Tick,
    problem,
)
from shared.flow.records import Outgoing, Record
from shared.flow.replay import note_told, replayed, unsealed
from shared.flow.telling import ATTEMPT, NeedsPerson, Teller

MAX_LEVEL = 6
MOST_UNREAD = 100
"""Records nobody could read that wait for a person on one thing; any more lie among the dead letters alone."""


class Fold(Teller):
    """Folds one record into one thing; made per record so that nothing is carried from one to the next."""

    __slots__ = ("_before", "_told")

    def take(self, message: Message) -> list[Outgoing]:
        """What is to be published for this record and thing; `changed` says whether the document did."""
        again = replayed(self.thing, self.record)
        if again is None:
            self.hear(message)
            again = self.speak()
        return again

    def hear(self, message: Message) -> None:
        """The first half of `take`, of a record that was not decided before: known or new, and what is decided."""
        thing = self.thing
        self._before = thing.lane, thing.told, set(thing.attempts), thing.erased
        self._told = self._dispatch(message)

    def speak(self) -> list[Outgoing]:
        """The second half: what was decided goes into the thing's history and becomes what is to be published."""
        told, (lane_before, told_before, begun_before, erased_before) = self._told, self._before
        if self._seen_to() or told is not None:
            self.changed = True
        if told is None:
            return self.out
        if self.thing.erased and not erased_before:
            self.pages = forget(self.thing, self.record.time)
        self.tell(told, told_before == 0)
        if self.thing.lane != lane_before:
            self.reorder(begun_before)
        note_told(self.thing, self.record, self.out)
        return self.out

    def set_aside(self, reason: str, message: Message | None, bare: bool) -> list[Outgoing]:
        """The thing becomes a person's: express, the record kept, a clock running until somebody did it.

        `bare`: told without how the thing stands, where even that cannot be said.
        """
        again = replayed(self.thing, self.record)
        if again is not None:
            return again
        keepable = self._keepable(message)
        answer_to = message.effect if isinstance(message, Answer) else ""
        kept = kept_record(self.thing.id, self.record, keepable, reason, answer_to)
        same = any((other["event"], other["of"]) == (kept["event"], kept["of"]) for other in self.thing.person)
        flooded = message is None and len(self.thing.person) >= MOST_UNREAD
        if same or flooded or (message is not None and not known.is_new(self.thing, message, self.record.time)):
            return []
        lane_before, begun, first = self.thing.lane, set(self.thing.attempts), self.thing.told == 0
        self.changed = True
        begun -= self._leave_open(message)
        self.thing.raise_lane("express")
        if isinstance(message, Tick) and message.clock == PERSON:
            told = self._person_again()  # this tick itself is nothing to keep
        else:
            self.thing.person.append(kept)
            self.pages = {kept["page"]: record_page(self.thing.id, kept, keepable)}
            told = [self._needs_person(reason, 0)]
        self.tell(told, first, bare)
        if self.thing.lane != lane_before:
            self.reorder(begun)
        note_told(self.thing, self.record, self.out)
        return self.out

    def _leave_open(self, message: Message | None) -> set[str]:
        """What makes the record count when a person feeds it again, and nothing repeat until then.

        Returns the effect whose answer this is: its try is not ordered again, so that the answer stays awaited.
        """
        if isinstance(message, Fact):
            known.make_hole(self.thing, message)
        if isinstance(message, Tick):
            known.strike(self.thing, message)
        if isinstance(message, Answer):
            self.thing.stop_clock(ATTEMPT + message.effect)
            return {message.effect}
        return set()

    def _keepable(self, message: Message | None) -> Record:
        """What is fed again. A record of an open inbox was believed when it came: kept as the request it made,

        since its signature holds for minutes and what it says openly is sealed in the request.
        """
        record = self.record
        if isinstance(message, Request) and record.topic.rsplit(".", 1)[0] in self.service.channels:
            asked = request_event(message, self.service.inbox("express"), self.trace)
            record = record._replace(
                topic=asked.topic, key=asked.key_bytes, value=asked.value, headers=tuple(asked.headers)
            )
        bare = self.thing.erased or not self.service.reads_sealed
        return record._replace(value=unsealed(record.value)) if bare else record

    def _needs_person(self, reason: str, level: int) -> Tell:
        self.thing.set_clock(PERSON, self.record.time + self.service.person_within * 2**level)
        return Tell(NeedsPerson(waiting=len(self.thing.person), level=level, reason=reason))

    # Known or new ------------------------------------------------------------------------------

    def _dispatch(self, message: Message) -> Sequence[Telling] | None:
        """What the thing tells; None when the record is nothing new to it."""
        if isinstance(message, Fact):
            return self._fact(message)
        if isinstance(message, Request):
            return self._request(message)
        if isinstance(message, Tick):
            return self._tick(message)
        return self._answer(message)

    def _new(self) -> None:
        """The record counts: its inbox may raise the thing."""
        if self.record.topic == self.service.inbox("express"):
            self.thing.raise_lane("express")

    def _seen_to(self) -> bool:
        """This very record was taken now: nobody has to see to it any more. Whether somebody had to."""
        if not self.thing.person:
            return False
        event, of = event_id(self.record), bytes_of(self.record)
        done = [kept for kept in self.thing.person if event in (kept["event"], "") and of in (kept["of"], kept["fed"])]
        if not done:
            return False
        self.thing.person = [kept for kept in self.thing.person if kept not in done]
        self.thing.fed += [kept["page"] for kept in done]
        if not self.thing.person:
            self.thing.stop_clock(PERSON)
        return True

    def _fact(self, fact: Fact) -> Sequence[Telling] | None:
        news = known.note_fact(self.thing, fact)
        if news == "known":
            return None
        self._new()
        if self.service.hears[fact.type].raises and fact.lane == "express":
            self.thing.raise_lane("express")
        if self.thing.erased and fact.sealed:
            fact = fact._replace(sealed=None)
        return self._decide(Heard(fact, late=news == "late"))

    def _request(self, request: Request) -> Sequence[Telling] | None:
        same, used = known.find_request(self.thing, request)
        takes = self.service.takes[request.type]
        if same:
            self.out.extend(takes.repeat(request, self.record))
            return None
        self._new()
        if self.thing.erased and not takes.after_erasure:
            self.out.extend(takes.repeat(request, self.record))
            told: Sequence[Telling] = [problem(410, "erased", "this was erased at the person's wish")]
        elif used and takes.reuse == "refuse":
            told = [problem(422, "key-reused", "this Idempotency-Key was used with another body: take a new one")]
        else:
            told = self._decide(Asked(request, again=used))
        reply = next((t for t in told if isinstance(t, Reply)), None)
        answer = {"status": reply.status, "body": dict(reply.body)} if reply else None
        known.note_request(self.thing, request, self.record.time, answer, self.service.requests_kept)
        return told

    def _tick(self, tick: Tick) -> Sequence[Telling] | None:
        if not known.strikes(self.thing, tick, self.record.time):
            return None
        known.strike(self.thing, tick)
        self._new()
        if tick.clock.startswith(ATTEMPT):
            self.try_again(tick.clock.removeprefix(ATTEMPT))
            return []
        if tick.clock == PERSON:
            return self._person_again()
        return self._decide(Struck(tick.clock, clock.from_ms(tick.due)))

    def _answer(self, answer: Answer) -> Sequence[Telling] | None:
        counts = known.awaited(self.thing, answer)
        if counts == "no":
            return None
        self._new()
        attempt = self.thing.attempts.setdefault(answer.effect, {"key": answer.key, "try": answer.attempt, "kind": ""})
        attempt["answer"] = {"verdict": answer.verdict, "body": answer.body}
        self.thing.stop_clock(ATTEMPT + answer.effect)
        self.thing.former.pop(ATTEMPT + answer.effect, None)
        kind = attempt["kind"]
        return self._decide(Answered(answer.effect, kind, answer.verdict, answer.body, counts == "unawaited"))

    def _person_again(self) -> list[Tell]:
        if not self.thing.person:
            return []
        level = min(self.thing.person[0].get("level", 0) + 1, MAX_LEVEL)
        self.thing.person[0] = {**self.thing.person[0], "level": level}
        return [self._needs_person("nobody has looked yet", level)]

    def _decide(self, input: Input) -> Sequence[Telling]:
        now: datetime = self.record.time
        self.thing, told = self.service.decide(self.thing, input, now, self.service.policy(now))
        return told
