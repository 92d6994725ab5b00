"""Decode one record and tell which things it concerns, from the record alone."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from shared.flow import codec
from shared.flow.envelope import usual
from shared.flow.errors import Poison, Transient
from shared.flow.messages import Fact, Message
from shared.flow.records import Outgoing, Record
from shared.flow.service import Refused, Service

VERSION = re.compile(r"\.v\d+$")


class Understood(NamedTuple):
    """A record with what it says and whom it concerns; `reply` and `fault` when it could not be taken."""

    record: Record
    message: Message | None = None
    targets: Sequence[str] = ()
    reply: Outgoing | None = None
    fault: Poison | None = None


def event_type(record: Record) -> str:
    """The type without parsing the value; empty in structured mode."""
    return (record.header("ce_type") or b"").decode(errors="replace")


def understand(record: Record, service: Service[Any]) -> Understood:
    """What cannot be read carries its fault; raises only Transient, when an open inbox cannot tell yet."""
    try:
        return _understand(record, service)
    except Transient:
        raise
    except Poison as fault:
        return Understood(record, fault=fault, targets=_key(record, service))
    except Exception as bug:  # one bad record never stops the others
        defect = Poison(f"a defect while reading: {type(bug).__name__}")
        return Understood(record, fault=defect, targets=_key(record, service))


def _key(record: Record, service: Service[Any]) -> Sequence[str]:
    """The thing an unreadable record was meant for, as its key says; else one of the record's own name.

    Keys are things in our inbox and complaints on facts; on open inboxes they are a sender's own.
    """
    key = (record.key or b"").decode(errors="replace")
    named = key.isprintable() and 0 < len(key) < 200 and "\ufffd" not in key
    if named and record.topic.rsplit(".", 1)[0] not in service.channels:
        return (key,)
    return (f"{record.topic}/{record.partition}/{record.offset}",)


def _understand(record: Record, service: Service[Any]) -> Understood:
    if record.unreadable:
        raise Poison(record.unreadable)
    base = _base(record.topic)
    if base in service.channels:
        taken = service.channels[base](record)
        if isinstance(taken, Refused):
            return Understood(record, reply=taken.reply)
        return Understood(record, taken, (taken.thing,))
    if base == f"redress.{service.name}.inbox":
        return _from_inbox(record, *codec.read(record), service)
    found = usual(record.headers)
    heard = found.get("type") or event_type(record)
    if heard and heard not in service.hears and _passes(heard, service):  # nobody looks at its value
        return Understood(record)
    attributes, data = codec.read(record, found)
    type = attributes["type"]
    if type not in service.hears and _passes(type, service):
        return Understood(record)
    hears = service.hears[type]
    fact = codec.fact_of(attributes, data, hears.model, record.time)
    if hears.since is not None and fact.time < hears.since:
        return Understood(record)
    return Understood(record, fact, _distinct(hears.targets(fact)))


@lru_cache(maxsize=1024)
def _base(topic: str) -> str:
    """The topic without its lane."""
    return topic.rsplit(".", 1)[0]


def _from_inbox(record: Record, attributes: dict[str, str], data: dict[str, Any], service: Service[Any]) -> Understood:
    type = attributes["type"]
    message: Message
    if type == codec.TICK:
        message = codec.tick_of(attributes, data)
    elif type == codec.ANSWER:
        message = codec.answer_of(attributes, data)
    elif type in service.takes:
        message = codec.request_of(attributes, data, service.takes[type].model)
    else:
        raise Poison(f"{service.name} takes no such request: unknown type or version", "/type")
    return Understood(record, message, (message.thing,))


@lru_cache(maxsize=1024)
def _stem(type: str) -> str:
    return VERSION.sub("", type)


def _passes(type: str, service: Service[Any]) -> bool:
    """True: a type not heard does not concern this service; Poison for a version of a heard one nobody can read."""
    stem = _stem(type)
    if any(_stem(heard) == stem for heard in service.hears):
        raise Poison("an unknown version of a fact this service hears", "/type")
    return True


def _distinct(targets: Sequence[str]) -> Sequence[str]:
    return targets if len(targets) < 2 else tuple(dict.fromkeys(targets))


def concerns(fact: Fact) -> Sequence[str]:
    """The usual target: the thing named like the complaint."""
    return (fact.complaint,)
