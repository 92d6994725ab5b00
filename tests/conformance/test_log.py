"""What the flow asks of a log, held against the twin, the embedded broker and Apache Kafka."""

import asyncio
import time
from typing import Any

from shared import ids
from shared.flow.records import Outgoing, Record


def message(topic: str, key: str, text: str) -> Outgoing:
    return Outgoing(topic, key, text.encode(), (("ce_id", b"1"), ("odd", b"\xff\x00")))


async def read(log: Any, count: int, seconds: float = 20, at_most: int = 500) -> list[Record]:
    found: list[Record] = []
    end = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        found += await log.fetch(at_most, 0.2)
    return found


async def held(log: Any, parts: int, seconds: float = 30) -> None:
    """Polls until the member holds so many partitions."""
    end = time.monotonic() + seconds
    while len(log.owned()) != parts:
        assert time.monotonic() < end, f"holds {sorted(log.owned())}"
        await log.fetch(1, 0.1)
        await asyncio.sleep(0)


async def test_what_is_published_is_fetched_in_order_per_key_with_headers_untouched(logs):
    topic = await logs.topic("facts", 3)
    log = await logs.member("g", topic)
    sent = [message(topic, f"k{n % 7}", str(n)) for n in range(100)]
    places = await log.publish(sent)
    found = await read(log, 100)
    assert len(found) == 100
    for key in {m.key for m in sent}:
        values = [r.value for r in found if r.key == key.encode()]
        assert values == [m.value for m in sent if m.key == key]
        assert {r.partition for r in found if r.key == key.encode()} == {ids.partition(key, 3)}
    assert all(r.headers == (("ce_id", b"1"), ("odd", b"\xff\x00")) for r in found)
    assert {(r.part, r.offset) for r in found} == set(places)
    for place, one in zip(places, sent, strict=True):
        assert next(r.value for r in found if (r.part, r.offset) == place) == one.value


async def test_a_member_that_comes_back_begins_at_what_was_committed(logs):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await log.publish([message(topic, "k", str(n)) for n in range(10)])
    found = await read(log, 10)
    await log.commit({(topic, 0): 4}, found[0].assignment)
    assert log.owned()[topic, 0] == 4
    await logs.leave(log)
    again = await logs.member("g", topic)
    assert [r.value for r in await read(again, 6)] == [str(n).encode() for n in range(4, 10)]
    assert again.owned()[topic, 0] == 4


async def test_seek_reads_again_from_there(logs):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await log.publish([message(topic, "k", str(n)) for n in range(10)])
    await read(log, 10)
    log.seek({(topic, 0): 7, ("elsewhere", 0): 1})
    assert [r.offset for r in await read(log, 3)] == [7, 8, 9]


async def test_records_and_commits_of_an_earlier_assignment_are_dropped_also_when_the_partition_came_back(logs):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await log.publish([message(topic, "k", str(n)) for n in range(5)])
    found = await read(log, 5)
    other = await logs.member("g", topic)  # one partition, two members: a rebalance, then back
    await settled(logs, log, other, 1)
    await logs.leave(other)
    await held(log, 1)
    assert log.current(found) == []
    await log.commit({(topic, 0): 5}, found[0].assignment)
    assert log.owned()[topic, 0] == 0
    log.seek(log.owned())  # `held` read on while it waited
    assert [r.offset for r in await read(log, 5)] == [0, 1, 2, 3, 4]


async def test_a_member_out_of_its_group_holds_nothing_from_its_first_commit_on_until_it_is_taken_in_again(logs):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await log.publish([message(topic, "k", str(n)) for n in range(5)])
    found = await read(log, 5)
    await logs.out(log)
    await log.commit({(topic, 0): 3}, found[0].assignment)
    assert log.owned() == {} and log.current(found) == []
    await logs.back(log)
    await held(log, 1)
    log.seek(log.owned())  # `held` read on while it waited
    assert [r.offset for r in await read(log, 5)] == [0, 1, 2, 3, 4]


async def settled(logs: Any, one: Any, other: Any, parts: int) -> None:
    end = time.monotonic() + 30
    while len(one.owned()) + len(other.owned()) != parts or one.owned().keys() & other.owned().keys():
        assert time.monotonic() < end
        await asyncio.gather(one.fetch(1, 0.1), other.fetch(1, 0.1))
    one.seek(one.owned())
    other.seek(other.owned())


async def test_a_revocation_waits_for_the_work_in_hand_and_for_what_is_outstanding(logs):
    topic = await logs.topic("facts", 2)
    log = await logs.member("g", topic)
    await held(log, 2)
    order: list[str] = []

    async def drain() -> None:
        order.append("drained")

    log.drain = drain
    async with log.lock:
        joining = asyncio.create_task(logs.member("g", topic))
        await asyncio.sleep(0.3)
        order.append("work done")
    other = await joining
    await settled(logs, log, other, 2)
    assert order[:2] == ["work done", "drained"]


async def test_every_poll_takes_from_every_partition_and_at_most_half_from_the_inbox(logs):
    facts, inbox = await logs.topic("facts", 2), await logs.topic("x.inbox.y", 2)
    log = await logs.member("g", facts, inbox)
    keys = [f"k{n}" for n in range(40)]
    await log.publish([message(topic, key, "x" * 200) for key in keys for topic in (inbox, facts) for _ in range(10)])
    await held(log, 4)
    await asyncio.sleep(1.0)  # whatever the driver fetches ahead is there
    found = await log.fetch(40, 0.5)
    assert len({r.part for r in found}) == 4
    assert sum(".inbox." in r.topic for r in found) <= 20


async def test_lag_counts_what_waits(logs):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await log.publish([message(topic, "k", str(n)) for n in range(10)])
    first = await read(log, 1, at_most=4)
    assert log.lag() == 10 - len(first)
    await read(log, 10 - len(first))
    assert log.lag() == 0


async def test_a_large_batch_is_published_whole(logs):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await log.publish([message(topic, "k", "x" * 90_000 + str(n)) for n in range(30)])
    found = await read(log, 30)
    assert [r.value[90_000:] for r in found] == [str(n).encode() for n in range(30)]
