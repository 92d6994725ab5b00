"""Standard Webhooks 1.0: symmetric signatures over id, time and body, for webhooks both ways and channel topics."""

import base64
import binascii
import hmac
import secrets as chance
from collections.abc import Iterable, Mapping
from datetime import datetime

WINDOW_S = 300
PREFIX = "whsec_"


class BadSignature(Exception):
    """The signature does not hold; the message says why and echoes nothing."""


def new_secret() -> str:
    """A fresh secret of 24 bytes, in the standard's form."""
    return PREFIX + base64.b64encode(chance.token_bytes(24)).decode()


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX) + "==")


def _sign(secret: str, id: str, timestamp: str, body: bytes) -> str:
    mac = hmac.new(_key(secret), f"{id}.{timestamp}.".encode() + body, "sha256").digest()
    return "v1," + base64.b64encode(mac).decode()


def sign(secrets: Iterable[str], id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers; one signature for each secret, so that receivers may change over in their own time."""
    timestamp = str(int(at.timestamp()))
    signatures = " ".join(_sign(secret, id, timestamp, body) for secret in secrets)
    return {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures}


def verify(
    secrets: Iterable[str], headers: Mapping[str, str], body: bytes, at: datetime, window_s: int = WINDOW_S
) -> str:
    """The message's id. `headers` in lower case; `at` is when it arrived. BadSignature when nothing holds."""
    id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()[:10]
    if not (id and timestamp and given):
        raise BadSignature("webhook-id, webhook-timestamp or webhook-signature is missing")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise BadSignature("webhook-timestamp is not in whole seconds")
    if abs(at.timestamp() - int(timestamp)) > window_s:
        raise BadSignature("webhook-timestamp is too far from the time it arrived")
    try:
        expected = [_sign(secret, id, timestamp, body) for secret in secrets]
    except binascii.Error:
        raise BadSignature("a secret kept here is not base64") from None
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given):
        raise BadSignature("no signature matches")
    return id
