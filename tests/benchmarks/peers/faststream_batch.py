"""The job in FastStream: records in batches, published one by one without waiting, all awaited, then acknowledged.

Its own batch publishing puts a whole batch into one partition under one set of headers, so it cannot do this job.

python -m tests.benchmarks.peers.faststream_batch BOOTSTRAP SOURCE TARGET GROUP COUNT
"""

import asyncio
import logging
import sys

from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from tests.benchmarks.job import answer
from tests.benchmarks.meter import Meter


async def main(bootstrap: str, source: str, target: str, group: str, count: int) -> None:
    meter, seen, done = Meter(), 0, asyncio.Event()
    broker = KafkaBroker(bootstrap, acks="all", enable_idempotence=True, linger_ms=5, max_batch_size=262144)
    logging.disable(logging.WARNING)

    async def raw(message: KafkaMessage) -> KafkaMessage:
        return message

    @broker.subscriber(
        source, group_id=group, batch=True, max_records=500, auto_offset_reset="earliest", decoder=raw,
        ack_policy=AckPolicy.MANUAL,
    )  # fmt: skip
    async def batch(message: KafkaMessage) -> None:
        nonlocal seen
        meter.first()
        sent = []
        for record in message.raw_message:
            made = answer(record.value, record.headers)
            if made:
                key, value, headers = made
                texts = {name: text.decode() for name, text in headers}
                sent.append(await broker.publish(value, target, key=key, headers=texts, no_confirm=True))
        await asyncio.gather(*sent)
        await message.ack()
        seen += len(message.raw_message)
        if seen >= count:
            done.set()

    await broker.start()
    await done.wait()
    meter.done(seen)
    await broker.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5], int(sys.argv[5])))
