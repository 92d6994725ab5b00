"""The four services end to end with a backlog and with ten times that: `python -m tests.benchmarks.whole`.

The complaints stand on intake's inbox before the services start; the clock runs from the first fact intake tells
until triage has triaged every one. A run has servers of its own.
"""

import argparse
import asyncio
import random
import time

from aiokafka import AIOKafkaConsumer
from confluent_kafka import Producer

from services.intake.app import reception_of
from services.intake.settings import Settings
from services.intake.told import Told
from shared import clock, ids
from shared.contracts.catalog import SERVICES
from shared.flow import codec
from tests.benchmarks.complaints import BODIES, INTEGRATION
from tests.benchmarks.figures import mark
from tests.benchmarks.system import PARTITIONS, System, memory_mb, system

INBOX = "redress.intake.inbox.standard"
LIMIT_S = 240.0


def fill(one: System, count: int) -> None:
    """Complaints as intake's door would put them on its inbox."""
    told = {name.removeprefix("INTAKE_").lower(): value for name, value in one.environment.items() if "INTAKE" in name}
    reception = reception_of(Settings(**{name: told[name] for name in SECRETS}))
    producer = Producer({"bootstrap.servers": one.kafka, "linger.ms": 5, "acks": "all"})
    for number in range(count):
        body = {**BODIES[number % len(BODIES)], "contact": {"email": f"c{number}@complaints.example"}}
        request = reception.request(Told.model_validate(body), INTEGRATION, f"b{number}", clock.now())
        out = codec.request_event(request, INBOX)
        part = ids.partition(out.key, PARTITIONS)
        producer.produce(INBOX, out.value, out.key_bytes, part, headers=list(out.headers))
        producer.poll(0)
    if producer.flush(60):
        raise RuntimeError("the inbox was not filled")


SECRETS = ("text_keys", "contact_keys", "link_secret", "complainant_secret")


async def triaged(kafka: str, count: int) -> float:
    """Seconds from the first complaint received to the last triaged."""
    consumer = AIOKafkaConsumer(
        "redress.intake.standard", "redress.triage.standard", bootstrap_servers=kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    first, last, seen, until = 0, 0, set[bytes](), time.monotonic() + LIMIT_S
    while len(seen) < count:
        if time.monotonic() > until:
            raise RuntimeError(f"{len(seen)} of {count} were triaged in {LIMIT_S:.0f} s")
        for messages in (await consumer.getmany(timeout_ms=500, max_records=2000)).values():
            for message in messages:
                type = dict(message.headers).get("ce_type", b"")
                if type == b"redress.intake.received.v1":
                    first = min(first or message.timestamp, message.timestamp)
                if type == b"redress.triage.triaged.v1":
                    seen.add(message.key or b"")
                    last = max(last, message.timestamp)
    await consumer.stop()
    return (last - first) / 1000


def run(count: int) -> tuple[float, dict[str, float]]:
    """Complaints a second through all four, and each service's memory at the end in MB."""
    with system() as one:
        fill(one, count)
        one.start(*SERVICES)
        took = asyncio.run(triaged(one.kafka, count))
        return count / took, {name: memory_mb(one.services[name].pid) for name in SERVICES}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.whole", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=1_000)
    told = parser.parse_args()
    ratios, grown = [], []
    for number in range(told.rounds):
        found = {}
        for times in random.sample([1, 10], 2):
            found[times] = run(told.count * times)
            rate, memory = found[times]
            sizes = ", ".join(f"{name} {size:.0f}" for name, size in memory.items())
            print(f"  round {number + 1}  {told.count * times:>7,} waiting  {rate:6,.0f}/s  MB: {sizes}", flush=True)
        ratios.append(found[10][0] / found[1][0])
        grown.append(sum(found[10][1].values()) / sum(found[1][1].values()))
    print(mark("complaints a second with ten times the backlog to once", ratios, 0.85))
    print(mark("memory of the four with ten times to once", grown, 1.15, at_most=True))


if __name__ == "__main__":
    main()
