"""The four services end to end with a backlog and with ten times that: `python -m tests.benchmarks.whole`.

The complaints stand on intake's inbox before the services start; the clock runs from the first fact intake tells
until every complaint is triaged and its complainant has been written to. A run has servers of its own. Until triage is
through is told beside it: of a small backlog notify has then hardly begun, of a large one it has done most.
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
from tests.benchmarks.figures import mark, spread
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


RECEIVED, TRIAGED, WRITTEN_TO = (
    f"redress.{name}.v1".encode() for name in ("intake.received", "triage.triaged", "notify.delivered")
)


async def ends(kafka: str, count: int) -> dict[bytes, float]:
    """Seconds from the first complaint received to the last triaged, and to the last complainant written to."""
    topics = [f"redress.{name}.standard" for name in ("intake", "triage", "notify")]
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    told: dict[bytes, dict[bytes, int]] = {RECEIVED: {}, TRIAGED: {}, WRITTEN_TO: {}}
    until = time.monotonic() + LIMIT_S
    while any(len(each) < count for each in told.values()):
        if time.monotonic() > until:
            raise RuntimeError(f"of {count}: {[len(each) for each in told.values()]} in {LIMIT_S:.0f} s")
        for messages in (await consumer.getmany(timeout_ms=500, max_records=2000)).values():
            for message in messages:
                first_of = told.get(dict(message.headers).get("ce_type", b""), {})
                first_of.setdefault(message.key or b"", message.timestamp)
    await consumer.stop()
    began = min(told[RECEIVED].values())
    return {type: (max(told[type].values()) - began) / 1000 for type in (TRIAGED, WRITTEN_TO)}


def run(count: int) -> tuple[float, float, dict[str, float]]:
    """Complaints a second through all four, through intake and triage, and each service's memory at the end in MB."""
    with system() as one:
        fill(one, count)
        one.start(*SERVICES)
        took = asyncio.run(ends(one.kafka, count))
        memory = {name: memory_mb(one.services[name].pid) for name in SERVICES}
        return count / took[WRITTEN_TO], count / took[TRIAGED], memory


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.whole", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=1_000)
    told = parser.parse_args()
    ratios, half_way, grown = [], [], []
    for number in range(told.rounds):
        found = {}
        for times in random.sample([1, 10], 2):
            found[times] = run(told.count * times)
            rate, triaged, memory = found[times]
            sizes = ", ".join(f"{name} {size:.0f}" for name, size in memory.items())
            rates = f"{rate:6,.0f}/s, triaged {triaged:6,.0f}/s"
            print(f"  round {number + 1}  {told.count * times:>7,} waiting  {rates}  MB: {sizes}", flush=True)
        ratios.append(found[10][0] / found[1][0])
        half_way.append(found[10][1] / found[1][1])
        grown.append(sum(found[10][2].values()) / sum(found[1][2].values()))
    print(mark("complaints a second with ten times the backlog to once", ratios, 0.85))
    print(f"the same until triage is through: {spread(half_way)}")
    print(mark("memory of the four with ten times to once", grown, 1.15, at_most=True))


if __name__ == "__main__":
    main()
