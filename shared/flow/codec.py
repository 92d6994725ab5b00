"""The five kinds of record on the wire: CloudEvents 1.0, binary mode, with `sequence` as its extension."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from shared import clock
from shared.flow.envelope import MAX_BYTES, header_texts, read
from shared.flow.errors import Poison
from shared.flow.messages import Answer, Fact, Lane, Order, Request, Tick
from shared.flow.pointers import pointer
from shared.flow.records import Headers, Outgoing, Stood

JSON = b"application/json"
__all__ = ["header_texts", "read"]

TICK, ANSWER, ORDER = "redress.flow.tick.v1", "redress.flow.answer.v1", "redress.flow.order.v1"
HIGHEST = 2**63 - 1


def event(
    topic: str,
    key: str,
    type: str,
    id: str,
    subject: str,
    data: Any,
    trace: bytes | None = None,
    **extensions: str,
) -> Outgoing:
    """A CloudEvent ready to publish; `data` may be JSON in bytes already, extension values are text."""
    more = tuple((f"ce_{name}", value.encode()) for name, value in extensions.items())
    return _event(topic, key, type, id, subject, data, trace, more)


def _event(
    topic: str, key: str, type: str, id: str, subject: str, data: Any, trace: bytes | None, more: Headers
) -> Outgoing:
    headers = (
        ("ce_specversion", b"1.0"),
        ("ce_id", id.encode()),
        *_named(type),
        ("ce_subject", subject.encode()),
        ("content-type", JSON),
        *more,
    )
    if trace:
        headers += (("traceparent", trace),)
    value = data if isinstance(data, bytes) else orjson.dumps(data, default=_written)
    if len(value) > MAX_BYTES:
        raise ValueError(f"an event of {len(value)} bytes does not fit the log: tell less")
    return Outgoing(topic, key, value, headers)


def _written(model: Any) -> orjson.Fragment:
    """A model anywhere in an event's data, as its JSON; it need not be made into a dict before."""
    if isinstance(model, BaseModel):
        return orjson.Fragment(model.__pydantic_serializer__.to_json(model))
    raise TypeError(f"an event holds no {type(model).__name__}")


def plain(model: BaseModel) -> dict[str, Any]:
    """The model as JSON has it: what `model_dump(mode="json")` gives, without its detour."""
    dumped: dict[str, Any] = model.__pydantic_serializer__.to_python(model, mode="json")
    return dumped


@lru_cache(maxsize=256)
def _named(type: str) -> Headers:
    """Type, and the source that follows from it."""
    return ("ce_type", type.encode()), ("ce_source", ("/" + "/".join(type.split(".")[:2])).encode())


@lru_cache(maxsize=1024)
def _told_at(time: datetime) -> tuple[str, bytes]:
    return "ce_time", clock.wire(time).encode()


@lru_cache(maxsize=64)
def _told_by(teller: str, lane: Lane) -> Headers:
    return ("ce_teller", teller.encode()), ("ce_lane", lane.encode())


def fact_event(
    fact: Fact, topic: str, trace: bytes | None = None, happened: Stood | None = None, stands: Stood | None = None
) -> Outgoing:
    """A fact; keyed by its complaint, so one complaint's facts keep their order.

    `happened` and `stands` take the place of the fact's own where they are at hand in another form.
    """
    data: dict[str, Any] = {"happened": happened or fact.happened, "stands": stands or fact.stands}
    if fact.chain:
        data["chain"] = fact.chain
    if fact.sealed:
        data["sealed"] = fact.sealed
    number, complaint, teller, thing = fact.number, fact.complaint, fact.teller, fact.thing
    more = (
        _told_at(fact.time),
        ("ce_sequence", b"%d" % number),
        ("ce_partitionkey", complaint.encode()),
        *_told_by(teller, fact.lane),
    )
    return _event(topic, complaint, fact.type, f"{teller}/{thing}/{number}", thing, data, trace, more)


def request_event(request: Request, topic: str, trace: bytes | None = None) -> Outgoing:
    """A request for an inbox."""
    return event(
        topic,
        request.thing,
        request.type,
        request.id,
        request.thing,
        request.body.__pydantic_serializer__.to_json(request.body),
        trace,
        fingerprint=request.fingerprint,
        who=request.who,
        partitionkey=request.complaint or request.thing,
    )


def tick_event(tick: Tick, topic: str) -> Outgoing:
    """A tick for an inbox; its id follows from thing, clock and due time."""
    return event(topic, tick.thing, TICK, tick.id, tick.thing, {"clock": tick.clock, "due": tick.due})


def answer_event(answer: Answer, topic: str, trace: bytes | None = None) -> Outgoing:
    """An answer for the inbox of the order's lane."""
    data = {
        "effect": answer.effect,
        "key": answer.key,
        "attempt": answer.attempt,
        "verdict": answer.verdict,
        "body": answer.body,
    }
    id = f"{answer.key}/{answer.attempt}/{answer.verdict}"
    return event(topic, answer.thing, ANSWER, id, answer.thing, data, trace)


def order_event(order: Order, topic: str, lane: Lane, trace: bytes | None = None) -> Outgoing:
    """An order for the effects of its lane."""
    data = {
        "effect": order.effect,
        "kind": order.kind,
        "key": order.key,
        "attempt": order.attempt,
        "content": order.content,
        "ask_first": order.ask_first,
        "begun": order.begun,
    }
    return event(topic, order.thing, ORDER, f"{order.key}/{order.attempt}", order.thing, data, trace, lane=lane)


# Reading -------------------------------------------------------------------------------------------


def validated(model: type[BaseModel], data: Any, at: str = "/data") -> BaseModel:
    """The data as its declared type; Poison names the first field at fault and echoes nothing of it."""
    try:
        valid: BaseModel = model.__pydantic_validator__.validate_python(data)
        return valid
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False, include_context=False)[0]
        raise Poison(f"{model.__name__}: {first['type']}", at + pointer(model, first["loc"])) from None


def fact_of(attributes: Mapping[str, str], data: dict[str, Any], model: type[BaseModel], time: datetime) -> Fact:
    """The fact a record tells; `time` is its place on the log when it names none."""
    digits = attributes.get("sequence", "")
    if not (digits.isascii() and digits.isdigit()):
        raise Poison("sequence is missing or no number", "/sequence")
    number = int(digits) if len(digits) < 20 else 0
    try:
        told_at = clock.from_wire(attributes["time"]) if "time" in attributes else time
    except (ValueError, OverflowError):
        raise Poison("time is no RFC 3339 time with a zone", "/time") from None
    lane: Lane = "express" if attributes.get("lane") == "express" else "standard"
    sealed, stands = data.get("sealed"), data.get("stands", {})
    if not 1 <= number <= HIGHEST:
        raise Poison(f"sequence is not between 1 and {HIGHEST}", "/sequence")
    if not isinstance(stands, dict):
        raise Poison("stands is no JSON object", "/data/stands")
    if sealed is not None and not isinstance(sealed, dict):
        raise Poison("sealed is no JSON object", "/data/sealed")
    thing = attributes["subject"]
    return Fact(
        attributes.get("teller") or attributes["source"].rsplit("/", 1)[-1],
        thing,
        attributes["type"],
        number,
        told_at,
        lane,
        attributes.get("partitionkey", thing),
        validated(model, data.get("happened", {}), "/data/happened"),
        stands,
        sealed,
        str(data.get("chain", "")),
    )


def request_of(attributes: Mapping[str, str], data: dict[str, Any], model: type[BaseModel]) -> Request:
    """The request a record holds."""
    return Request(
        thing=attributes["subject"],
        type=attributes["type"],
        id=attributes["id"],
        fingerprint=attributes.get("fingerprint", ""),
        who=attributes.get("who", ""),
        body=validated(model, data),
        complaint=attributes.get("partitionkey", ""),
    )


def _fields(data: Mapping[str, Any], fields: Iterable[tuple[str, type]]) -> list[Any]:
    for name, kind in fields:
        if not isinstance(data.get(name), kind):
            raise Poison(f"{name} is missing or no {kind.__name__}", f"/data/{name}")
    return [data[name] for name, _ in fields]


def tick_of(attributes: Mapping[str, str], data: dict[str, Any]) -> Tick:
    """The tick a record holds."""
    name, due = _fields(data, (("clock", str), ("due", int)))
    return Tick(attributes["subject"], name, due)


def answer_of(attributes: Mapping[str, str], data: dict[str, Any]) -> Answer:
    """The answer a record holds."""
    fields = (("effect", str), ("key", str), ("attempt", int), ("verdict", str), ("body", dict))
    effect, key, attempt, verdict, body = _fields(data, fields)
    if verdict not in ("done", "refused", "open"):
        raise Poison("verdict is none of done, refused, open", "/data/verdict")
    return Answer(attributes["subject"], effect, key, attempt, verdict, body)


LATEST_MS = 2**42


def order_of(attributes: Mapping[str, str], data: dict[str, Any]) -> Order:
    """The order a record holds."""
    fields = (("effect", str), ("kind", str), ("key", str), ("attempt", int), ("content", dict))
    effect, kind, key, attempt, content = _fields(data, fields)
    begun = data.get("begun")
    known = begun if isinstance(begun, int) and 0 < begun < LATEST_MS else None
    return Order(attributes["subject"], effect, kind, key, attempt, content, bool(data.get("ask_first")), known)
