"""What cannot be read or decided: buried with its bytes untouched, or kept for a person."""

import hashlib
from typing import Any

from shared import clock
from shared.flow.errors import Poison
from shared.flow.records import Outgoing, Record
from shared.flow.service import Service

CARRIED = 1_900_000
"""Bytes of key, value and headers that are carried along: what any broker takes as one record, and the store as one
page. What a sender compressed may be a thousand times that; it stays where it lies, and its hash is told."""


def carried(record: Record) -> bool:
    """Whether a dead letter or a page holds the record itself."""
    headers = sum(len(name) + len(value or b"") + 10 for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers <= CARRIED


def _name(record: Record) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"


def dead_letter(record: Record, service: Service[Any], fault: Poison) -> Outgoing:
    """The record as it was, with headers that say where it stood and why it lies here.

    One too large to be carried is named only: `dead_bytes` and `dead_sha256` of its value.
    """
    told = {
        "dead_service": service.name,
        "dead_topic": record.topic,
        "dead_partition": str(record.partition),
        "dead_offset": str(record.offset),
        "dead_time": clock.wire(record.time),
        "dead_reason": fault.reason[:1000],
        "dead_pointer": fault.pointer[:200],
        "dead_attempt": "1",
    }
    if not carried(record):
        told |= {
            "dead_bytes": str(len(record.value or b"")),
            "dead_sha256": hashlib.sha256(record.value or b"").hexdigest(),
        }
        record = record._replace(key=None, value=None, headers=())
    key = record.key or _name(record)
    headers = (*record.headers, *((name, value.encode()) for name, value in told.items()))
    return Outgoing(service.dead, key, record.value, headers)


def event_id(record: Record) -> str:
    """The id of its event, as far as a header says; "" when none does."""
    return (record.header("ce_id") or b"")[:1000].decode(errors="replace")


def bytes_of(record: Record) -> str:
    """A hash of its bytes: fed again, a record is the same by these, whether or not a header names its event."""
    return hashlib.sha256(record.value or b"").hexdigest()[:32]


def kept_record(thing: str, record: Record, kept: Record, reason: str, answer_to: str = "") -> dict[str, Any]:
    """The entry a person finds on the thing; the bytes stand on a page of their own, as `kept`.

    `event` and `of` (a hash of its bytes) tell whether the same record came again: it is kept once. `fed` is the
    hash it will have when it is fed from its page. What a sender signed names no event: the event is that of what
    it is kept as. `answer_to`: the effect it answers, if it is an answer.
    """
    at = _name(record)
    return {
        "at": at,
        "event": event_id(kept),
        "of": bytes_of(record),
        "fed": bytes_of(kept),
        "time": clock.to_ms(record.time),
        "reason": reason,
        "page": f"{thing}#record-{at}",
        "level": 0,
        **({"answer_to": answer_to} if answer_to else {}),
    }


def record_page(thing: str, kept: dict[str, Any], record: Record) -> dict[str, Any]:
    """The page that holds the record itself, so that it can be fed again."""
    if not carried(record):
        return blank_page(thing, kept["page"])
    page = {"_id": kept["page"], "thing": thing, "topic": record.topic, "key": record.key, "value": record.value}
    return {**page, "headers": [[name, value] for name, value in record.headers]}


def blank_page(thing: str, page: str) -> dict[str, Any]:
    """What is left of a kept record once its person is erased, or of one too large to be carried."""
    return {"_id": page, "thing": thing, "topic": "", "key": None, "value": None, "headers": []}
