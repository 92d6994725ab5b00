"""HTTP as callers speak it: many at once, a time limit for each, connections kept and given up when they break."""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from deploy.local.processes import LOOPBACK

LIMIT_S = 12.0


@dataclass(frozen=True)
class Answer:
    """A status and its body, read as JSON where it is some."""

    status: int
    body: Any


class Unanswered(Exception):
    """No answer came: nobody knows whether it was done."""


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Caller:
    """Calls servers of the loopback by port."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self.limit_s = limit_s
        self._idle: dict[int, list[Line]] = defaultdict(list)

    async def ask(self, port: int, method: str, path: str, token: str = "", body: Any = None, key: str = "") -> Answer:
        """One request, sent once; Unanswered when no whole answer came in time."""
        head = [f"{method} {path} HTTP/1.1", "Host: loopback"]
        head += [f"Authorization: Bearer {token}"] if token else []
        head += [f"Idempotency-Key: {key}"] if key else []
        payload = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        head += ["Content-Type: application/json"] if body is not None else []
        sent = ("\r\n".join([*head, f"Content-Length: {len(payload)}", "", ""])).encode() + payload
        try:
            return await asyncio.wait_for(self._exchange(port, sent), self.limit_s)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ValueError) as fault:
            raise Unanswered(type(fault).__name__) from None

    async def _exchange(self, port: int, sent: bytes) -> Answer:
        line = self._idle[port].pop() if self._idle[port] else await asyncio.open_connection(LOOPBACK, port)
        reader, writer = line
        whole = False
        try:
            writer.write(sent)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in head[1:])}
            text = await reader.readexactly(int(fields.get("content-length", 0)))
            whole = fields.get("connection", "").lower() != "close"
        finally:
            if whole:
                self._idle[port].append(line)
            else:
                writer.close()
        is_json = text and "json" in fields.get("content-type", "")
        return Answer(int(head[0].split(" ", 2)[1]), json.loads(text) if is_json else text)

    def close(self) -> None:
        """Lets go of every connection."""
        for lines in self._idle.values():
            for _, writer in lines:
                writer.close()
        self._idle.clear()
