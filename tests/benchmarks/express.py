"""How long an express fact takes while standard facts wait, and while none do: `python -m tests.benchmarks.express`.

One process sends and hears, both lanes run in another. Measured by the broker's clock (whole milliseconds): from the
moment the fact stands on the log to the moment what is told about it does. Told as well: from `send` to heard, which
counts how long the probing process itself had to wait for a core.
"""

import argparse
import asyncio
import functools
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.apache import apache_cluster
from deploy.local.rust_store import rust_store, rust_store_url
from shared import ids
from shared.kafka.topics import Topic
from tests.benchmarks.field import EXPRESS, STANDARD, Field
from tests.benchmarks.figures import centile, mark
from tests.benchmarks.programs import ROOT
from tests.benchmarks.stage import BROKER
from tests.benchmarks.weigher import complaint

SOURCE, NOTHING, PROBES = "redress.intake.standard", "redress.nothing.standard", "redress.intake.express"
GAP_S, WARM_UP = 0.020, 10
ANSWER_S = 30.0


class Took(NamedTuple):
    """Milliseconds of each fact: from log to log, and from `send` to heard."""

    on_log: list[float]
    heard: list[float]


class Probe:
    """Sends express facts one after the other and hears what is told about them."""

    def __init__(self, kafka: str, name: str) -> None:
        self.kafka, self.target = kafka, f"redress.{name}.express"
        self.sent: dict[str, float] = {}
        self.stood: dict[str, int] = {}
        self.told: dict[str, int] = {}
        self.heard: dict[str, float] = {}

    async def run(self, count: int, settle_s: float) -> Took:
        """`count` facts, after a few that warm up and a pause."""
        consumer = AIOKafkaConsumer(self.target, bootstrap_servers=self.kafka, auto_offset_reset="earliest")
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all", enable_idempotence=True, linger_ms=0)
        await consumer.start()
        await producer.start()
        hearing = asyncio.create_task(self._hear(consumer))
        first = random.randrange(10**9)
        try:
            await self._send(producer, first, WARM_UP)
            await self._all_heard()
            await asyncio.sleep(settle_s)
            await self._send(producer, first + WARM_UP, count)
            await self._all_heard()
        finally:
            hearing.cancel()
            await consumer.stop()
            await producer.stop()
        on_log = [float(self.told[key] - self.stood[key]) for key in self.sent]
        return Took(on_log, [(self.heard[key] - self.sent[key]) * 1000 for key in self.sent])

    async def _send(self, producer: AIOKafkaProducer, first: int, count: int) -> None:
        self.sent.clear()
        due = time.perf_counter()
        for number in range(first, first + count):
            message = complaint(number, "express")
            part = ids.partition(message.key, EXPRESS)
            self.sent[str(message.key)] = time.perf_counter()
            standing = await producer.send(
                PROBES, message.value, key=message.key_bytes, partition=part, headers=list(message.headers)
            )
            standing.add_done_callback(functools.partial(self._stands, str(message.key)))
            due += GAP_S
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    def _stands(self, key: str, told: "asyncio.Future[Any]") -> None:
        self.stood[key] = told.result().timestamp

    async def _hear(self, consumer: AIOKafkaConsumer) -> None:
        async for message in consumer:
            key = (message.key or b"").decode()
            self.heard[key], self.told[key] = time.perf_counter(), message.timestamp

    async def _all_heard(self) -> None:
        until = time.perf_counter() + ANSWER_S
        while missing := set(self.sent) - (set(self.heard) & set(self.stood)):
            if time.perf_counter() > until:
                raise RuntimeError(f"{len(missing)} express facts were not told in time")
            await asyncio.sleep(0.01)


def measure(field: Field, mongo: str | None, backlog: bool, count: int) -> Took:
    """One run of both lanes under a name of its own; a backlog that ends too soon is an error."""
    name = f"l{random.randrange(10**9)}"
    field.run_topics(name)
    command = [sys.executable, "-m", "tests.benchmarks.two_lanes", "--kafka", field.bootstrap, "--name", name]
    command += ["--mongo", mongo] if mongo else []
    command += ["--standard", SOURCE if backlog else NOTHING]
    lanes = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        took = asyncio.run(Probe(field.bootstrap, name).run(count, 0.3))
        lanes.terminate()
        said, _ = lanes.communicate(timeout=60)
    finally:
        lanes.kill()
    told = json.loads(said.strip().splitlines()[-1])
    if backlog and not told["waiting"]["standard"]:
        raise RuntimeError("the backlog did not last: take fewer probes or a larger backlog")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.express", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--probes", type=int, default=250)
    parser.add_argument("--backlog", type=int, default=150_000)
    parser.add_argument("--store", choices=("without", "with", "both"), default="both")
    told = parser.parse_args()
    wanted = ("without", "with") if told.store == "both" else (told.store,)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with apache_cluster(folder, settings=BROKER) as cluster:
            field = Field(cluster.bootstrap)
            field.topics(Topic(NOTHING, STANDARD), Topic(PROBES, EXPRESS))
            field.fill(SOURCE, STANDARD, told.backlog, complaint)
            for kind in wanted:
                if kind == "without":
                    rounds(field, None, told, 1.5)
                else:
                    with rust_store(folder) as store:
                        rounds(field, rust_store_url(store), told, 3.0)


def rounds(field: Field, mongo: str | None, told: argparse.Namespace, reach: float) -> None:
    """Idle and under backlog by turns; the first of each is thrown away."""
    for backlog in (False, True):
        measure(field, mongo, backlog, told.probes)
    ratios: list[float] = []
    all_: dict[str, list[Took]] = {"idle": [], "backlog": []}
    for number in range(told.rounds):
        p99 = {}
        for kind in random.sample(["idle", "backlog"], 2):
            took = measure(field, mongo, kind == "backlog", told.probes)
            all_[kind].append(took)
            p99[kind] = centile(took.on_log, 99)
            print(f"  round {number + 1}  {kind:8} {_figures(took)}", flush=True)
        ratios.append(p99["backlog"] / p99["idle"])
    where = "with the store" if mongo else "without a store"
    for kind, runs in all_.items():
        together = Took(*([one for took in runs for one in took[side]] for side in (0, 1)))
        print(f"express {where}, {kind}: {_figures(together)}")
    print(mark(f"express p99 under backlog to idle, {where}", ratios, reach, at_most=True))


def _figures(took: Took) -> str:
    on_log, heard = (" ".join(f"p{c} {centile(each, c):.1f}" for c in (50, 95, 99)) for each in took)
    return f"on the log {on_log} ms, heard {heard} ms"


if __name__ == "__main__":
    main()
