"""Local servers really answer, can be killed, frozen and started again, and do not outlive who started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import MongoClient

from deploy.local.apache import apache_cluster
from deploy.local.embedded import embedded_pair
from deploy.local.probes import http_answers, kafka_answers, mongo_answers
from deploy.local.processes import NotStarted, Server, free_port
from shared.kafka.topics import Topic, ensure_topics


def gone(pid: int, seconds: float = 30) -> bool:
    """Whether the process has ended, or is only waiting to be reaped."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


async def sent_and_read(bootstrap: str, topic: str, *, idempotent: bool, value: bytes = b"heard") -> bytes | None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=idempotent) as producer:
        await producer.send_and_wait(topic, value)
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        return (await consumer.getone()).value


async def test_the_pair_carries_records_and_documents(own_pair) -> None:
    await ensure_topics(own_pair.kafka, [Topic("first", 1)])
    assert await sent_and_read(own_pair.kafka, "first", idempotent=False) == b"heard"
    with MongoClient(own_pair.mongo_url) as client:
        client.db.things.insert_one({"_id": 1})
        assert client.write_concern.document == {"w": "majority", "j": True}


def test_a_killed_store_comes_back_with_what_it_acknowledged(own_pair) -> None:
    with MongoClient(own_pair.mongo_url) as client:
        client.db.things.insert_many([{"_id": n} for n in range(100)])
    own_pair.store.kill()
    assert not own_pair.store.alive
    assert own_pair.store.exit_code == -signal.SIGKILL
    assert not mongo_answers(own_pair.store.port)
    own_pair.store.start()
    with MongoClient(own_pair.mongo_url) as client:
        assert client.db.things.count_documents({}) == 100


def test_a_frozen_server_holds_its_port_and_goes_on(own_pair) -> None:
    own_pair.broker.stop_signal()
    assert not kafka_answers(own_pair.broker.port)
    assert own_pair.broker.alive
    own_pair.broker.cont()
    assert kafka_answers(own_pair.broker.port)


def test_leaving_the_pair_stops_both(tmp_path: Path) -> None:
    with embedded_pair(tmp_path) as pair:
        pids = [pair.broker.pid, pair.store.pid]
        pair.broker.stop_signal()
    assert all(gone(pid) for pid in pids)
    assert (pair.broker.exit_code, pair.store.exit_code) == (0, 0)


def test_servers_die_with_who_started_them(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time; from deploy.local.embedded import embedded_broker\n"
        "print(embedded_broker(pathlib.Path(sys.argv[1])).start().pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        os.kill(pid, 0)
        starter.kill()
        assert gone(pid)


def test_a_server_that_ends_early_shows_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such setting'); raise SystemExit(4)"]
    server = Server("broken", command, port=free_port(), folder=tmp_path, answers=lambda: False)
    with pytest.raises(NotStarted, match=r"(?s)ended with 4.*no such setting"):
        server.start()


def test_a_server_that_never_answers_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    server = Server("silent", command, port=free_port(), folder=tmp_path, answers=lambda: False)
    with pytest.raises(NotStarted, match="does not answer"):
        server.start(seconds=0.2)
    assert not server.alive


def test_a_server_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    server = Server("deaf", [sys.executable, "-c", script], port=free_port(), folder=tmp_path, answers=lambda: False)
    server._answers = lambda: "deaf" in server.tail()
    assert server.start().stop(grace=0.2) == -signal.SIGKILL


def test_an_empty_port_answers_nothing() -> None:
    port = free_port()
    assert not (kafka_answers(port) or mongo_answers(port) or http_answers(port))


def test_ports_are_never_given_twice() -> None:
    ports = [free_port() for _ in range(200)]
    assert len(set(ports)) == 200


@pytest.mark.kafka
async def test_apache_kafka_serves_idempotent_producers(real_kafka, fresh) -> None:
    await ensure_topics(real_kafka, [Topic(fresh("facts"), 2)])
    assert await sent_and_read(real_kafka, fresh("facts"), idempotent=True) == b"heard"


@pytest.mark.kafka
async def test_three_brokers_go_on_without_one_and_take_it_back(tmp_path: Path) -> None:
    with apache_cluster(tmp_path / "run", brokers=3) as cluster:
        await ensure_topics(cluster.bootstrap, [Topic("facts", 3, replication=3)])
        lost = cluster.brokers[2]
        lost.kill()
        assert await sent_and_read(cluster.bootstrap, "facts", idempotent=True) == b"heard"
        lost.start()
        assert kafka_answers(lost.port, brokers=3)
