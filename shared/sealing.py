"""Sealing what is personal: JWE compact, one key ring per reader, keys named so that they can be rotated."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

LARGEST = 1_000_000


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
            self._keys = {str(kid): _key(text) for kid, text in told["keys"].items()}
            self._current = str(told["current"])
        except (orjson.JSONDecodeError, KeyError, AttributeError, TypeError):
            raise BadRing('a key ring is {"current": kid, "keys": {kid: base64url of 32 bytes}}') from None
        if self._current not in self._keys:
            raise BadRing("the current key is not on its ring")
        self._header = {"alg": "dir", "enc": "A256GCM", "kid": self._current}

    def seal(self, content: dict[str, Any] | str) -> str:
        """A compact JWE of the content as JSON."""
        key = self._keys[self._current]
        return jwe.encrypt_compact(dict(self._header), orjson.dumps(content), key, registry=_REGISTRY)

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


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _key(text: str) -> OctKey:
    try:
        raw = _decoded(text)
    except (binascii.Error, ValueError):
        raise BadRing("a key on the ring is not base64url") from None
    if len(raw) != 32:
        raise BadRing("a key on the ring does not hold 32 bytes")
    return OctKey.import_key(raw)
