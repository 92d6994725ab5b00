"""Batches that lie about what is inside: few bytes that claim to be many, sums and counts that are wrong."""

import resource
import time

from shared.flow.lanes import DeadLetterLimit
from shared.flow.records import Outgoing
from shared.flow.stage import Stage
from shared.kafka.log import KafkaLog
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.kafka.topics import Topic, ensure_topics
from shared.testing.memory_store import MemoryStore, MemorySwitch
from tests.flow.bench import FAST
from tests.flow.toy import said, toy
from tests.hostile import batches
from tests.hostile.batches import GZIP, LZ4, SNAPPY, ZSTD

TOPIC, DEAD = "redress.far.standard", "redress.toy.dead"
LIES = {
    "a hundred megabytes, gzip": (batches.bomb(GZIP, 100_000_000), 1),
    "a hundred megabytes, zstd": (batches.bomb(ZSTD, 100_000_000), 1),
    "sixty megabytes, lz4": (batches.bomb(LZ4, 60_000_000), 1),
    "forty megabytes, snappy": (batches.bomb(SNAPPY, 40_000_000), 1),
    "what can be read and is too large to be carried": (batches.bomb(ZSTD, 25_000_000), 1),
    **{f"not compressed by {codec}": (batches.broken(codec), 1) for codec in (GZIP, SNAPPY, LZ4, ZSTD)},
    "cut short": (batches.cut_short(), 1),
    "a wrong sum": (batches.wrong_sum(), 1),
    "fewer records than it says": (batches.too_few(), 3),
    "a record past its batch's end": (batches.past_its_end(), 1),
}


async def stage_over(kafka: str) -> Stage:
    named = (TOPIC, "redress.toy.inbox.standard", "redress.toy.standard", DEAD)
    await ensure_topics(kafka, [Topic(name, 1) for name in named])
    settings = KafkaSettings(kafka, idempotent=False, session_ms=2000)
    log = KafkaLog(
        settings, "standard", "redress.toy.standard", toy().topics("standard"), Publisher(settings, "standard")
    )
    stage = Stage(toy(), "standard", log, MemoryStore(), MemorySwitch(), 0)
    stage.pace, stage.limit = FAST, DeadLetterLimit(in_a_row=10**9, share=2.0)
    await log.start()
    return stage


async def test_each_lie_costs_its_own_records_and_no_memory_and_what_comes_after_is_decided(own_pair) -> None:
    stage, expected = await stage_over(own_pair.kafka), 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        for count, (what, (raw, records)) in enumerate(LIES.items()):
            await batches.send(own_pair.kafka, TOPIC, raw)
            expected += records
            await stage.log.publish([said("after", 1, thing=f"c{count}")])
            until = time.monotonic() + 20
            while f"c{count}" not in stage.store.things:
                assert time.monotonic() < until, f"{what} holds up what comes after it"
                await stage._turn()
        await stage._settle()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 150_000, f"{grown} kB more"
        assert await letters(own_pair.kafka) == expected
    finally:
        await stage.log.stop()
        await stage.log.publisher.stop()


async def letters(kafka: str) -> int:
    """How many dead letters lie there."""
    settings = KafkaSettings(kafka, idempotent=False, session_ms=2000)
    log, found = KafkaLog(settings, "standard", "readers", [DEAD], Publisher(settings, "standard")), 0
    await log.start()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        got = await log.fetch(500, 0.3)
        found += len(got)
        if found and not got:
            break
    await log.stop()
    return found


def test_the_messages_a_dead_letter_cannot_carry_are_named() -> None:
    from shared.flow.deadletters import CARRIED, dead_letter
    from shared.flow.errors import Poison
    from shared.flow.records import Record
    from tests.flow.toy import T0

    large = Record(TOPIC, 0, 7, T0, b"k" * 10, b"x" * (CARRIED + 1), (("ce_id", b"1"),))
    letter: Outgoing = dead_letter(large, toy(), Poison("larger than is read"))
    told = {name: value.decode() for name, value in letter.headers}
    assert (letter.value, told["dead_bytes"], told["dead_offset"]) == (None, str(CARRIED + 1), "7")
    assert sum(len(name) + len(value) for name, value in letter.headers) < 1000
