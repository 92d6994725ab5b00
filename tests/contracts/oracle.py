"""The CloudEvents library's reading of a record, in the words of our own codec, so that the two can be compared."""

from datetime import datetime
from typing import Any

from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared import clock
from shared.flow.envelope import ATTRIBUTES
from shared.flow.records import Record

FORMAT = JSONFormat()


def event_of(record: Record) -> BaseCloudEvent:
    """A record as the library reads it. Raises what the library raises when it is no CloudEvent.

    The library makes up a time where none is told; here there is none then.
    """
    headers = {name: value or b"" for name, value in record.headers}
    event = from_kafka(KafkaMessage(headers, record.key, record.value or b""), FORMAT, CloudEvent)
    attributes = event.get_attributes()
    if "ce_time" not in headers and "content-type" in headers and not headers["content-type"].endswith(b"events+json"):
        attributes["time"] = None
    return Told(attributes, event.get_data())


class Told(CloudEvent):
    """An event as it was told, nothing added."""

    def __init__(self, attributes: dict[str, Any], data: Any) -> None:
        self._attributes, self._data = attributes, data


def said(event: BaseCloudEvent) -> tuple[dict[str, Any], Any]:
    """Attributes this house knows, times as moments, and the data."""
    told = {n: v for n, v in event.get_attributes().items() if n in ATTRIBUTES and v is not None}
    return comparable(told), event.get_data()


def comparable(attributes: dict[str, Any]) -> dict[str, Any]:
    """Times as moments: this house keeps whole milliseconds, and two spellings of one moment are the same."""
    time = attributes.get("time")
    if time is None:
        return attributes
    at = clock.from_ms(clock.to_ms(time)) if isinstance(time, datetime) else clock.from_wire(time)
    return {**attributes, "time": at}


def record_of(message: KafkaMessage, like: Record | None = None) -> Record:
    """What the library would publish, as a record."""
    key = message.key.encode() if isinstance(message.key, str) else message.key
    return Record("any", 0, 0, like.time if like else clock.now(), key, message.value, tuple(message.headers.items()))
