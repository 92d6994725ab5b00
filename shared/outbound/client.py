"""Calls to other companies' servers: few at a time, never redirected, and every answer one of three."""

import json as text
from collections.abc import Mapping
from typing import Any

import httpx

from shared.flow.effects import Result

AT_ONCE = 10
"""httpx' pool costs 5 ms of CPU a request at 50 in flight."""
LARGEST = 1_000_000
COME_AGAIN = frozenset({408, 409, 425, 429})


class Provider:
    """One server behind one base URL. Made once, closed with `close`."""

    def __init__(self, base_url: str, limit_s: float = 10.0, headers: Mapping[str, str] | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(limit_s, pool=None),
            limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
            headers=dict(headers or {}),
            follow_redirects=False,
            trust_env=False,
        )

    async def post(self, path: str, json: Any, idempotency_key: str | None = None) -> Result:
        """`done` with the answer's body; `refused` for good; `open`: not known, come again with the same key."""
        headers = {"Idempotency-Key": f'"{idempotency_key}"'} if idempotency_key else {}
        return await self._ask("POST", path, headers, json=json)

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Result:
        """As `post`; a 404 is `refused`: it is not there."""
        return await self._ask("GET", path, {}, params=params)

    async def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Result:
        """Posts bytes as they are, for signed bodies."""
        return await self._ask("POST", path, {"Content-Type": "application/json", **headers}, content=body)

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._client.aclose()

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> Result:
        try:
            async with self._client.stream(method, path, headers=dict(headers), **more) as response:
                return await _result(response)
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            return Result("open", {"reason": type(fault).__name__})


async def _result(response: httpx.Response) -> Result:
    content, size = [], 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > LARGEST:
            return Result("open", {"reason": "answer too large", "status": response.status_code})
        content.append(chunk)
    body = _body(b"".join(content))
    if response.is_success:
        return Result("done", body) if body is not None else Result("open", {"reason": "unreadable answer"})
    if response.is_client_error and response.status_code not in COME_AGAIN:
        return Result("refused", {**(body or {}), "status": response.status_code})
    return Result("open", {"reason": "status", "status": response.status_code})


def _body(content: bytes) -> dict[str, Any] | None:
    """The answer as an object (anything else stands under `value`); None when it is no JSON."""
    if not content.strip():
        return {}
    try:
        value = text.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else {"value": value}
