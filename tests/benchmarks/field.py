"""The field the programs run on: Apache Kafka, topics filled once, and what came out of a run."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka import Consumer, Producer, TopicPartition

from shared import ids
from shared.flow.records import Outgoing
from shared.kafka.topics import Topic, ensure_topics

STANDARD, EXPRESS = 6, 3


@dataclass(frozen=True)
class Out:
    """What a run left behind: records in the topic, the newest append time (epoch seconds), offsets committed."""

    records: int
    newest_s: float
    committed: int


class Field:
    """One broker, kept for all runs."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def topics(self, *topics: Topic) -> None:
        asyncio.run(ensure_topics(self.bootstrap, topics))

    def run_topics(self, name: str) -> None:
        """The topics a service of this name tells on."""
        self.topics(
            Topic(f"redress.{name}.standard", STANDARD),
            Topic(f"redress.{name}.express", EXPRESS),
            Topic(f"redress.{name}.inbox.standard", STANDARD),
            Topic(f"redress.{name}.inbox.express", EXPRESS),
            Topic(f"redress.{name}.dead", 1),
        )

    def fill(self, topic: str, partitions: int, count: int, make: Callable[[int], Outgoing]) -> None:
        """Puts `count` records on a new topic, each on the partition of its key."""
        self.topics(Topic(topic, partitions))
        producer = Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 5, "acks": "all"})
        for number in range(count):
            message = make(number)
            key = message.key_bytes
            producer.produce(topic, message.value, key, ids.partition(key, partitions), headers=list(message.headers))
            if number % 1000 == 0:
                producer.poll(0)
        if producer.flush(60):
            raise RuntimeError(f"{topic} was not filled")

    def out(self, topic: str, source: str, group: str) -> Out:
        """What a run told on `topic` and committed of `source`."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": group, "enable.auto.commit": False})
        parts = [TopicPartition(topic, part) for part in consumer.list_topics(topic).topics[topic].partitions]
        ends = {part.partition: consumer.get_watermark_offsets(part, timeout=10)[1] for part in parts}
        newest = 0
        last = [TopicPartition(topic, part, end - 1) for part, end in ends.items() if end]
        consumer.assign(last)
        for _ in last:
            message = consumer.poll(10)
            if message is None or message.error():
                raise RuntimeError(f"{topic} cannot be read")
            newest = max(newest, message.timestamp()[1])
        sources = [TopicPartition(source, part) for part in consumer.list_topics(source).topics[source].partitions]
        committed = sum(max(0, part.offset) for part in consumer.committed(sources, timeout=10))
        consumer.close()
        return Out(sum(ends.values()), newest / 1000, committed)
