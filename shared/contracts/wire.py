"""Headers and bodies of the records that are no facts, as JSON Schemas. Header values are UTF-8 text."""

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_NUMBER: Schema = {"type": "string", "pattern": "^[0-9]+$"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_LANE: Schema = {"type": "string", "enum": ["express", "standard"]}


def _said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _headers(required: str, **properties: Schema) -> Schema:
    named = {name if name.startswith("ce_") else name.replace("_", "-"): each for name, each in properties.items()}
    return {"type": "object", "required": required.split(), "properties": named}


_EVENT: dict[str, Schema] = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "ce_id": _said(_TEXT, "What to know it by: the same id is the same event, told again."),
    "ce_type": _said(_TEXT, "redress.<teller>.<what>.v1; changed by addition only."),
    "ce_source": _said(_TEXT, "Follows from the type: /redress/<teller>."),
    "ce_subject": _said(_TEXT, "The thing it is about: a complaint's id unless the description says otherwise."),
    "content_type": {"type": "string", "const": "application/json"},
    "traceparent": {"type": "string", "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
                    "description": "W3C trace context of what set it going."},
}  # fmt: skip
_ALWAYS = "ce_specversion ce_id ce_type ce_source ce_subject content-type"
_NUMBERED: dict[str, Schema] = {
    "ce_time": _said(_TIME, "When it happened: the log's time of the record that led to it."),
    "ce_sequence": _said(_NUMBER, "The fact's number: counts per thing over all of its teller's topics."),
    "ce_partitionkey": _said(_TEXT, "The record's key."),
    "ce_teller": _said(_TEXT, "The service that told it."),
    "ce_lane": _said(_LANE, "The lane of the thing when it was told; only ever rises to express."),
}

HEADERS: dict[str, Schema] = {
    "FactHeaders": _headers(
        f"{_ALWAYS} ce_time ce_sequence ce_partitionkey ce_teller ce_lane", **_EVENT, **_NUMBERED
    ),
    # a refusal is no fact of a complaint: it has no number
    "ReceiptHeaders": _headers(_ALWAYS, **_EVENT, **_NUMBERED),
    "RequestHeaders": _headers(
        f"{_ALWAYS} ce_fingerprint ce_who ce_partitionkey", **_EVENT,
        ce_fingerprint=_said(_TEXT, "Tells two bodies under one key apart."),
        ce_who=_said(_TEXT, "Who asks, by a reference."), ce_partitionkey=_TEXT,
    ),
    "TickHeaders": _headers(_ALWAYS, **_EVENT),
    "AnswerHeaders": _headers(_ALWAYS, **_EVENT),
    "OrderHeaders": _headers(f"{_ALWAYS} ce_lane", **_EVENT, ce_lane=_LANE),
    "EntryHeaders": _headers(
        "integration webhook-id webhook-timestamp webhook-signature",
        integration={"type": "string", "pattern": "^[a-z0-9-]{1,40}$", "description": "Who publishes it."},
        webhook_id=_said(_TEXT, "The sender's own id of this message."),
        webhook_timestamp=_said(_NUMBER, "Unix seconds; within 5 minutes of the record's time on the log."),
        webhook_signature=_said(_TEXT, "v1,<base64 of HMAC-SHA256 over id.timestamp.body with the secret>; several "
                                       "separated by spaces while secrets are changed over."),
        content_type=_said(_TEXT, "application/json, or application/jose for a body sealed with the secret."),
    ),
    "DeadHeaders": {
        "type": "object",
        "required": ["dead_service", "dead_topic", "dead_partition", "dead_offset", "dead_time", "dead_reason",
                     "dead_pointer", "dead_attempt"],
        "properties": {
            "dead_service": _said(_TEXT, "Who could not read it."),
            "dead_topic": _TEXT, "dead_partition": _NUMBER, "dead_offset": _NUMBER, "dead_time": _TIME,
            "dead_reason": _said(_TEXT, "Why, in our own words: nothing of the record is echoed."),
            "dead_pointer": {"type": "string", "description": "A JSON pointer to the part at fault; may be empty."},
            "dead_attempt": _NUMBER,
        },
    },
}  # fmt: skip


def _body(required: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": required.split(), "properties": properties}


_COUNT: Schema = {"type": "integer", "minimum": 0}
OWN: dict[str, tuple[str, Schema]] = {
    "tick": ("A clock may have struck; counts only while it stands at exactly this time.", _body(
        "clock due", clock=_TEXT, due=_said(_COUNT, "Milliseconds since 1970, UTC."),
    )),
    "answer": ("What another server said to one try of an order.", _body(
        "effect key attempt verdict body", effect=_TEXT, key=_TEXT, attempt=_COUNT,
        verdict={"type": "string", "enum": ["done", "refused", "open"],
                 "description": "Only done and refused end an attempt."},
        body={"type": "object"},
    )),
    "order": ("One try of a call to another server; the same key for every try.", _body(
        "effect kind key attempt content ask_first", effect=_TEXT, kind=_TEXT, key=_TEXT, attempt=_COUNT,
        content={"type": "object"},
        ask_first={"type": "boolean", "description": "The provider may have forgotten the key: ask before doing."},
    )),
}  # fmt: skip
"""By the middle of `redress.flow.<name>.v1`: what it is, and its data."""
