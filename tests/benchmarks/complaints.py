"""Complaints for the door, and a caller that posts them one after the other on one connection."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

INTEGRATION = "load"
CONTACT = {"name": "An Example", "email": "someone@complaints.example"}
TEXTS = (
    ("ride_hailing", "司机绕路，多收了十几块钱，请核对一下行程。"),
    ("high_speed_rail", "车厢里空调太冷，跟乘务员说了两次都没人管。"),
    ("farm_aftersales", "播种机的配件订了半个月还没到，服务站也不来个电话。"),
    ("driving_school", "报名时说好不加收费用，现在又要交场地费。"),
)
BODIES: list[dict[str, Any]] = [
    {"channel": {"kind": "web"}, "line": line, "text": text, "contact": CONTACT} for line, text in TEXTS
]


@dataclass
class Posts:
    """Calls that were answered 202: how long each took, in milliseconds, and the answers asked to be kept."""

    port: int
    api_key: str
    took: list[float] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    keep: bool = False

    async def caller(self, name: str, until: float, most: int = 10**9) -> None:
        """Posts until time is up or so many are accepted."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        number = 0
        while time.monotonic() < until and number < most:
            person = {**CONTACT, "email": f"{name}-{number}@complaints.example"}  # else one person tells them all
            body = {**BODIES[number % len(BODIES)], "contact": person}
            began = time.perf_counter()
            writer.write(request(self.port, self.api_key, "/v1/complaints", body, f"{name}-{number}"))
            status, text = await answer(reader)
            if status != 202:
                raise RuntimeError(f"{status}: {text[:200]!r}")
            self.took.append((time.perf_counter() - began) * 1000)
            if self.keep:
                self.answers.append(json.loads(text))
            number += 1
        writer.close()


def request(port: int, token: str, path: str, body: Any, key: str) -> bytes:
    """One POST as bytes."""
    sent = json.dumps(body, ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    return head.encode() + sent


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)
