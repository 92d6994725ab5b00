"""Times: aware, UTC, whole milliseconds, because that is what the log and the store keep."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)


def _remembered(convert: F) -> F:
    """The records of a batch share few times, and each time is read and written again and again on its way."""
    return cast(F, lru_cache(maxsize=1024)(convert))


def now() -> datetime:
    """The local clock in UTC. Only guesses what may be due; decisions use the time of the record."""
    return from_ms(time.time_ns() // 1_000_000)


@_remembered
def from_ms(ms: int) -> datetime:
    """Milliseconds since 1970 as an aware time."""
    return EPOCH + ms * MS


@_remembered
def to_ms(time: datetime) -> int:
    """Whole milliseconds since 1970; a naive time is an error."""
    if time.tzinfo is None:
        raise ValueError("times carry a zone: give an aware datetime")
    return (time - EPOCH) // MS


def minute_of(ms: int) -> int:
    """The minute (since 1970) a due time belongs to, rounded up."""
    return -(-ms // 60_000)


@_remembered
def wire(time: datetime) -> str:
    """RFC 3339 with milliseconds and Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@_remembered
def from_wire(text: str) -> datetime:
    """Reads RFC 3339; raises ValueError without a zone."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    return from_ms(to_ms(time))
