"""A state-changing request with its answer, idle: `python -m tests.benchmarks.asking`.

A complaint is told, then its complainant says more: appended, decided, written, and answered out of the document.
"""

import argparse
import asyncio
import json
import time

from aiokafka import AIOKafkaConsumer

from deploy.local.channels import Channel, add_channel
from tests.benchmarks.complaints import INTEGRATION, Posts, answer, request
from tests.benchmarks.figures import centile
from tests.benchmarks.system import System, system

GAP_S = 0.05
INBOX, FACTS = "redress.intake.inbox.standard", "redress.intake.standard"


class Marks:
    """When each request stood on the inbox and when its fact was told, seen from outside, by complaint."""

    def __init__(self, kafka: str) -> None:
        self.consumer = AIOKafkaConsumer(INBOX, FACTS, bootstrap_servers=kafka, auto_offset_reset="latest")
        self.seen: dict[tuple[str, str], float] = {}

    async def run(self) -> None:
        async for message in self.consumer:
            self.seen[(message.key or b"").decode(), message.topic] = time.perf_counter()


async def measure(one: System, channel: Channel, count: int) -> None:
    port = one.ports["intake"]
    posts = Posts(port, channel.api_key, keep=True)
    await posts.caller("asked", time.monotonic() + 120, count)
    marks = Marks(one.kafka)
    await marks.consumer.start()
    looking = asyncio.create_task(marks.run())
    await asyncio.sleep(3)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took: list[float] = []
    on_log: list[float] = []
    decided: list[float] = []
    for number, told in enumerate(posts.answers):
        path = f"/v1/complaints/{told['id']}/messages"
        body = {"text": "One more thing to say about it."}
        began = time.perf_counter()
        writer.write(request(port, told["token"], path, body, f"more-{number}"))
        status, text = await answer(reader)
        ended = time.perf_counter()
        if status != 202 or "number" not in json.loads(text):
            raise RuntimeError(f"{status}: {text[:200]!r}")
        await asyncio.sleep(GAP_S)
        took.append((ended - began) * 1000)
        on_log.append((marks.seen[told["id"], INBOX] - began) * 1000)
        decided.append((marks.seen[told["id"], FACTS] - began) * 1000)
    looking.cancel()
    await marks.consumer.stop()
    writer.close()
    for what, each in (("stands on the inbox", on_log), ("its fact is told", decided), ("answered", took)):
        print(f"{what:22} p50 {centile(each, 50):6.1f} ms   p99 {centile(each, 99):6.1f} ms", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.asking", description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    told = parser.parse_args()
    with system() as one:
        one.start("intake")
        channel = add_channel(one.mongo, INTEGRATION)
        time.sleep(3)
        asyncio.run(measure(one, channel, told.count))


if __name__ == "__main__":
    main()
