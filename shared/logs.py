"""Logs: one JSON object a line on stderr, and a last guard against anything personal in them."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import orjson
import structlog

LONGEST = 200
DIGITS = re.compile(r"(?<![0-9A-Za-z])\+?\d(?:[ -]?\d){6,}(?![0-9A-Za-z])")
MAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}")
UNMASKED = frozenset({"timestamp", "trace", "level"})
MOST_PLAIN = 500
_PLAIN: set[str] = set()
"""Texts that were shown as they are: templates, names of events, which come with every line."""
NUMBERS_UPTO = 10_000_000_000
"""Phone numbers have eleven digits."""

Event = MutableMapping[str, Any]


def guard(_: Any, __: str, event: Event) -> Event:
    """Lets through short plain ASCII text, numbers and lists of these; masks the rest. Exceptions lose their words."""
    found = event.pop("exc_info", None)
    if found:
        event["exception"] = _exception(found)
    event.pop("exception_text", None)
    return {name: value if name in UNMASKED else masked(value) for name, value in event.items()}


def masked(value: Any) -> Any:
    """The value as it may stand in a log."""
    if isinstance(value, str):
        return value if value in _PLAIN else _text(value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < NUMBERS_UPTO else "[number]"
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(each) for each in list(value)[:20]]
    return f"[{type(value).__name__}]"


def _text(text: str) -> str:
    if not text.isascii():
        return "[text]"
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    shown = DIGITS.sub("[number]", shown)
    shown = MAIL.sub("[address]", shown) if "@" in shown else shown
    if shown == text and len(_PLAIN) < MOST_PLAIN:
        _PLAIN.add(text)
    return shown


def _exception(found: Any) -> str:
    """The kind and where it happened; its message may hold what somebody sent."""
    error = found if isinstance(found, BaseException) else None
    if isinstance(found, tuple):
        error = found[1]
    elif error is None:
        error = sys.exc_info()[1]
    if error is None:
        return "none"
    places = [f"{frame.name}:{frame.lineno}" for frame in _frames(error.__traceback__)]
    return f"{type(error).__name__} at {' < '.join(places)}"


def _frames(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    return list(reversed(traceback.extract_tb(trace)))[:4]


def set_up(service: str, level: int = logging.INFO) -> None:
    """Called once by `__main__`. Other libraries' warnings take the same way."""

    def named(_: Any, __: str, event: Event) -> Event:
        event["service"] = service
        return event

    chain: list[Any] = [
        structlog.stdlib.add_log_level,
        named,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        guard,
    ]
    structlog.configure(
        processors=[*chain, lambda _, __, event: orjson.dumps(event)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    render = structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event).decode())
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=chain, processors=[strip, render]))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
