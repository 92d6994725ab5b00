"""The contracts as documents: JSON Schemas for the snapshots, and AsyncAPI 3.0 for whoever subscribes."""

from typing import Any

from shared.contracts.catalog import ELSEWHERE, SERVICES, TOLD, body_of
from shared.contracts.fact import Happened
from shared.contracts.intake import ContactTold, Receipt
from shared.contracts.notify import Outcome

LANES = ("express", "standard")
LINES = ("ride_hailing", "sharing_economy", "farm_aftersales", "high_speed_rail", "driving_school")
REF = "#/components/schemas/{model}"


def schema(fact: type[Happened]) -> dict[str, Any]:
    """The JSON Schema of a fact's data on the wire, definitions inside."""
    found: dict[str, Any] = body_of(fact).model_json_schema(mode="validation")
    return found


def schemas() -> dict[str, dict[str, Any]]:
    """By wire name, every fact there is."""
    return {fact.TYPE: schema(fact) for facts in (*TOLD.values(), ELSEWHERE) for fact in facts}


def asyncapi(version: str = "0.1.0") -> dict[str, Any]:
    """Every topic others may read, with the messages on it: CloudEvents 1.0 in binary mode."""
    channels: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for service in SERVICES:
        for lane in LANES:
            _channel(channels, messages, f"redress.{service}.{lane}", TOLD[service])
    for lane in LANES:
        _channel(channels, messages, f"redress.contacts.{lane}", (ContactTold,))
    _channel(channels, messages, "redress.receipts", (Receipt,))
    for line in LINES:
        _channel(channels, messages, f"redress.outcomes.{line}", (Outcome,))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Redress",
            "version": version,
            "description": "Facts of complaints, cases, claims and messages. Keyed by complaint, at least once, "
            "numbered per thing: take each id once. References only; what is personal travels sealed.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": _operations(channels),
        "components": {"messages": messages, "messageTraits": {"cloudEvent": _trait()}},
    }


def _channel(channels: dict[str, Any], messages: dict[str, Any], topic: str, facts: Any) -> None:
    held = {}
    for fact in facts:
        name = fact.TYPE
        messages.setdefault(name, _message(fact))
        held[name] = {"$ref": f"#/components/messages/{name}"}
    channels[topic] = {"address": topic, "messages": held}


def _message(fact: type[Happened]) -> dict[str, Any]:
    told = (fact.__doc__ or "").strip().split("\n")[0]
    return {
        "name": fact.TYPE,
        "title": fact.__name__,
        "summary": told if told and not told.startswith("Usage") else fact.__name__,
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {"schemaFormat": "application/schema+json;version=draft-07", "schema": _inline(schema(fact))},
    }


def _inline(found: dict[str, Any]) -> dict[str, Any]:
    """Definitions in place of references, so that each message stands alone."""
    definitions = found.pop("$defs", {})

    def put_in(node: Any) -> Any:
        if isinstance(node, dict):
            if set(node) >= {"$ref"} and str(node["$ref"]).startswith("#/$defs/"):
                return put_in(definitions[node["$ref"].removeprefix("#/$defs/")])
            return {name: put_in(value) for name, value in node.items() if name != "discriminator"}
        return [put_in(each) for each in node] if isinstance(node, list) else node

    result: dict[str, Any] = put_in(found)
    return result


def _trait() -> dict[str, Any]:
    text = {"type": "string"}
    names = ("id", "type", "source", "subject", "time", "sequence", "partitionkey", "teller", "lane")
    properties: dict[str, Any] = {f"ce_{name}": text for name in names}
    properties["ce_specversion"] = {"type": "string", "const": "1.0"}
    required = ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject"]
    return {"headers": {"type": "object", "properties": properties, "required": required}}


def _operations(channels: dict[str, Any]) -> dict[str, Any]:
    return {
        f"read {topic}": {"action": "send", "channel": {"$ref": f"#/channels/{topic}"}, "summary": f"Told on {topic}"}
        for topic in channels
    }
