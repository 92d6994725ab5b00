"""One embedded pair per test, the toy as real processes on it, and what stands on log and store afterwards."""

import asyncio
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy.local.embedded import Pair, embedded_pair
from deploy.local.probes import http_answers
from deploy.local.processes import LOOPBACK, Server, free_port
from shared.clock import from_ms
from shared.flow.records import Outgoing, Record
from shared.kafka.publisher import Publisher
from shared.kafka.topics import Topic, ensure_topics
from shared.mongo.client import database
from tests.flow.bench import read

TOPICS = ("redress.toy", "redress.toy.inbox", "redress.toy.effects", "redress.far")
LANES = ("express", "standard")


class Ground:
    """A pair with the toy's topics, processes started on it, and ways to look at what came of it."""

    def __init__(self, pair: Pair, folder: Path) -> None:
        self.pair, self.folder = pair, folder
        self.processes: list[Server] = []
        names = [f"{topic}.{lane}" for topic in TOPICS for lane in LANES] + ["redress.toy.dead"]
        asyncio.run(ensure_topics(pair.kafka, [Topic(name, 1) for name in names]))

    def toy(self, fault: str = "", **more: Any) -> Server:
        """A replica, not waited for; it dies where `fault` says."""
        port = free_port()
        told = {
            "kafka": self.pair.kafka, "kafka_idempotent": "false", "kafka_session_ms": "2000",
            "mongo": self.pair.mongo_url, "port": port, "fault": fault, "tick_every_s": 0.2, "tick_pause_s": 1.0,
            **more,
        }  # fmt: skip
        env = {f"TOY_{name}".upper(): str(value) for name, value in told.items()}
        command = [sys.executable, "-m", "tests.faults.toy_process"]
        name = f"toy-{len(self.processes)}"
        server = Server(name, command, port=port, folder=self.folder, answers=lambda: http_answers(port), env=env)
        self.processes.append(server)
        server.spawn()
        return server

    def ready(self, server: Server) -> Server:
        server.wait_ready(30)
        return server

    # Doing -------------------------------------------------------------------------------------

    def call(self, server: Server, path: str, wait_s: float = 10.0, **body: Any) -> tuple[int, Any]:
        """POST; (0, None) when the process died under the call."""
        url = f"http://{LOOPBACK}:{server.port}{path}"
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=wait_s) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as fault:
            return fault.code, json.load(fault)
        except OSError:
            return 0, None

    def answered(self, server: Server, path: str, **body: Any) -> Any:
        """The decision's answer, or None while it is under way: the caller repeats with the same key."""
        status, answer = self.call(server, path, **body)
        return answer if status == 200 else None

    def put(self, *messages: Outgoing) -> None:
        async def publish() -> None:
            from shared.kafka.settings import KafkaSettings

            publisher = Publisher(KafkaSettings(self.pair.kafka, False, 2000), "express")
            await publisher.publish(messages)
            await publisher.stop()

        asyncio.run(publish())

    # Looking -----------------------------------------------------------------------------------

    def things(self) -> dict[str, dict[str, Any]]:
        async def find() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (
                await database(self.pair.mongo_url, "redress_toy")["things"].find({}).to_list(None)
            )
            return found

        return {thing["_id"]: thing for thing in asyncio.run(find())}

    def records(self, topic: str) -> list[Record]:
        return asyncio.run(_records(self.pair.kafka, topic))

    def facts(self) -> list[dict[str, Any]]:
        return [read(record) for lane in LANES for record in self.records(f"redress.toy.{lane}")]

    def distinct(self) -> dict[str, dict[str, Any]]:
        """Facts by id: told again they say the same, and numbers of a thing have no gap."""
        found: dict[str, dict[str, Any]] = {}
        for fact in self.facts():
            before = found.setdefault(fact["id"], fact)
            assert before["data"]["happened"] == fact["data"]["happened"], f"{fact['id']} was told with two contents"
        for thing in {fact["thing"] for fact in found.values()}:
            numbers = sorted(fact["number"] for fact in found.values() if fact["thing"] == thing)
            assert numbers == list(range(1, len(numbers) + 1)), f"a fact of {thing} is told and not on the log"
        return found

    def committed(self, topic: str) -> int:
        return asyncio.run(_committed(self.pair.kafka, f"redress.toy.{topic.rsplit('.', 1)[-1]}", topic))


async def _records(bootstrap: str, topic: str) -> list[Record]:
    from aiokafka import AIOKafkaConsumer, TopicPartition

    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50)
    await consumer.start()
    part = TopicPartition(topic, 0)
    consumer.assign([part])
    await consumer.seek_to_beginning(part)
    found: list[Record] = []
    quiet = 0
    while quiet < 2:
        got = [m for messages in (await consumer.getmany(timeout_ms=150)).values() for m in messages]
        found += [
            Record(m.topic, m.partition, m.offset, from_ms(m.timestamp), m.key, m.value, tuple(m.headers)) for m in got
        ]
        quiet = 0 if got else quiet + 1
    await consumer.stop()
    return found


async def _committed(bootstrap: str, group: str, topic: str) -> int:
    from aiokafka import TopicPartition
    from aiokafka.admin import AIOKafkaAdminClient

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    part = TopicPartition(topic, 0)
    offsets = await admin.list_consumer_group_offsets(group, partitions=[part])
    await admin.close()
    return max(0, int(offsets[part].offset))


def until(wanted: Callable[[], Any], seconds: float = 20.0, what: str = "") -> Any:
    """Waits for a condition; its value."""
    end = time.monotonic() + seconds
    while True:
        found = wanted()
        if found:
            return found
        assert time.monotonic() < end, what or "it did not come"
        time.sleep(0.1)


def dead(server: Server, seconds: float = 20.0) -> int:
    """Waits until the process has ended; its exit code."""
    until(lambda: not server.alive, seconds, "the process lives on")
    return int(server.exit_code or 0)


def words(things: dict[str, Any], id: str) -> Sequence[str]:
    return list(things.get(id, {}).get("state", {}).get("words", []))


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with embedded_pair(tmp_path / "pair") as pair:
        ground = Ground(pair, tmp_path)
        yield ground
        for server in ground.processes:
            if server.alive:
                server.cont()
                server.kill()
        pair.store.kill()
