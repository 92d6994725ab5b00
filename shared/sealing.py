"""Sealing what is personal: JWE compact, one key ring per reader, keys named so that they can be rotated."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

LARGEST = 1_000_000
IV_BYTES, TAG_BYTES = 12, 16


class _Registry(jwe.JWERegistry):
    """Long texts are sealed too; the library's own bound is 64 kB."""

    max_ciphertext_length = LARGEST


_REGISTRY = _Registry(algorithms=["dir", "A256GCM"])


class SealBroken(Exception):
    """A sealed part that cannot be opened: its key is not on the ring, or it was changed."""


class BadRing(ValueError):
    """A key ring setting that is not of its form; the message names what, never the keys."""


class Sealer:
    """Seals with the ring's current key, opens with any key on it.

    Ring: `{"current": kid, "keys": {kid: 32 bytes in base64url}}` as JSON; a retired key stays as long as what
    it sealed.
    """

    def __init__(self, ring: str) -> None:
        try:
            told = orjson.loads(ring)
            raw = {str(kid): _key(text) for kid, text in told["keys"].items()}
            current = str(told["current"])
        except (orjson.JSONDecodeError, KeyError, AttributeError, TypeError):
            raise BadRing('a key ring is {"current": kid, "keys": {kid: base64url of 32 bytes}}') from None
        if current not in raw:
            raise BadRing("the current key is not on its ring")
        self._keys = {kid: OctKey.import_key(key) for kid, key in raw.items()}
        self._cipher = AESGCM(raw[current])
        self._head = _encoded(orjson.dumps({"alg": "dir", "enc": "A256GCM", "kid": current}))

    def seal(self, content: dict[str, Any] | str) -> str:
        """A compact JWE of the content as JSON."""
        text, iv = orjson.dumps(content), os.urandom(IV_BYTES)
        sealed = self._cipher.encrypt(iv, text, self._head)  # RFC 7516: the encoded header is what it vouches for
        parts = self._head, b"", _encoded(iv), _encoded(sealed[:-TAG_BYTES]), _encoded(sealed[-TAG_BYTES:])
        return b".".join(parts).decode()

    def open(self, token: str) -> Any:
        """What was sealed; SealBroken when the ring lacks its key or it was changed."""
        try:
            kid = orjson.loads(_decoded(token.split(".", 1)[0]))["kid"]
            opened = jwe.decrypt_compact(token, self._keys[kid], registry=_REGISTRY)
            return orjson.loads(opened.plaintext or b"")
        except (JoseError, ValueError, KeyError, TypeError):
            raise SealBroken("a sealed part cannot be opened with this ring") from None


def of_secrets(secrets: Sequence[str]) -> Sealer:
    """Between two who share webhook secrets: seals by the first, opens by any of them."""
    keys = {}
    for secret in secrets:
        key = hmac.digest(secret.encode(), b"redress.seal", "sha256")
        keys[hashlib.sha256(key).hexdigest()[:16]] = base64.urlsafe_b64encode(key).decode()
    return Sealer(orjson.dumps({"current": next(iter(keys), ""), "keys": keys}).decode())


def _encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _key(text: str) -> bytes:
    try:
        raw = _decoded(text)
    except (binascii.Error, ValueError):
        raise BadRing("a key on the ring is not base64url") from None
    if len(raw) != 32:
        raise BadRing("a key on the ring does not hold 32 bytes")
    return raw
