"""Where a fact's processor time goes in the client, without servers: `python -m tests.benchmarks.road`.

Process time of one core, so that other programs count as little as they can; every step is timed once in each round,
and the last column compares it with the job by hand inside the same round.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from typing import Any

from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.structs import ConsumerRecord

from shared import ids
from shared.contracts.fact import stands_of
from shared.contracts.intake import ComplaintStands
from shared.flow.batch import Batch
from shared.flow.fold import Fold
from shared.flow.records import Outgoing, Record
from shared.flow.thing import Thing
from shared.flow.understand import understand
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.kafka.taking import record_of
from shared.lifecycle import collect_seldom
from tests.benchmarks import job
from tests.benchmarks.nothing import NoStore
from tests.benchmarks.weigher import complaint, weigher

TOPIC, PARTITIONS, BATCH = "redress.intake.standard", 6, 500


class Instant:
    """A producer whose batches are acknowledged as they come: what is left is building them."""

    def create_batch(self) -> Any:
        return BatchBuilder(524_288, 0, is_transactional=False, key_serializer=None, value_serializer=None)

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> Any:
        batch._build()
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        done.set_result(_Place(topic, partition))
        return done

    async def partitions_for(self, topic: str) -> range:
        return range(PARTITIONS)


class _Place:
    def __init__(self, topic: str, partition: int) -> None:
        self.topic, self.partition, self.offset = topic, partition, 0


class Road:
    """The same batch of facts on every step; `steps` by name, each a function of nothing."""

    def __init__(self) -> None:
        self.made = [complaint(number) for number in range(BATCH)]
        self.fetched = _fetched(self.made)
        self.service, self.store = weigher(), NoStore()
        self.owned = {(TOPIC, part): 0 for part in range(PARTITIONS)}
        self.loop = asyncio.new_event_loop()
        self.publisher = Publisher(KafkaSettings("127.0.0.1:1"), "standard")
        self.publisher._producer = Instant()
        self.records = self.read()
        self.understood = [understand(record, self.service) for record in self.records]
        self.out = self.batch()

    def read(self) -> list[Record]:
        return [record_of(_consumed(message, part), 1) for part, batch in self.fetched for message in batch()]

    def batch(self) -> list[Outgoing]:
        return self.loop.run_until_complete(Batch(self.service, self.store, self.owned, 0).work(self.records)).out

    def publish(self) -> None:
        self.loop.run_until_complete(self.publisher.publish(self.out))

    def understand(self) -> None:
        for record in self.records:
            understand(record, self.service)

    def fold(self) -> None:
        for item in self.understood:
            thing = Thing(item.targets[0], self.service.state())
            Fold(thing, item.record, self.service, 0).take(item.message)  # type: ignore[arg-type]

    def decide(self) -> None:
        for item in self.understood:
            job.weigh(stands_of(ComplaintStands, item.message.stands))  # type: ignore[union-attr]

    def by_hand(self) -> None:
        for record in self.records:
            job.answer(record.value or b"", record.headers)

    def whole(self) -> None:
        self.records = self.read()
        self.out = self.batch()
        self.publish()

    def floor(self) -> None:
        """What nobody can do without on this client: read, the job by hand, a batch built for each partition."""
        builders = [DefaultRecordBatchBuilder(2, 0, 1, -1, -1, -1, 524_288) for _ in range(PARTITIONS)]
        counts = [0] * PARTITIONS
        for _, batch in self.fetched:
            for message in batch():
                key, value, headers = job.answer(message.value, message.headers)  # type: ignore[misc]
                part = ids.partition(key, PARTITIONS)
                builders[part].append(counts[part], None, key, value, list(headers))
                counts[part] += 1
        for builder in builders:
            builder.build()


def _fetched(made: list[Outgoing]) -> list[tuple[int, Callable[[], DefaultRecordBatch]]]:
    """The facts as the broker gives them: one batch per partition, decoded anew each time."""
    batches = []
    for part in range(PARTITIONS):
        builder, count = DefaultRecordBatchBuilder(2, 0, 1, -1, -1, -1, 2**20), 0
        for message in made:
            if ids.partition(message.key, PARTITIONS) == part:
                builder.append(count, 1_790_000_000_000, message.key_bytes, message.value, list(message.headers))
                count += 1
        whole = bytes(builder.build())
        batches.append((part, lambda whole=whole: DefaultRecordBatch(bytearray(whole))))
    return batches


def _consumed(message: Any, part: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(
        TOPIC, part, message.offset, message.timestamp, message.timestamp_type, message.key, message.value,
        message.checksum, 0, len(message.value), message.headers,
    )  # fmt: skip


STEPS = {
    "read records out of a fetched batch": Road.read,
    "understand: envelope, JSON, what happened": Road.understand,
    "the rule alone: how the complaint stands, weigh it": Road.decide,
    "fold: known or new, the rule, history, the fact as JSON": Road.fold,
    "a batch: all of the flow, the two above and the document's bookkeeping": Road.batch,
    "build what is published": Road.publish,
    "all of it": Road.whole,
    "by hand: parse, rule, JSON, as the peers do it": Road.by_hand,
    "floor: by hand between reading and building": Road.floor,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.road", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    told = parser.parse_args()
    road = Road()
    collect_seldom()
    took: dict[str, list[float]] = {name: [] for name in STEPS}
    for _ in range(told.rounds):
        for name, step in STEPS.items():
            began = time.process_time()
            step(road)
            took[name].append((time.process_time() - began) / BATCH * 1e6)
    floors = took[next(reversed(STEPS))]
    print("| step | µs/fact, median | lowest | x floor, paired |\n|---|---|---|---|")
    for name, each in took.items():
        ratio = statistics.median(one / floor for one, floor in zip(each, floors, strict=True))
        print(f"| {name} | {statistics.median(each):.1f} | {min(each):.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
