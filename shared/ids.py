"""Names of things: derived, never drawn by chance, so a repeated call names the same thing."""

import base64
import hashlib
import hmac
import zlib

SHARDS = 64


def digest(*parts: str) -> str:
    """26 characters of SHA-256 over the parts, length-prefixed so that no two lists collide."""
    text = "".join(f"{len(p)}:{p}" for p in parts)
    return _signs(hashlib.sha256(text.encode()).digest())


def complaint_id(integration: str, idempotency_key: str) -> str:
    """The complaint's id, from who told it and under which key."""
    return "c" + digest("complaint", integration, idempotency_key)


def reference(thing_id: str) -> str:
    """The short reference people read out: three groups without letters that sound or look alike."""
    alphabet = "23456789ACDEFGHJKMNPQRTUVWXY"
    number = int.from_bytes(hashlib.sha256(f"reference:{thing_id}".encode()).digest()[:8], "big")
    signs = []
    for _ in range(12):
        number, rest = divmod(number, len(alphabet))
        signs.append(alphabet[rest])
    return "-".join("".join(signs[i : i + 4]) for i in (0, 4, 8))


def keyed(secret: bytes, *parts: str) -> str:
    """A keyed hash: the same for the same person, and of no use to who lacks the secret."""
    text = "".join(f"{len(p)}:{p}" for p in parts)
    return _signs(hmac.digest(secret, text.encode(), "sha256"))


def _signs(hashed: bytes) -> str:
    """The first 26 signs of base32, which 20 bytes decide."""
    return base64.b32encode(hashed[:20]).decode()[:26].lower()


def shard(key: str | bytes) -> int:
    """crc32(key) mod 64: the one function that places a thing."""
    return zlib.crc32(key.encode() if isinstance(key, str) else key) % SHARDS


def partition(key: str | bytes, count: int) -> int:
    """The partition of a key on a topic with `count` partitions."""
    return shard(key) % count
