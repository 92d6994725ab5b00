"""AsyncAPI 3.0: every topic with the messages on it, their headers, keys and bodies, for whoever subscribes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from shared.contracts.actions import ProtectiveActionRequested
from shared.contracts.catalog import SERVICES, TOLD, body_of
from shared.contracts.examples import EXAMPLES
from shared.contracts.fact import Happened
from shared.contracts.intake import ContactTold, Receipt
from shared.contracts.notify import Outcome
from shared.contracts.topics import KINDS, kind_of, service_of
from shared.contracts.wire import HEADERS, OWN

SCHEMAS = "#/components/schemas/"
ENTRY, SEALED, DEAD = "redress.channels.complaint", "redress.channels.complaint-sealed", "redress.flow.dead"
Json = dict[str, Any]
ALONE: Mapping[str, type[Happened]] = {
    "receipts": Receipt, "outcomes": Outcome, "actions": ProtectiveActionRequested, "contacts": ContactTold,
}  # fmt: skip
ABOUT = (
    "Facts of complaints, cases, claims and messages. Every record but an integration's own entry and a dead letter is "
    "a CloudEvent 1.0 in binary mode: attributes in ce_ headers, JSON in the value. Keyed, so that what concerns one "
    "thing keeps its place in one partition; the partition is crc32(key) mod 64 mod the number of partitions. At least "
    "once: take each ce_id once. Contracts change by addition only: ignore what you do not know. Each topic with "
    ".express and .standard: danger on the one, everything else on the other; read both, and express first."
)


@dataclass
class Book:
    """The document while it is written."""

    messages: Json = field(default_factory=dict)
    schemas: Json = field(default_factory=dict)

    def schema(self, model: type[BaseModel]) -> Json:
        """A model's schema, what it refers to kept beside it under its own name."""
        found: Json = model.model_json_schema(mode="validation", ref_template=SCHEMAS + "{model}")
        for name, one in found.pop("$defs", {}).items():
            if self.schemas.setdefault(name, _plain(one)) != _plain(one):
                raise ValueError(f"two models named {name}: rename one, the document holds each name once")
        plain: Json = _plain(found)
        return plain

    def message(self, name: str, title: str, summary: str, headers: Json, payload: Json, key: str, **more: Any) -> str:
        """Kept once, however many topics it stands on."""
        self.messages.setdefault(name, {
            "name": name, "title": title, "summary": summary, "contentType": "application/json",
            "headers": headers, "payload": payload, **more,
            "bindings": {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": "0.5.0"}},
            **({"examples": EXAMPLES[name]} if name in EXAMPLES else {}),
        })  # fmt: skip
        return name


def asyncapi(
    declared: Mapping[str, Mapping[str, str]],
    requests: Mapping[str, Mapping[str, type[BaseModel]]],
    entry: type[BaseModel],
    version: str = "0.1.0",
) -> Json:
    """The document. `declared`: Kafka's settings of each topic; `requests`: by service, the bodies its inbox takes;
    `entry`: the body of an entry on redress.channels.*. ValueError for a topic of no kind known."""
    book, channels = Book(), {}
    operations: Json = {}
    for topic, config in declared.items():
        channels[topic] = _channel(topic, config, _on(book, topic, requests, entry))
        operations |= _operation(topic)
    book.schemas |= HEADERS
    return {
        "asyncapi": "3.0.0",
        "id": "urn:redress",
        "info": {
            "title": "Redress",
            "version": version,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "tags": [{"name": name, "description": told} for name, told in AUDIENCES.items()],
        },
        "defaultContentType": "application/json",
        "servers": SERVERS,
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": book.messages, "schemas": dict(sorted(book.schemas.items())), "securitySchemes": SECURITY,
        },
    }  # fmt: skip


SEALING = (
    "A JWE in compact form, alg dir, enc A256GCM, over the same JSON. The key is HMAC-SHA256 with the integration's "
    "secret (its text, whsec_ and all) over the text redress.seal; kid is the first 16 hex digits of the key's SHA-256."
)
AUDIENCES = {
    "partners": "For systems that act on outcomes; Kafka's access rules give each the topics of its own lines.",
    "integrations": "For phone lines, web forms and counters that tell complaints over Kafka.",
    "ops": "For those who watch Redress; no personal data in the open.",
    "within": "A service's own, shown so that anybody can follow a complaint; nobody else writes here.",
}
SECURITY: Json = {
    "scram": {"type": "scramSha512", "description": "A user for each partner and integration, over TLS."},
    "certificate": {"type": "X509", "description": "Or a client certificate."},
}
SERVERS: Json = {
    "cluster": {
        "host": "{broker}",
        "protocol": "kafka-secure",
        "description": "A deployment's brokers. Its operator names them, and gives each reader a user or certificate "
        "that may read its own topics, with a consumer group of its own.",
        "variables": {"broker": {"description": "host:port of any broker"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"},
                     {"$ref": "#/components/securitySchemes/certificate"}],
        "bindings": {"kafka": {"bindingVersion": "0.5.0"}},
    },
    "local": {
        "host": "127.0.0.1:{port}",
        "protocol": "kafka",
        "description": "What compose and `make up` start on this machine: no users, no TLS, loopback only.",
        "variables": {"port": {"default": "9092", "description": "as make up prints it; 9092 with compose"}},
    },
}  # fmt: skip


def _channel(topic: str, config: Mapping[str, str], names: Iterable[str]) -> Json:
    kind = KINDS[kind_of(topic)]
    settings = {"cleanup.policy": config["cleanup.policy"].split(","), "retention.ms": int(config["retention.ms"])}
    if "max.message.bytes" in config:
        settings["max.message.bytes"] = int(config["max.message.bytes"])
    return {
        "address": topic,
        "title": f"{kind.title}: {topic}",
        "description": f"{kind.told} Key: {kind.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "tags": [{"name": kind.audience}],
        "bindings": {"kafka": {"topic": topic, "topicConfiguration": settings, "bindingVersion": "0.5.0"}},
    }


def _operation(topic: str) -> Json:
    kind = KINDS[kind_of(topic)]
    told: Json = {
        "action": "receive" if kind.taken else "send",
        "channel": {"$ref": f"#/channels/{topic}"},
        "title": f"{'Publish to' if kind.taken else 'Read'} {topic}",
        "summary": f"Redress {'takes what stands' if kind.taken else 'tells'} on {topic}.",
        "description": kind.told,
        "tags": [{"name": kind.audience}],
    }
    if kind.taken:
        told["reply"] = {"channel": {"$ref": "#/channels/redress.receipts"}}
    return {f"{'take' if kind.taken else 'tell'}.{topic}": told}


# The messages of a topic -----------------------------------------------------------------------------


def _on(
    book: Book, topic: str, requests: Mapping[str, Mapping[str, type[BaseModel]]], entry: type[BaseModel]
) -> list[str]:
    kind = kind_of(topic)
    key = KINDS[kind].key
    match kind:
        case "channels":
            return _entries(book, entry, key)
        case "dead":
            summary = "A record that could not be read, as it came."
            return [book.message(DEAD, "DeadLetter", summary, _ref("DeadHeaders"), {}, key,
                                 contentType="application/octet-stream")]  # fmt: skip
        case "inbox":
            asked = requests[service_of(topic)]
            return [*(_request(book, type, model, key) for type, model in asked.items()),
                    *(_own(book, name, key) for name in ("tick", "answer"))]  # fmt: skip
        case "effects":
            return [_own(book, "order", key)]
        case "facts":
            assert service_of(topic) in SERVICES
            return [_fact(book, fact, key) for fact in TOLD[service_of(topic)]]
        case alone:
            return [_fact(book, ALONE[alone], key)]


def _ref(name: str) -> Json:
    return {"$ref": SCHEMAS + name}


def _event_headers(name: str, type: str) -> Json:
    return {"type": "object", "allOf": [_ref(name)], "properties": {"ce_type": {"type": "string", "const": type}}}


def _fact(book: Book, fact: type[Happened], key: str) -> str:
    headers = _event_headers("ReceiptHeaders" if fact is Receipt else "FactHeaders", fact.TYPE)
    payload = book.schema(body_of(fact))
    return book.message(fact.TYPE, fact.__name__, _first_line(fact), headers, payload, key)


def _request(book: Book, type: str, model: type[BaseModel], key: str) -> str:
    title = "".join(part.capitalize() for part in type.split(".")[2].split("-"))
    summary = f"Asked of the service over HTTP: {_first_line(model)}"
    return book.message(type, title, summary, _event_headers("RequestHeaders", type), book.schema(model), key)


def _own(book: Book, name: str, key: str) -> str:
    told, body = OWN[name]
    headers = _event_headers(f"{name.capitalize()}Headers", f"redress.flow.{name}.v1")
    return book.message(f"redress.flow.{name}.v1", name.capitalize(), told, headers, body, key)


def _entries(book: Book, entry: type[BaseModel], key: str) -> list[str]:
    headers = _ref("EntryHeaders")
    sealed: Json = {"type": "string", "description": SEALING}
    return [
        book.message(ENTRY, "Complaint", _first_line(entry), headers, book.schema(entry), key),
        book.message(SEALED, "SealedComplaint", "The same, sealed with the integration's secret.", headers, sealed, key,
                     contentType="application/jose"),
    ]  # fmt: skip


def _first_line(model: type[BaseModel]) -> str:
    told = (model.__doc__ or "").strip()
    if not told:
        raise ValueError(f"{model.__name__} says nothing of itself: a reader needs a sentence")
    return " ".join(told.split("\n\n")[0].split())


def _plain(node: Any) -> Any:
    """Without OpenAPI's discriminators, which are none of JSON Schema's."""
    if isinstance(node, dict):
        return {n: _plain(v) for n, v in node.items() if not (n == "discriminator" and "propertyName" in v)}
    return [_plain(each) for each in node] if isinstance(node, list) else node
