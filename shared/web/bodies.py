"""A request's body: read within its limits, in UTF-8, as JSON that is not nested too deeply."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import orjson

from shared.web.problems import Problem

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of a body and of all headers, headers in number, levels of JSON, seconds to send a body.

    `drained`: bytes read of one that is too large, so that its sender hears why. `together`: bytes of all bodies in
    hand; past them a body of more than `small` bytes has to come again. `members`: of one JSON object or list.
    """

    body: int = 1_000_000
    headers: int = 16_384
    header_count: int = 100
    depth: int = 32
    seconds: float = 30.0
    drained: int = 33_554_432
    together: int = 67_108_864
    small: int = 65_536
    members: int = 1_000


@dataclass(slots=True)
class Room:
    """Bytes of all bodies in hand. Where they fill `together`, only small ones go on being taken."""

    taken: int = 0


AGAIN = {"Retry-After": "2", "Connection": "close"}


class Gone(Exception):
    """The caller hung up before the body was whole."""


WHOLE = "redress.whole"
"""The ASGI extension by which a server says that all of the body has come: nobody has to wait for it."""


async def read_body(
    headers: Mapping[bytes, bytes], receive: Receive, limits: Limits, room: Room, whole: bool = False
) -> bytes:
    """All of the body; whoever called gives its bytes back to `room` once they are no longer held."""
    if whole:
        message = await receive()
        body: bytes = message.get("body", b"")
        if (
            message["type"] == "http.request"
            and not message.get("more_body")
            and len(body) <= min(limits.small, limits.body)
        ):
            room.taken += len(body)
            return body
        receive = _first(message, receive)
    return await _read(headers, receive, limits, room)


def _first(message: MutableMapping[str, Any], receive: Receive) -> Receive:
    """The messages again from this one on."""
    taken = [message]

    async def again() -> MutableMapping[str, Any]:
        return taken.pop() if taken else await receive()

    return again


async def _read(headers: Mapping[bytes, bytes], receive: Receive, limits: Limits, room: Room) -> bytes:
    size, chunks, held = 0, list[bytes](), 0
    announced = headers.get(b"content-length", b"0")
    too_large = announced.isdigit() and int(announced[:15]) > limits.body
    try:
        async with asyncio.timeout(limits.seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                chunk = message.get("body", b"")
                size += len(chunk)
                too_large = too_large or size > limits.body
                if not too_large:
                    chunks.append(chunk)
                    room.taken, held = room.taken + len(chunk), held + len(chunk)
                    if held > limits.small and room.taken > limits.together:
                        raise Problem("unavailable", "too much at once", headers=AGAIN)
                if not message.get("more_body") or size > limits.drained:
                    break
    except TimeoutError:
        room.taken -= held
        raise Problem("too-slow", headers={"Connection": "close"}) from None
    except (Problem, Gone, asyncio.CancelledError):
        room.taken -= held
        raise
    if too_large:
        room.taken -= held
        detail = f"at most {limits.body} bytes are read; send less, or several"
        raise Problem("too-large", detail, headers={"Connection": "close"})
    return b"".join(chunks)


def check_media_type(headers: Mapping[bytes, bytes]) -> None:
    """JSON, plain or of a `+json` kind, in UTF-8 and not compressed; Problem otherwise."""
    if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"identity", b""):
        raise Problem("unsupported-media-type", "send the body uncompressed", [_header("Content-Encoding")])
    kind, _, rest = headers.get(b"content-type", b"").decode("latin-1").lower().partition(";")
    kind = kind.strip()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Problem("unsupported-media-type", "send application/json", [_header("Content-Type")])
    for parameter in rest.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            raise Problem("unsupported-media-type", "send the body in UTF-8", [_header("Content-Type")])


def _header(name: str) -> dict[str, str]:
    return {"header": name, "detail": "is missing or not what is read here"}


def parse(body: bytes, limits: Limits) -> Any:
    """The body as JSON; Problem when it is no UTF-8, no JSON, or nested deeper than the limit."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise _unread(body, fault, limits) from None
    if body.count(b"[") + body.count(b"{") > limits.depth and deeper(value, limits.depth):
        raise Problem("too-deep", f"at most {limits.depth} levels")
    if body.count(b",") >= limits.members and wider(value, limits.members):
        raise Problem("too-wide", f"at most {limits.members} members of one object or list")
    return value


def wider(value: Any, most: int) -> bool:
    """Whether an object or list of JSON holds more than `most` members: each may be at fault, and be told of."""
    todo = [value] if isinstance(value, dict | list) else []
    while todo:
        holder = todo.pop()
        if len(holder) > most:
            return True
        inner = holder.values() if isinstance(holder, dict) else holder
        todo += [each for each in inner if isinstance(each, dict | list)]
    return False


def _unread(body: bytes, fault: orjson.JSONDecodeError, limits: Limits) -> Problem:
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return Problem("not-utf8", f"the byte at {wrong.start} begins no UTF-8 character")
    if "depth" in fault.msg:
        return Problem("too-deep", f"at most {limits.depth} levels")
    return Problem("not-json", f"line {fault.lineno}, column {fault.colno}")


def deeper(value: Any, most: int) -> bool:
    """Whether JSON is nested more than `most` levels deep."""
    level = [value]
    for _ in range(most + 1):
        holders = [each for each in level if isinstance(each, dict | list)]
        if not holders:
            return False
        level = [inner for each in holders for inner in (each.values() if isinstance(each, dict) else each)]
    return True
