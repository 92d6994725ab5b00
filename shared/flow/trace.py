"""W3C trace context: what a caller sends is passed on; who sends none gets one at the door."""

import os
import re
from collections.abc import Mapping

TRACEPARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def traceparent(headers: Mapping[bytes, bytes]) -> bytes:
    """The caller's `traceparent` when it is a valid one, else a new one."""
    return genuine(headers.get(b"traceparent")) or _new()


def _new() -> bytes:
    drawn = os.urandom(24).hex()
    return f"00-{drawn[:32]}-{drawn[32:]}-01".encode()


def genuine(given: bytes | None) -> bytes | None:
    """The `traceparent` given when it is a valid one. Whatever else stands under that name goes no further."""
    if given and TRACEPARENT.fullmatch(given) and given[3:35] != b"0" * 32 and given[36:52] != b"0" * 16:
        return given
    return None


def trace_id(trace: bytes) -> str:
    """The part that names the whole road."""
    return trace[3:35].decode()
