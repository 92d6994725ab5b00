"""What senders compressed, inflated within bounds: a few kilobytes on the log may claim to be gigabytes.

The client inflates a whole batch at once, before anybody sees a record of it, and whatever its size. A batch that
claims more than `LARGEST`, or that is none, cannot be read; `shared/kafka/taking.py` then goes past it.
"""

import functools
import struct
import sys
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

import cramjam
from aiokafka.errors import UnsupportedCodecError
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.legacy_records import LegacyRecordBatch

LARGEST = 32_000_000
"""Bytes of a batch once inflated: thirty times the largest a broker takes."""
XERIAL = b"\x82SNAPPY\x00"
Inflate = Callable[[Any], bytes]


class Lie(UnsupportedCodecError):  # type: ignore[misc]
    """A batch that claims too much, or is not compressed as it says."""


def bounded(inflate: Inflate) -> Inflate:
    """Every fault of an inflater is a Lie."""

    known: deque[int] = deque(maxlen=8)  # a lie is met again for each record it stands for

    @functools.wraps(inflate)
    def safe(payload: Any) -> bytes:
        payload = bytes(payload)
        if known and hash(payload) in known:
            raise Lie("met before")
        try:
            return inflate(payload)
        except Exception as fault:
            known.append(hash(payload))
            raise Lie(f"not inflated: {type(fault).__name__}") from None

    return safe


@bounded
def gzip(payload: bytes) -> bytes:
    machine = zlib.decompressobj(wbits=31)
    inflated = machine.decompress(payload, LARGEST)
    if not machine.eof:
        raise Lie("larger than is read, or cut off")
    return inflated


def _into(module: Any) -> Inflate:
    def inflate(payload: bytes) -> bytes:
        room = min(LARGEST, max(65_536, 16 * len(payload)))
        while True:
            into = bytearray(room)
            try:
                return bytes(memoryview(into)[: module.decompress_into(payload, into)])
            except cramjam.DecompressionError:
                if room >= LARGEST:
                    raise Lie("larger than is read, or no such thing") from None
            room = min(LARGEST, room * 8)

    return bounded(inflate)


zstd, lz4 = _into(cramjam.zstd), _into(cramjam.lz4)


@bounded
def snappy(payload: bytes) -> bytes:
    if not payload.startswith(XERIAL):
        return _raw(payload, LARGEST)
    found, at, left = [], 16, LARGEST
    while at < len(payload):
        (size,) = struct.unpack_from("!i", payload, at)
        if size <= 0:
            raise Lie("a block of no size")
        found.append(_raw(payload[at + 4 : at + 4 + size], left))
        at, left = at + 4 + size, left - len(found[-1])
    return b"".join(found)


def _raw(block: bytes, most: int) -> bytes:
    if cramjam.snappy.decompress_raw_len(block) > most:
        raise Lie("larger than is read")
    return bytes(cramjam.snappy.decompress_raw(block))


INSTEAD = {"gzip_decode": gzip, "zstd_decode": zstd, "lz4_decode": lz4, "snappy_decode": snappy}


def bound() -> None:
    """Puts these in the place of the client's own, for the whole process; called by whoever makes a consumer."""
    for reader in (DefaultRecordBatch, LegacyRecordBatch):
        module = sys.modules[reader.__module__]  # compiled where the client could, else in Python
        for name, inflate in INSTEAD.items():
            if hasattr(module, name):
                setattr(module, name, inflate)
