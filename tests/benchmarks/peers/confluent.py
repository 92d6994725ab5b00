"""The job in confluent-kafka, tuned: batches, a short linger, large batches, no fetch back-off, acks awaited later.

python -m tests.benchmarks.peers.confluent BOOTSTRAP SOURCE TARGET GROUP COUNT
"""

import sys
import zlib
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.benchmarks.job import answer
from tests.benchmarks.meter import Meter

BATCH = 500
CONSUMER = {
    "enable.auto.commit": False,
    "auto.offset.reset": "earliest",
    "fetch.queue.backoff.ms": 1,
    "queued.max.messages.kbytes": 65536,
    "check.crcs": True,
}
PRODUCER = {"acks": "all", "enable.idempotence": True, "linger.ms": 0.5, "batch.size": 524288}


class Batch:
    """What is outstanding of one batch, and the offsets to commit once it is not."""

    def __init__(self) -> None:
        self.outstanding = 0
        self.nexts: dict[int, int] = {}

    def told(self, error: Any, message: Any) -> None:
        if error:
            raise RuntimeError(str(error))
        self.outstanding -= 1


def main(bootstrap: str, source: str, target: str, group: str, count: int) -> None:
    meter = Meter()
    consumer = Consumer(CONSUMER | {"bootstrap.servers": bootstrap, "group.id": group})
    producer = Producer(PRODUCER | {"bootstrap.servers": bootstrap})
    partitions = len(producer.list_topics(target).topics[target].partitions)
    consumer.subscribe([source])
    seen = 0
    waiting: list[Batch] = []
    while seen < count or waiting:
        messages = consumer.consume(BATCH, timeout=0.2) if seen < count else []
        if messages:
            meter.first()
            waiting.append(work(messages, producer, target, partitions))
            seen += len(messages)
        producer.poll(0 if messages else 0.005)
        while waiting and not waiting[0].outstanding:
            offsets = [TopicPartition(source, part, at) for part, at in waiting.pop(0).nexts.items()]
            consumer.commit(offsets=offsets, asynchronous=seen < count or bool(waiting))
    meter.done(seen)
    consumer.close()


def work(messages: list[Any], producer: Producer, target: str, partitions: int) -> Batch:
    """Produces what the messages call for."""
    batch = Batch()
    for message in messages:
        batch.nexts[message.partition()] = message.offset() + 1
        made = answer(message.value(), message.headers())
        if made:
            key, value, headers = made
            partition = zlib.crc32(key) % 64 % partitions
            batch.outstanding += 1
            producer.produce(target, value, key, partition, batch.told, headers=list(headers))
    return batch


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]))
