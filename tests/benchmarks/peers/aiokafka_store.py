"""The job with a store in a bare aiokafka loop: the reads and writes of the stage, and none of its bookkeeping.

Per batch of 500: one find by id, one unordered bulk of guarded replaces with documents of the stage's form and
size, one batch per partition published, one commit. What the stage works out (hashes, what was heard and told)
stands here as constant text, so that the store gets the same bytes. Each step waits for the one before.

python -m tests.benchmarks.peers.aiokafka_store BOOTSTRAP SOURCE TARGET GROUP COUNT MONGO DATABASE
"""

import asyncio
import sys
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ReplaceOne

from shared import ids
from tests.benchmarks.job import RULES, Weighed, answer
from tests.benchmarks.meter import Meter

HASH = "0" * 64


async def main(bootstrap: str, source: str, target: str, group: str, count: int, mongo: str, base: str) -> None:
    meter, seen = Meter(), 0
    consumer = AIOKafkaConsumer(
        source, bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=0, max_batch_size=524288
    )
    things: Any = AsyncIOMotorClient(mongo, retryWrites=False)[base]["things"]
    index = {"due": {"$exists": True}}
    await things.create_index([("lane", 1), ("shard", 1), ("due", 1)], partialFilterExpression=index)
    await consumer.start()
    await producer.start()
    partitions = len(await producer.partitions_for(target))
    while seen < count:
        got = await consumer.getmany(timeout_ms=500, max_records=500)
        messages = [message for some in got.values() for message in some]
        if not messages:
            continue
        meter.first()
        made = [(message, one) for message in messages if (one := answer(message.value, message.headers))]
        ids_ = [one[0].decode() for _, one in made]
        there = {d["_id"]: d async for d in things.find({"_id": {"$in": ids_}})}
        writes = [
            ReplaceOne({"_id": id, "v": there.get(id, {}).get("v", 0)}, document(id, message, one, target), upsert=True)
            for id, (message, one) in zip(ids_, made, strict=True)
        ]
        await things.bulk_write(writes, ordered=False)
        await publish(producer, target, partitions, [one for _, one in made])
        await consumer.commit({part: some[-1].offset + 1 for part, some in got.items()})
        seen += len(messages)
    meter.done(seen)
    await consumer.stop()
    await producer.stop()


def document(id: str, message: Any, made: Any, target: str) -> dict[str, Any]:
    """What is to be kept of a complaint, in the form and size the stage keeps it."""
    _, value, headers = made
    told = orjson.loads(value)
    coordinates = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
    out = {"topic": target, "key": id, "value": value, "headers": [[name, text] for name, text in headers]}
    entry = {"n": 1, "at": message.timestamp, "who": "redress", "what": Weighed.TYPE, "rules": RULES}
    return {
        "_id": id,
        "v": 1,
        "schema": 1,
        "lane": "standard",
        "shard": ids.shard(id),
        "heard": {f"intake/{id}": {"high": 1, "holes": [], "state": orjson.loads(message.value)["stands"]}},
        "requests": [],
        "told": 1,
        "replay": [{**coordinates, "out": [out]}],
        "clocks": {},
        "struck": {},
        "attempts": {},
        "history": [{**entry, "of": HASH[:32], "hash": HASH}],
        "pages": 0,
        "person": [],
        "state": {"stands": told["stands"]},
    }


async def publish(producer: Any, target: str, partitions: int, made: list[Any]) -> None:
    """One batch per partition, all acknowledged."""
    batches: dict[int, Any] = {}
    for key, value, headers in made:
        batch = batches.setdefault(ids.partition(key, partitions), producer.create_batch())
        if batch.append(timestamp=None, key=key, value=value, headers=list(headers)) is None:
            raise RuntimeError("a batch of 500 does not fit")
    sent = [await producer.send_batch(batch, target, partition=part) for part, batch in batches.items()]
    await asyncio.gather(*sent)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5], int(sys.argv[5]), *sys.argv[6:8]))
