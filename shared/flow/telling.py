"""What a thing tells: facts with their numbers, orders with their tries, and the history of both. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from shared import clock, ids
from shared.flow import codec, history
from shared.flow.messages import Do, Fact, Order, Tell, Telling
from shared.flow.records import Outgoing, Record, Stood
from shared.flow.service import Service
from shared.flow.thing import Thing
from shared.flow.trace import genuine

EPOCH = 2**32
ATTEMPT = "attempt/"


class NeedsPerson(BaseModel):
    """A record could not be decided: a person must look. `waiting`: how many such records wait."""

    waiting: int
    level: int = 0
    reason: str = ""


NO_PAGES: Mapping[str, dict[str, Any]] = {}


class Teller:
    """Gathers what one thing is to publish for one record."""

    __slots__ = ("changed", "epoch", "out", "pages", "record", "service", "thing", "trace")

    def __init__(self, thing: Thing[Any], record: Record, service: Service[Any], epoch: int) -> None:
        self.thing, self.record, self.service, self.epoch = thing, record, service, epoch
        self.out: list[Outgoing] = []
        self.pages: Mapping[str, dict[str, Any]] = NO_PAGES
        self.trace = genuine(record.header("traceparent"))
        self.changed = False

    def tell(self, told: Sequence[Telling], first: bool, bare: bool = False) -> None:
        """Gathers what is told. `bare`: without how the thing stands and without its sealed parts."""
        stands: Stood | None = {} if bare else None
        for telling in told:
            if isinstance(telling, Tell):
                stands = self.service.stands(self.thing) if stands is None else stands
                self._fact_out(telling, stands, first, bare)
                first = first and telling.topic is not None
            elif isinstance(telling, Do):
                self.begin(telling)

    def _fact_out(self, telling: Tell, stands: Stood, first: bool, bare: bool) -> None:
        thing, service = self.thing, self.service
        thing.told = max(thing.told, self.epoch * EPOCH) + 1
        type = _type(telling.happened, service.name)
        content = codec.plain(telling.happened)
        chain = history.note(thing, self.record.time, telling.who, type, telling.rules, thing.told, content)
        with_sealed = (first or thing.lane == "express") and not thing.erased and not bare and telling.topic is None
        fact = Fact(
            service.name,
            thing.id,
            type,
            thing.told,
            self.record.time,
            thing.lane,
            thing.id if bare else service.complaint(thing),
            telling.happened,
            {},
            service.sealed(thing) if with_sealed else None,
            chain if telling.topic is None else "",
        )
        base = telling.topic or f"redress.{service.name}"
        topic = f"{base}.{thing.lane}" if telling.laned else base
        self.out.append(codec.fact_event(fact, topic, self.trace, content, stands if telling.topic is None else {}))

    def begin(self, do: Do) -> None:
        if do.effect in self.thing.attempts:
            return
        key = ids.digest("effect", self.service.name, self.thing.id, do.effect)
        at = clock.to_ms(self.record.time)
        attempt: dict[str, Any] = {
            "kind": do.kind,
            "key": key,
            "content": dict(do.content),
            "try": 1,
            "at": at,
        }
        if do.topic:
            attempt["topic"] = do.topic
        self.thing.attempts[do.effect] = attempt
        self._order(do.effect)

    def try_again(self, effect: str) -> None:
        attempt = self.thing.attempts.get(effect)
        if attempt is not None and "answer" not in attempt:
            attempt["try"] += 1
            self._order(effect)

    def _order(self, effect: str) -> None:
        """Publishes the try as it stands and sets the clock that repeats it.

        Nobody knows what a restored store had ordered. How old an order is when it is carried out shows there.
        """
        thing, service = self.thing, self.service
        attempt = thing.attempts[effect]
        age = self.record.time - clock.from_ms(attempt["at"])
        order = Order(
            thing.id,
            effect,
            attempt["kind"],
            attempt["key"],
            attempt["try"],
            attempt["content"],
            ask_first=age > service.keys_remembered or self.epoch > 0,
            begun=attempt["at"],
        )
        topic = attempt.get("topic") or service.effects(thing.lane)
        self.out.append(codec.order_event(order, topic, thing.lane, self.trace))
        pause = service.retry_s[min(attempt["try"], len(service.retry_s)) - 1]
        thing.set_clock(ATTEMPT + effect, self.record.time + timedelta(seconds=pause))

    def reorder(self, begun_before: set[str]) -> None:
        """A raised thing publishes its open orders again, on express, with the same keys."""
        for effect in sorted(begun_before):
            if self.thing.pending(effect) and "topic" not in self.thing.attempts[effect]:
                self.try_again(effect)


def _type(happened: BaseModel, service: str) -> str:
    """`redress.<service>.<fact>.v1`; the model names itself, flow's own facts take the service's name."""
    if isinstance(happened, NeedsPerson):
        return f"redress.{service}.needs-person.v1"
    return str(happened.TYPE)  # type: ignore[attr-defined]
