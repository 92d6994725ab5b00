"""Accepted complaints a second over HTTP, and how fast they are carried on, on the embedded pair.

`python -m tests.benchmarks.accepted [--seconds 10] [--at-once 16]`: client, servers and services share the machine.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from deploy.local.run import Run
from deploy.local.scenario.script import read_script
from deploy.local.scenario.watch import Watch

DRAIN_S = 120.0


def request(port: int, api_key: str, told: dict, key: str) -> bytes:
    """One POST as bytes, on a connection that stays open."""
    body = json.dumps(told, ensure_ascii=False).encode()
    head = (
        f"POST /v1/complaints HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {api_key}\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def caller(port: int, api_key: str, ordinary: list[dict], name: int, until: float, took: list[float]) -> None:
    """Posts one complaint after the other until time is up; only a 202 counts."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    number = 0
    while time.monotonic() < until:
        told = {"channel": {"kind": "web"}, **ordinary[number % len(ordinary)]}
        began = time.perf_counter()
        writer.write(request(port, api_key, told, f"load-{name}-{number}"))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 202"):
            raise RuntimeError(head.split(b"\r\n")[0].decode())
        took.append((time.perf_counter() - began) * 1000)
        number += 1
    writer.close()


async def measure(run: Run, api_key: str, seconds: float, at_once: int) -> None:
    """Loads, then waits until all are triaged."""
    ordinary, took = read_script().ordinary, list[float]()
    watch = Watch(run.kafka)
    watching = asyncio.create_task(watch.run())
    port, began = run.ports["intake"], time.monotonic()
    calls = [caller(port, api_key, ordinary, name, began + seconds, took) for name in range(at_once)]
    await asyncio.gather(*calls)
    loaded = time.monotonic() - began

    def triaged() -> int:
        return sum(bool(story.of("triage.triaged")) for story in list(watch.stories.values()))

    while triaged() < len(took) and time.monotonic() - began < seconds + DRAIN_S:
        await asyncio.sleep(0.2)
    whole = time.monotonic() - began
    watch.stop()
    await watching
    p50, p99 = statistics.median(took), statistics.quantiles(took, n=100)[98]
    print(f"accepted    {len(took):>7,} in {loaded:.1f} s   {len(took) / loaded:>7,.0f}/s   {at_once} at once")
    print(f"answered    p50 {p50:.1f} ms   p99 {p99:.1f} ms")
    print(f"triaged     {triaged():>7,} in {whole:.1f} s   {triaged() / whole:>7,.0f}/s")


def main() -> None:
    """Runs one measurement on a system of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.accepted", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--at-once", type=int, default=16)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder) / "run")
        try:
            run.start()
            asyncio.run(measure(run, run.add_channel("load").api_key, args.seconds, args.at_once))
        finally:
            run.stop()


if __name__ == "__main__":
    main()
