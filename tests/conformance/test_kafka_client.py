"""What the Kafka client cannot read, or fails at, loses nothing and stops nobody."""

import asyncio
import contextlib
import struct
import time
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import LeaderNotAvailableError, NodeNotReadyError, TopicAuthorizationFailedError
from aiokafka.record.util import calc_crc32c

from shared.flow.errors import Transient
from shared.flow.records import Outgoing
from shared.kafka import publisher
from shared.kafka.reading import Reader
from tests.conformance.conftest import KafkaLogs
from tests.conformance.test_log import held, message, read


@pytest.fixture
async def logs(kafka, fresh):
    made = KafkaLogs(fresh, type("Broker", (), {"bootstrap": kafka, "idempotent": False}))
    yield made
    await made.close()


async def send(bootstrap: str, topic: str, *records: tuple[bytes, bytes], **more: Any) -> None:
    """Sends one batch to partition 0; a header named XX has a name that is no UTF-8 on the log."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, **more)
    await producer.start()
    batch = producer.create_batch()
    for key, value in records:
        named = [("XX", b"1")] if value == b"bad" else []
        assert batch.append(key=key, value=value, timestamp=None, headers=named)
    batch.close()
    batch._build()
    raw = batch._buffer
    if b"XX" in raw:
        at = raw.index(b"XX")
        raw[at : at + 2] = b"\xff\xfe"
        raw[17:21] = struct.pack(">I", calc_crc32c(memoryview(bytes(raw[21:]))))
    await (await producer.send_batch(batch, topic, partition=0))
    await producer.stop()


async def test_a_header_name_the_client_cannot_read_costs_the_rest_of_its_senders_batch_and_nobody_elses(logs, kafka):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await send(kafka, topic, (b"k", b"0"), (b"k", b"1"), (b"k", b"bad"), (b"k", b"3"))
    await send(kafka, topic, (b"k", b"4"), (b"k", b"5"))
    await send(kafka, topic, (b"k", b"bad"))
    await send(kafka, topic, (b"k", b"7"))
    found = await read(log, 8)
    assert [r.offset for r in found] == list(range(8))
    assert {r.offset for r in found if "UnicodeDecodeError" in r.unreadable} == {2, 3, 6}
    assert [r.value for r in found if not r.unreadable] == [b"0", b"1", b"4", b"5", b"7"]


async def test_a_record_nobody_can_read_takes_nothing_along_of_what_came_from_elsewhere_in_the_same_look(logs, kafka):
    one, other = await logs.topic("one", 1), await logs.topic("two", 1)
    log = await logs.member("g", one, other)
    await held(log, 2)
    await send(kafka, one, *[(b"k", b"%d" % n) for n in range(4)])
    await asyncio.sleep(0.6)  # what is fetched ahead first is looked at first
    await send(kafka, other, (b"k", b"bad"), (b"k", b"1"))
    await asyncio.sleep(1.0)
    look = log._taking.something_of_each

    async def a_moment_too_early(*_: Any) -> list[Any]:
        log._taking.something_of_each = look
        return []

    log._taking.something_of_each = a_moment_too_early
    found = await read(log, 6)
    assert [r.value for r in found if r.topic == one] == [b"0", b"1", b"2", b"3"]
    assert [bool(r.unreadable) for r in found if r.topic == other] == [True, True]


async def test_whoever_looks_through_the_log_is_stopped_by_no_record_the_client_cannot_read(logs, kafka):
    one, other = await logs.topic("one", 1), await logs.topic("two", 1)
    await send(kafka, one, *[(b"k", b"%d" % n) for n in range(50)])
    await send(kafka, other, (b"k", b"0"), (b"k", b"bad"), (b"k", b"2"))
    await send(kafka, other, (b"k", b"3"))
    async with Reader(logs.settings) as reader:
        found = [record async for record in reader.read([one, other])]
    assert [r.value for r in found if r.topic == one] == [b"%d" % n for n in range(50)]
    assert [(r.value, bool(r.unreadable)) for r in found if r.topic == other] == [
        (b"0", False), (None, True), (None, True), (b"3", False)
    ]  # fmt: skip


async def test_what_a_sender_compressed_in_its_own_way_is_read(logs, kafka):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    for way in ("gzip", "snappy", "lz4", "zstd"):
        await send(kafka, topic, (b"k", way.encode() * 50), compression_type=way)
    assert [r.value for r in await read(log, 4)] == [way * 50 for way in (b"gzip", b"snappy", b"lz4", b"zstd")]


async def test_a_partition_that_fails_takes_nothing_along_of_what_was_fetched_before_it(logs):
    one, other = await logs.topic("one", 1), await logs.topic("two", 1)
    log = await logs.member("g", one, other)
    await held(log, 2)
    getmany, failing, taken = log._consumer.getmany, 4, False

    async def fails_after_the_other_gave_something(*parts: Any, **more: Any) -> Any:
        nonlocal failing, taken
        if parts and parts[0].topic == other and taken and failing:
            failing, taken = failing - 1, False
            raise TopicAuthorizationFailedError(other)
        got = await getmany(*parts, **more)
        taken = bool(got) and parts != () and parts[0].topic == one
        return got

    log._consumer.getmany = fails_after_the_other_gave_something
    await log.publish([message(one, "k", str(n)) for n in range(10)])
    found, waited = [], 0
    end = time.monotonic() + 20
    while (len(found) < 10 or failing) and time.monotonic() < end:
        try:
            found += await log.fetch(2 if failing else 500, 0.05)
        except Transient:
            waited += 1
    assert waited == 4
    assert [r.value for r in found] == [str(n).encode() for n in range(10)]


async def test_a_partition_without_a_leader_holds_up_no_other_when_the_group_gives_them_out_anew(logs, monkeypatch):
    topic, led = await logs.topic("facts", 1), await logs.topic("more", 1)
    log = await logs.member("g", topic, led)
    await held(log, 2)
    await log.publish([message(one, "k", "0") for one in (topic, led)])
    found = await read(log, 2)
    await log.commit({(topic, 0): 1}, found[0].assignment)
    await logs.leave(log)
    ask = AIOKafkaConsumer.beginning_offsets

    async def of_those_with_a_leader(self: Any, parts: Any) -> Any:
        if any(part.topic == topic for part in parts):
            raise LeaderNotAvailableError(topic)
        return await ask(self, parts)

    monkeypatch.setattr(AIOKafkaConsumer, "beginning_offsets", of_those_with_a_leader)
    again = await logs.member("g", topic, led)
    await held(again, 2)
    again.seek(again.owned())
    assert [r.topic for r in await read(again, 1)] == [led]


async def fails(*_: Any) -> None:
    raise ValueError("a defect of the client")


async def dies_in_its_group(consumer: Any) -> None:
    consumer._coordinator.ensure_coordinator_known = fails
    consumer._coordinator.request_rejoin()


async def dies_fetching(consumer: Any) -> None:
    consumer._fetcher._proc_fetch_request = fails


@pytest.mark.parametrize("dies", [dies_in_its_group, dies_fetching])
async def test_a_client_whose_own_loop_has_ended_is_not_waited_for(logs, dies):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await held(log, 1)
    await dies(log._consumer)
    with pytest.raises(RuntimeError, match="no longer works"):
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(Transient):
                    await log.fetch(500, 0.1)
                await asyncio.sleep(0.01)


async def test_what_is_never_fetched_is_known_to_wait_once_the_broker_is_asked(logs):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await held(log, 1)

    async def stuck(*_: Any) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)

    log._consumer._fetcher._proc_fetch_request = stuck
    await asyncio.sleep(0.3)  # the request under way is answered, with nothing
    await log.publish([message(topic, "k", str(n)) for n in range(10)])
    log.seek({(topic, 0): 0})  # whatever was fetched ahead is thrown away
    assert await log.fetch(500, 0.2) == [] and log.lag() == 0
    await log.measure()
    assert log.lag() > 0


async def test_a_record_larger_than_any_of_ours_still_fits_a_dead_letter(logs):
    topic = await logs.topic("dead", 1)
    log = await logs.member("g", topic)
    await log.publish([Outgoing(topic, "k", b"x" * 3_000_000)])
    (found,) = await read(log, 1)
    assert len(found.value or b"") == 3_000_000


async def test_what_a_producer_could_not_send_in_time_it_does_not_send_later(logs, monkeypatch):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await log.publish([message(topic, "k", "first")])
    failing, goes_on = logs.publisher._producer, asyncio.Event()
    ask = failing.client.send

    async def not_before(*told: Any, **more: Any) -> Any:
        if not goes_on.is_set():
            raise NodeNotReadyError("away")
        return await ask(*told, **more)

    failing.client.send = not_before
    monkeypatch.setattr(publisher, "FLUSH_S", 0.05)
    monkeypatch.setattr(logs.publisher._gathering, "_wait_s", 0.5)
    with pytest.raises(Transient):
        await log.publish([message(topic, "k", "under way")])
    await log.publish([message(topic, "k", "again")])
    await asyncio.sleep(0.5)
    goes_on.set()
    await asyncio.sleep(0.5)
    assert [r.value for r in await read(log, 3, seconds=2)] == [b"first", b"again"]
    assert failing._sender.sender_task.done() and failing.client._sync_task is None
