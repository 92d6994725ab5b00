"""Times: aware, UTC, whole milliseconds, because that is what the log and the store keep."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The local clock in UTC. Only guesses what may be due; decisions use the time of the record."""
    return from_ms(int(datetime.now(UTC).timestamp() * 1000))


def from_ms(ms: int) -> datetime:
    """Milliseconds since 1970 as an aware time."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def to_ms(time: datetime) -> int:
    """Whole milliseconds since 1970; a naive time is an error."""
    if time.tzinfo is None:
        raise ValueError("times carry a zone: give an aware datetime")
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def minute_of(ms: int) -> int:
    """The minute (since 1970) a due time belongs to, rounded up."""
    return -(-ms // 60_000)


def wire(time: datetime) -> str:
    """RFC 3339 with milliseconds and Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """Reads RFC 3339; raises ValueError without a zone."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    return from_ms(to_ms(time))
