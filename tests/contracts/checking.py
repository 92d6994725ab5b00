"""Holds records to the AsyncAPI document as a reader would: topic, message, headers, key, body; and nothing unsaid."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs

from shared.contracts.asyncapi import DEAD, ENTRY, SEALED
from shared.flow.records import Record

DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.json"
Json = dict[str, Any]


@dataclass
class Checked:
    """`seen` counts (topic, message); `wrong` names what does not hold, without the data."""

    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Checker:
    """One document, its schemas closed: a field that the document does not name is a fault of ours."""

    def __init__(self, document: Json | None = None) -> None:
        self.document = document or json.loads(DOCUMENT.read_text("utf-8"))
        self._held: dict[tuple[str, str], Any] = {}
        self._components = closed(self.document["components"])

    def check(self, records: Iterable[Record]) -> Checked:
        checked = Checked()
        for record in records:
            at = f"{record.topic}/{record.partition}/{record.offset}"
            channel = self.document["channels"].get(record.topic)
            headers = {name: (value or b"").decode() for name, value in record.headers}
            message = _message_of(record.topic, headers)
            if channel is None or message not in channel["messages"]:
                checked.wrong.append(f"{at}: {message} is not announced on this topic")
                continue
            checked.seen[record.topic, message] += 1
            checked.wrong += [f"{at} {message} {fault}" for fault in self._faults(record, message, headers)]
        return checked

    def _faults(self, record: Record, message: str, headers: dict[str, str]) -> Iterable[str]:
        for error in self._validator(message, "headers").iter_errors(headers):
            yield f"headers{error.instance_path}: {error.message}"
        told = self.document["components"]["messages"][message]
        if told["contentType"] == "application/json":
            try:
                payload = json.loads(record.value or b"null")
            except ValueError:  # what is thrown in at random may be no text at all
                yield "payload: no JSON"
            else:
                for error in self._validator(message, "payload").iter_errors(payload):
                    yield f"payload{error.instance_path}: {error.message}"
        if message != DEAD and not record.key:
            yield "no key"
        if headers.get("ce_partitionkey", (record.key or b"").decode()) != (record.key or b"").decode():
            yield "ce_partitionkey is not the key"

    def _validator(self, message: str, part: str) -> Any:
        if (message, part) not in self._held:
            schema = {"$ref": f"#/components/messages/{message}/{part}", "components": self._components}
            self._held[message, part] = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
        return self._held[message, part]


def _message_of(topic: str, headers: dict[str, str]) -> str:
    if topic.endswith(".dead"):
        return DEAD
    if topic.startswith("redress.channels."):
        return SEALED if headers.get("content-type", "").startswith("application/jose") else ENTRY
    return headers.get("ce_type", "")


def closed(node: Any) -> Any:
    """Schemas whose objects hold the named properties and no other; headers stay open, clients add their own."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    shut = {name: each if name == "headers" else closed(each) for name, each in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object" and "title" in node:
        shut.setdefault("additionalProperties", False)
    return shut
