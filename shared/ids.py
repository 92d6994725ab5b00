"""Names of things: derived, never drawn by chance, so a repeated call names the same thing."""

import hashlib
import hmac
import zlib

SHARDS = 64
_CLEAR = "23456789ACDEFGHJKMNPQRTUVWXY"
_READ_OUT = [low + high for high in _CLEAR for low in _CLEAR]
_BASE32 = [high + low for high in "abcdefghijklmnopqrstuvwxyz234567" for low in "abcdefghijklmnopqrstuvwxyz234567"]
"""Every pair of signs by its number: a name is made of half as many steps."""


def digest(*parts: str) -> str:
    """26 characters of SHA-256 over the parts, length-prefixed so that no two lists collide."""
    text = "".join(f"{len(p)}:{p}" for p in parts)
    return _signs(hashlib.sha256(text.encode()).digest())


def complaint_id(integration: str, idempotency_key: str) -> str:
    """The complaint's id, from who told it and under which key."""
    return "c" + digest("complaint", integration, idempotency_key)


def reference(thing_id: str) -> str:
    """The short reference people read out: three groups without letters that sound or look alike."""
    number = int.from_bytes(hashlib.sha256(f"reference:{thing_id}".encode()).digest()[:8], "big")
    pairs = []
    for _ in range(6):
        number, rest = divmod(number, len(_READ_OUT))
        pairs.append(_READ_OUT[rest])
    return "{}{}-{}{}-{}{}".format(*pairs)


def keyed(secret: bytes, *parts: str) -> str:
    """A keyed hash: the same for the same person, and of no use to who lacks the secret."""
    text = "".join(f"{len(p)}:{p}" for p in parts)
    return _signs(hmac.digest(secret, text.encode(), "sha256"))


def _signs(hashed: bytes) -> str:
    """The first 26 signs of base32: 130 bits, two signs for each 10 of them."""
    number = int.from_bytes(hashed[:17], "big") >> 6
    return "".join([_BASE32[number >> shift & 1023] for shift in range(120, -1, -10)])


def shard(key: str | bytes) -> int:
    """crc32(key) mod 64: the one function that places a thing."""
    return zlib.crc32(key.encode() if isinstance(key, str) else key) % SHARDS


def partition(key: str | bytes, count: int) -> int:
    """The partition of a key on a topic with `count` partitions."""
    return shard(key) % count
