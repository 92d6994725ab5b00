"""The same wrong records over a real broker and a real store: buried, nobody held up, memory as before."""

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator

import pytest

from deploy.topics import DECLARED
from shared.flow.errors import Transient
from shared.flow.lanes import DeadLetterLimit
from shared.flow.messages import Lane
from shared.flow.records import Outgoing, Record
from shared.flow.stage import Stage
from shared.ids import complaint_id
from shared.kafka.log import KafkaLog
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.kafka.topics import ensure_topics, read_topics
from shared.mongo.client import database
from shared.mongo.store import MongoStore
from shared.testing.memory_store import MemorySwitch
from tests.hostile.corpus import genuine
from tests.hostile.effort import chance, times
from tests.hostile.field import LANES, UNLIMITED
from tests.hostile.mutations import PERHAPS, SURELY
from tests.hostile.test_topics import BEGINS, renamed
from tests.simulation import services

WRONG = times(150, 2_500)
ROUNDS = 4


SERVICES = {
    "triage": services.triage_service,
    "compensation": services.compensation_service,
    "notify": services.notify_service,
}


class Ground:
    """A service on real servers, and a publisher for whoever wants to do it harm."""

    def __init__(self, name: str, kafka: str, mongo: str) -> None:
        self.name, self.service = name, SERVICES[name]()
        self.settings = KafkaSettings(kafka, idempotent=False, session_ms=2000)
        self.store = MongoStore(database(mongo, "redress_hostile"), name)
        self.outside = Publisher(self.settings, "standard")
        self.stages = [self._stage(lane) for lane in LANES]

    def _stage(self, lane: Lane) -> Stage:
        publisher = Publisher(self.settings, lane)
        log = KafkaLog(self.settings, lane, f"redress.{self.name}.{lane}", self.service.topics(lane), publisher)
        stage = Stage(self.service, lane, log, self.store, MemorySwitch(), 0)
        stage.limit = DeadLetterLimit(in_a_row=UNLIMITED, share=2.0)
        return stage

    async def publish(self, records: list[Record]) -> None:
        """Some at a time; one the client itself will not send is left out."""
        for record in records:
            if record.key is None or len(record.value or b"") > 900_000:
                continue
            with contextlib.suppress(Transient):
                await self.outside.publish([Outgoing(record.topic, record.key, record.value, record.headers)])

    async def decided(self, ids: list[str], seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            while len(await self.store.load(ids)) < len(ids):
                await asyncio.sleep(0.1)


@pytest.fixture(params=SERVICES)
async def ground(request, own_pair) -> AsyncIterator[Ground]:
    await ensure_topics(own_pair.kafka, read_topics(DECLARED, partitions=1))
    made = Ground(request.param, own_pair.kafka, own_pair.mongo_url)
    await made.store.prepare()
    for stage in made.stages:
        await stage.log.start()
    running = [asyncio.create_task(stage.run()) for stage in made.stages]
    yield made
    for stage in made.stages:
        stage.stop()
    await asyncio.gather(*running)
    for stage in made.stages:
        await stage.log.stop()
        await stage.log.publisher.stop()
    await made.outside.stop()


async def test_good_records_after_wrong_ones_are_decided_round_after_round_and_memory_stays(ground: Ground) -> None:
    rng, topics = chance(f"broker/{ground.name}"), [topic for stage in ground.stages for topic in stage.log.topics]
    corpus = [record for topic in topics for record in genuine().get(topic, ()) if record.header("ce_id")]
    first = next(
        r for r in corpus if r.header("ce_type") == BEGINS[ground.name].TYPE.encode() and "standard" in r.topic
    )
    memory: list[int] = []
    for round_ in range(ROUNDS):
        wrong = [mutation(rng.choice(corpus), rng) for _ in range(WRONG // ROUNDS)
                 for mutation in [rng.choice([*SURELY.values(), *PERHAPS.values()])]]  # fmt: skip
        names = [complaint_id("hostile", f"{round_}-{n}") for n in range(20)]
        await ground.publish(wrong)
        await ground.publish([renamed(first, id) for id in names])
        await ground.decided(names)
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert memory[-1] - memory[1] < 50_000, memory  # the first round fills buffers that stay
    assert {stage.status.state for stage in ground.stages} == {"running"}
