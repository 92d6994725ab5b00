"""`replay`: what each record made a thing tell, kept until that record's offset is committed."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from shared.flow.records import Outgoing, Part, Record
from shared.flow.thing import Thing, Unread, as_stored

SEALED = "sealed"
"""Where facts carry their sealed parts."""
SEALED_FORM = re.compile(r"eyJ[\w-]*(\.[\w-]*){4}")
"""A sealed text shows by its form, JWE compact, wherever it stands."""


def _restored(stored: Outgoing | Mapping[str, Any]) -> Outgoing:
    if isinstance(stored, Outgoing):
        return stored
    headers = tuple((name, bytes(value)) for name, value in stored["headers"].items())
    value = stored["value"]
    return Outgoing(stored["topic"], stored["key"], None if value is None else bytes(value), headers)


def _at(group: Mapping[str, Any]) -> tuple[str, int, int]:
    return group["topic"], group["partition"], group["offset"]


def replayed(thing: Thing[Any], record: Record) -> list[Outgoing] | None:
    """What this record made the thing tell, if it was decided before; None when it was not."""
    if not thing.replay:
        return None
    coordinates = (record.topic, record.partition, record.offset)
    for group in thing.replay:
        if _at(group) == coordinates:
            return [_restored(message) for message in group["out"]]
    return None


def told_before(raw: dict[str, Any], record: Record) -> list[Outgoing]:
    """What this record made a thing tell, from its document: also where this release cannot read the rest of it."""
    return replayed(Thing(raw["_id"], Unread(), replay=raw.get("replay", [])), record) or []


def note_told(thing: Thing[Any], record: Record, out: list[Outgoing]) -> None:
    """Keeps what was told under the record's coordinates, in a form for documents once one is made (`as_stored`).

    Nothing told needs nothing kept.
    """
    if out:
        thing.replay.append({"topic": record.topic, "partition": record.partition, "offset": record.offset, "out": out})


def drop_committed(thing: Thing[Any], owned: Mapping[Part, int]) -> None:
    """Lets go of groups whose record is behind the committed offset of a partition held here; of no other."""
    thing.replay = [
        group for group in thing.replay if group["offset"] >= owned.get((group["topic"], group["partition"]), 0)
    ]


def drop_sealed(thing: Thing[Any]) -> None:
    """After an erasure, what is still to be told or ordered again goes without anything sealed."""
    thing.replay = [
        {**group, "out": [{**message, "value": unsealed(message["value"])} for message in group["out"]]}
        for group in as_stored(thing.replay)
    ]
    for attempt in thing.attempts.values():
        attempt["content"] = without_sealed(attempt.get("content", {}))


def unsealed(value: bytes | None) -> bytes | None:
    """A record's bytes without anything sealed; what is no JSON is left as it is."""
    try:
        data = orjson.loads(bytes(value or b"null"))
    except orjson.JSONDecodeError:
        return value
    bare = without_sealed(data)
    return value if bare == data else orjson.dumps(bare)


def without_sealed(value: Any) -> Any:
    """The same with null for every sealed text, and without the parts a fact carries as sealed."""
    if isinstance(value, dict):
        return {name: without_sealed(part) for name, part in value.items() if name != SEALED}
    if isinstance(value, list):
        return [without_sealed(part) for part in value]
    return None if isinstance(value, str) and SEALED_FORM.fullmatch(value) else value
