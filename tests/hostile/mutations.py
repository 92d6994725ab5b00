"""Ways to make a genuine record wrong: bytes, JSON, headers, keys. `SURELY`: those nobody may take for a record."""

import random
from collections.abc import Callable
from typing import Any

import orjson

from shared.flow.records import Headers, Record

Mutation = Callable[[Record, random.Random], Record]
ODD: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 2**64 - 1, 1e308, -0.0, "", "\x00", "\ufeff", "\ufffe", "\u202e", "a" * 70_000, "1e999",
    "9" * 400, "../..", "$where", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999+00:00", [], {}, [[]], {"": ""},
    {"$gt": ""}, {"a.b": {"\x00": 1}}, ["x"] * 500,
)  # fmt: skip
VALUES: dict[str, Callable[[bytes, random.Random], bytes | None]] = {
    "nothing": lambda value, rng: None,
    "no bytes": lambda value, rng: b"",
    "bytes of chance": lambda value, rng: rng.randbytes(rng.randrange(1, 400)),
    "cut off": lambda value, rng: value[: rng.randrange(max(1, len(value)))],
    "NaN": lambda value, rng: value[:-1] + b',"n":NaN}',
    "infinity": lambda value, rng: value[:-1] + b',"n":1e999}',
    "half a surrogate": lambda value, rng: value[:-1] + b',"n":"\\ud800"}',
    "a byte order mark": lambda value, rng: b"\xef\xbb\xbf" + value,
    "utf-16": lambda value, rng: value.decode("utf-8", "replace").encode("utf-16"),
    "nested a hundred levels": lambda value, rng: value[:-1] + b',"n":' + b"[" * 100 + b"]" * 100 + b"}",
    "nested a hundred thousand levels": lambda value, rng: b"[" * 100_000,
    "a list": lambda value, rng: b"[" + value + b"]",
    "text": lambda value, rng: orjson.dumps(value.decode("utf-8", "replace")),
    "too large": lambda value, rng: value[:-1] + b',"n":"' + b"x" * 950_000 + b'"}',
    "compressed inside": lambda value, rng: b"\x1f\x8b\x08\x00" + value,
}
ATTRIBUTES = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject")
SEQUENCES = (b"", b"-1", b"0", b"1.0", b"1e3", b" 7", b"+7", b"1_0", "\u0667".encode(), b"9" * 30, b"9" * 5000, b"\xff")
TIMES = (
    b"", b"yesterday", b"2026-11-27", b"2026-11-27T08:00:00", b"9999-12-31T23:59:59-12:00",
    b"0001-01-01T00:00:00+14:00",
)  # fmt: skip
NAMES = (b"", b"\x00", b"\xff\xfe", b"\n", "\u202e".encode(), b"x" * 5_000, b"c" * 300_000)


def with_value(name: str) -> Mutation:
    def change(record: Record, rng: random.Random) -> Record:
        return record._replace(value=VALUES[name](record.value or b"{}", rng))

    return change


def flipped(record: Record, rng: random.Random) -> Record:
    """Some bytes of the value are others."""
    raw = bytearray(record.value or b"{}")
    for _ in range(rng.randrange(1, 8)):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    return record._replace(value=bytes(raw))


def other_leaf(record: Record, rng: random.Random) -> Record:
    """One value somewhere in the data is something else; or is gone, or has company."""
    try:
        data = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        return record
    places: list[tuple[Any, Any]] = []
    todo: list[Any] = [data]
    while todo:
        holder = todo.pop()
        inner = list(holder.items()) if isinstance(holder, dict) else list(enumerate(holder))
        places += [(holder, at) for at, _ in inner]
        todo += [value for _, value in inner if isinstance(value, dict | list)]
    if not places:
        return record
    holder, at = rng.choice(places)
    what = rng.random()
    if what < 0.7:
        holder[at] = rng.choice(ODD)
    elif what < 0.85 and isinstance(holder, dict):
        del holder[at]
    elif isinstance(holder, dict):
        holder[rng.choice(("", "\x00", "$set", "a.b", "_id", "v", "x" * 2000))] = rng.choice(ODD)
    return record._replace(value=orjson.dumps(data))


def other_key(record: Record, rng: random.Random) -> Record:
    keys = (None, b"", b"\xff\xfe", b"\x00", rng.randbytes(16), b"k" * 200, b"k" * 100_000, b"another")
    return record._replace(key=rng.choice(keys))


def _headers(record: Record, change: Callable[[list[tuple[str, bytes]]], None]) -> Record:
    headers = list(record.headers)
    change(headers)
    return record._replace(headers=tuple(headers))


def put(headers: Headers, name: str, value: bytes) -> Headers:
    """The headers with this one in the place of any of its name."""
    return (*((other, old) for other, old in headers if other != name), (name, value))


def header_missing(record: Record, rng: random.Random) -> Record:
    name = rng.choice(ATTRIBUTES)
    return record._replace(headers=tuple(h for h in record.headers if h[0] != name))


def header_doubled(record: Record, rng: random.Random) -> Record:
    """An attribute stands twice, with another value."""
    name, value = rng.choice([h for h in record.headers if h[0].startswith("ce_")] or [("ce_id", b"x")])
    at = rng.randrange(len(record.headers) + 1)
    return _headers(record, lambda headers: headers.insert(at, (name, value + b"2")))


def header_odd(record: Record, rng: random.Random) -> Record:
    """An attribute, or a header of nobody's, holds anything."""
    name = rng.choice([*ATTRIBUTES, "ce_partitionkey", "ce_teller", "traceparent", "integration", "content-type", "x"])
    return record._replace(headers=put(record.headers, name, rng.choice(NAMES)))


def many_headers(record: Record, rng: random.Random) -> Record:
    return record._replace(headers=record.headers + tuple((f"x{n}", b"y" * 50) for n in range(3000)))


def sequence(record: Record, rng: random.Random) -> Record:
    return record._replace(headers=put(record.headers, "ce_sequence", rng.choice(SEQUENCES)))


def time(record: Record, rng: random.Random) -> Record:
    return record._replace(headers=put(record.headers, "ce_time", rng.choice(TIMES)))


def version(record: Record, rng: random.Random) -> Record:
    type = record.header("ce_type") or b""
    return record._replace(headers=put(record.headers, "ce_type", type[:-1] + b"9"))


SURELY: dict[str, Mutation] = {
    **{name: with_value(name) for name in VALUES},
    "an attribute missing": header_missing,
    "an attribute twice": header_doubled,
}
PERHAPS: dict[str, Mutation] = {
    "bytes flipped": flipped,
    "another value inside": other_leaf,
    "another key": other_key,
    "an odd header": header_odd,
    "thousands of headers": many_headers,
    "an odd sequence": sequence,
    "an odd time": time,
    "another version": version,
}
