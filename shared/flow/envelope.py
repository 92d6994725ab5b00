"""What is around a record's data: CloudEvents 1.0, binary or structured mode, read within bounds."""

from typing import Any

import orjson

from shared.flow.errors import Poison
from shared.flow.records import Headers, Record

STRUCTURED = "application/cloudevents+json"
MAX_BYTES = 900_000
MAX_DEPTH = 64
MAX_TEXT = 4_000
"""Characters of all attributes together: they become ids and names in documents."""
ATTRIBUTES = frozenset(
    "id type source subject specversion time sequence partitionkey teller lane fingerprint who".split()
)
NAMES = {f"ce_{name}": name for name in ATTRIBUTES}


def header_texts(headers: Headers) -> dict[str, str]:
    """Header names in lower case with their text; Poison when a CloudEvents attribute is not UTF-8.

    Other headers may hold anything: clients add what they like, also bytes.
    """
    texts = {}
    for name, value in headers:
        try:
            texts[name.lower()] = (value or b"").decode()
        except UnicodeDecodeError:
            if name.lower().startswith("ce_"):
                raise Poison("an attribute is not UTF-8", attribute_pointer(name[3:].lower())) from None
    return texts


def _parse(value: bytes | None) -> Any:
    if value is None:
        raise Poison("no value: a record carries JSON")
    if len(value) > MAX_BYTES:
        raise Poison(f"larger than {MAX_BYTES} bytes")
    try:
        body = orjson.loads(value)
    except orjson.JSONDecodeError as fault:
        raise Poison(f"not JSON: {fault.msg} at line {fault.lineno} column {fault.colno}") from None
    if value.count(b"[") + value.count(b"{") > MAX_DEPTH and deeper(body, MAX_DEPTH):
        raise Poison(f"nested more than {MAX_DEPTH} levels deep")
    return body


def read(record: Record, attributes: dict[str, str] | None = None) -> tuple[dict[str, str], dict[str, Any]]:
    """CloudEvents attributes and data of a record, in binary or structured mode; Poison when it is neither.

    `attributes`: what `usual` found in its headers, where somebody has looked already.
    """
    data = _parse(record.value)
    if attributes is None:
        attributes = usual(record.headers)
    if "specversion" not in attributes:
        attributes, data = _unusual(record.headers, data)
    if attributes.get("specversion") != "1.0":
        raise Poison("not a CloudEvent 1.0: specversion is missing or another", "/specversion")
    named = attributes.get
    if not (named("id") and named("type") and named("source") and named("subject")):
        missing = next(name for name in ("id", "type", "source", "subject") if not named(name))
        raise Poison("a CloudEvents attribute is missing", f"/{missing}")
    texts = "".join(attributes.values())
    if len(texts) > MAX_TEXT or not texts.isprintable():
        raise Poison(f"more than {MAX_TEXT} characters of attributes, or some that no one can print", _odd(attributes))
    if not isinstance(data, dict):
        raise Poison("the data is not a JSON object", "/data")
    return attributes, data


def usual(headers: Headers) -> dict[str, str]:
    """The attributes this house knows, in binary mode, named as it names them itself: nearly every record."""
    try:
        found = [(NAMES[name], value.decode()) for name, value in headers if name in NAMES]
    except UnicodeDecodeError:
        return {}
    return _once(found)


def _once(found: list[tuple[str, str]]) -> dict[str, str]:
    """What stands twice may be read either way, so that two readers would not mean the same."""
    attributes = dict(found)
    if len(attributes) != len(found):
        twice = next(name for name, _ in found if sum(name == other for other, _ in found) > 1)
        raise Poison("an attribute stands twice", attribute_pointer(twice))
    return attributes


def _odd(attributes: dict[str, str]) -> str:
    longest = max(attributes, key=lambda name: (not attributes[name].isprintable(), len(attributes[name])))
    return attribute_pointer(longest)


def _unusual(headers: Headers, body: Any) -> tuple[dict[str, str], Any]:
    """Attributes and data in structured mode, or in binary mode with names written as somebody else writes them."""
    texts = header_texts(headers)
    _once([(name[3:].lower(), "") for name, _ in headers if name.lower().startswith("ce_")])
    if not texts.get("content-type", "").lower().startswith(STRUCTURED):
        return {NAMES[name]: text for name, text in texts.items() if name in NAMES}, body
    if not isinstance(body, dict):
        raise Poison("a structured CloudEvent is one JSON object")
    known = {name: text for name, text in body.items() if name in ATTRIBUTES and isinstance(text, str)}
    return known, body.get("data")


def attribute_pointer(name: str) -> str:
    """The pointer to a CloudEvents attribute."""
    return "/" + (name if name in ATTRIBUTES else "*")


def deeper(value: Any, most: int) -> bool:
    """Whether JSON is nested more than `most` levels deep."""
    level = [value]
    for _ in range(most + 1):
        holders = [each for each in level if isinstance(each, dict | list)]
        if not holders:
            return False
        level = [inner for each in holders for inner in (each.values() if isinstance(each, dict) else each)]
    return True
