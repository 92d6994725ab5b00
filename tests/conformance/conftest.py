"""The two protocols of the flow, each in all its forms: the twin, the embedded server, Apache Kafka."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from shared.flow.messages import Lane
from shared.kafka.log import KafkaLog
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.kafka.topics import Topic, ensure_topics
from shared.mongo.client import database
from shared.mongo.store import MongoStore
from shared.testing.memory_log import MemoryBroker, MemoryLog
from shared.testing.memory_store import MemoryStore


class Logs:
    """Makes topics and members of groups over one kind of log."""

    def __init__(self, fresh: Callable[[str], str]) -> None:
        self.fresh = fresh
        self.members: list[Any] = []

    async def topic(self, name: str, partitions: int) -> str: ...  # each kind makes its own

    async def member(self, group: str, *topics: str) -> Any: ...  # each kind makes its own

    async def out(self, member: Any) -> None: ...  # the group goes on without it, and it does not know

    async def back(self, member: Any) -> None:
        """It asks to be taken in again, as clients do by themselves."""

    async def leave(self, member: Any) -> None:
        self.members.remove(member)
        await member.stop()

    async def close(self) -> None:
        for member in list(self.members):
            await self.leave(member)


class MemoryLogs(Logs):
    def __init__(self, fresh: Callable[[str], str]) -> None:
        super().__init__(fresh)
        self.broker = MemoryBroker()

    async def topic(self, name: str, partitions: int) -> str:
        self.broker.counts[self.fresh(name)] = partitions
        return self.fresh(name)

    async def member(self, group: str, *topics: str) -> Any:
        log = MemoryLog(self.broker, group, topics)
        await log.start()
        self.members.append(log)
        return log

    async def out(self, member: Any) -> None:
        member.vanish()

    async def back(self, member: Any) -> None:
        await member.start()


class KafkaLogs(Logs):
    def __init__(self, fresh: Callable[[str], str], broker: Any) -> None:
        super().__init__(fresh)
        session = 6000 if broker.idempotent else 2000
        self.settings = KafkaSettings(broker.bootstrap, broker.idempotent, session)
        self.lane: Lane = "express"
        self.publisher = Publisher(self.settings, self.lane)

    async def topic(self, name: str, partitions: int) -> str:
        await ensure_topics(self.settings.bootstrap, [Topic(self.fresh(name), partitions)])
        return self.fresh(name)

    async def member(self, group: str, *topics: str) -> Any:
        log = KafkaLog(self.settings, self.lane, self.fresh(group), topics, self.publisher)
        await log.start()
        self.members.append(log)
        return log

    async def out(self, member: Any) -> None:
        coordinator = member._consumer._coordinator
        coordinator.generation -= 1  # what a member says that slept through a rebalance

    async def close(self) -> None:
        await super().close()
        await self.publisher.stop()


@pytest.fixture(params=["memory", "embedded", pytest.param("apache", marks=pytest.mark.kafka)])
async def logs(request: pytest.FixtureRequest, fresh: Callable[[str], str]) -> AsyncIterator[Logs]:
    if request.param == "memory":
        made: Logs = MemoryLogs(fresh)
    else:
        from tests.conftest import Broker

        real = request.param == "apache"
        bootstrap = request.getfixturevalue("real_kafka" if real else "kafka")
        made = KafkaLogs(fresh, Broker(bootstrap, real))
    yield made
    await made.close()


@pytest.fixture(params=["memory", "embedded"])
async def store(request: pytest.FixtureRequest, fresh: Callable[[str], str]) -> Any:
    if request.param == "memory":
        return MemoryStore()
    store = MongoStore(database(request.getfixturevalue("mongo_url"), fresh("db")), "toy")
    await store.prepare()
    return store
