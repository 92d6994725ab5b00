"""HTTP as the people of the demo speak it: one connection per thread, JSON both ways."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LIMIT_S = 30.0
PAUSE_S = 0.5
TRIES = 20
COME_AGAIN = frozenset({202, 503})


@dataclass(frozen=True)
class Answer:
    """A status with its JSON body, when it was there (ms since 1970), and how long it took."""

    status: int
    body: Any
    at_ms: float
    took_ms: float


class Refused(Exception):
    """An answer other than the one needed."""


class Api:
    """One service."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self._mine = threading.local()

    async def call(self, method: str, path: str, token: str = "", body: Any = None, key: str = "") -> Answer:
        """Sends one request from a thread; a connection the server has closed is opened once more."""
        return await asyncio.to_thread(self.send, method, path, token, body, key)

    def send(self, method: str, path: str, token: str = "", body: Any = None, key: str = "") -> Answer:
        """As `call`, waiting."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        payload = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        began = time.monotonic()
        try:
            return self._once(method, path, payload, headers, began)
        except (http.client.HTTPException, ConnectionError):
            self._mine.connection = None
        try:
            return self._once(method, path, payload, headers, began)
        except (http.client.HTTPException, OSError) as fault:
            raise Refused(f"{method} {path}: no answer ({type(fault).__name__})") from None

    def _once(self, method: str, path: str, payload: bytes | None, headers: Mapping[str, str], began: float) -> Answer:
        connection = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = http.client.HTTPConnection(self.host, timeout=LIMIT_S)
        connection.request(method, path, payload, dict(headers))
        response = connection.getresponse()
        text = response.read()
        json_ = "json" in (response.headers.get("Content-Type") or "")
        took = (time.monotonic() - began) * 1000
        return Answer(response.status, json.loads(text) if json_ and text else text, time.time() * 1000, took)

    async def done(self, method: str, path: str, token: str, body: Any, key: str) -> Answer:
        """Asks again with the same key until there is the final answer; Refused when that is an error."""
        answer = await self.call(method, path, token, body, key)
        for _ in range(TRIES):
            if answer.status not in COME_AGAIN:
                break
            await asyncio.sleep(PAUSE_S)
            answer = await self.call(method, path, token, body, key)
        if answer.status != 200:
            raise Refused(f"{method} {path}: {answer.status} {json.dumps(answer.body, ensure_ascii=False)[:300]}")
        return answer
