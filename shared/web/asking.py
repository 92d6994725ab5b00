"""What every asking route needs: the idempotency key, the body's fingerprint, and the answer as a response."""

import hashlib
import hmac
import re
from typing import Any

import orjson
from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from shared.flow.messages import Reply
from shared.flow.messages import Request as Asking
from shared.web.answers import Answer
from shared.web.problems import MEDIA_TYPE, Problem

BARE = re.compile(r"[\x21-\x7e]{1,200}")
QUOTED = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,200})"')
FORM = "1 to 200 printable ASCII characters, bare or as a quoted string"


def idempotency_key(request: Request) -> str:
    """The caller's key, once; a structured-field string or bare. Problem 400 when missing or not of its form."""
    given = [value for name, value in request.scope["headers"] if name == b"idempotency-key"]
    if not given:
        raise Problem("idempotency-key-missing", FORM, [{"header": "Idempotency-Key", "detail": "is needed"}])
    key = read_key(given[0].decode("latin-1")) if len(given) == 1 else None
    if key is None:
        raise Problem("idempotency-key-wrong", FORM, [{"header": "Idempotency-Key", "detail": "has not its form"}])
    return key


def read_key(text: str) -> str | None:
    """The key a header or record carries; None when it is none."""
    if text.startswith('"'):
        quoted = QUOTED.fullmatch(text)
        key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else ""
        return key if key.strip() else None
    return text if BARE.fullmatch(text) else None


def fingerprint(body: Any, secret: bytes = b"") -> str:
    """SHA-256 (keyed when a secret is given) of a body in canonical form: key order and spaces do not matter."""
    content = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
    text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hmac.digest(secret, text, "sha256").hex() if secret else hashlib.sha256(text).hexdigest()


def asking(http: Request, caller: str, thing: str, type: str, body: BaseModel, complaint: str = "") -> Asking:
    """A request for the inbox: its id is the caller's key within the caller, so nobody meets another's keys."""
    id = f"{caller}:{idempotency_key(http)}"
    asked = fingerprint({"type": type, "body": body.model_dump(mode="json")})
    return Asking(thing, type, id, asked, caller, body, complaint or thing)


def respond(reply: Reply | None, location: str) -> Response:
    """The decision's answer; while it is under way 202 with where to look."""
    if reply is None:
        body = orjson.dumps({"status": "accepted", "look": location})
        return Answer(202, body, {"Location": location, "Retry-After": "1"})
    kind = MEDIA_TYPE if reply.status >= 400 else "application/json"
    headers = {"Location": location} if reply.status in (201, 202) else None
    return Answer(reply.status, orjson.dumps(dict(reply.body)), headers, kind)
