"""The job in a plain aiokafka loop: getmany, send() per record, await all, commit.

python -m tests.benchmarks.peers.aiokafka_plain BOOTSTRAP SOURCE TARGET GROUP COUNT
"""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared import ids
from tests.benchmarks.job import answer
from tests.benchmarks.meter import Meter


async def main(bootstrap: str, source: str, target: str, group: str, count: int) -> None:
    meter, seen = Meter(), 0
    consumer = AIOKafkaConsumer(
        source, bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=5, max_batch_size=262144
    )
    await consumer.start()
    await producer.start()
    partitions = len(await producer.partitions_for(target))
    while seen < count:
        got = await consumer.getmany(timeout_ms=500, max_records=500)
        if got:
            meter.first()
        sent = []
        for messages in got.values():
            for message in messages:
                made = answer(message.value, message.headers)
                if made:
                    key, value, headers = made
                    partition = ids.partition(key, partitions)
                    sent.append(await producer.send(target, value, key, partition, headers=list(headers)))
            seen += len(messages)
        await asyncio.gather(*sent)
        await consumer.commit({part: messages[-1].offset + 1 for part, messages in got.items()})
    meter.done(seen)
    await consumer.stop()
    await producer.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5], int(sys.argv[5])))
