"""The service itself on the embedded pair: a complaint over HTTP and one on the topic, from door to store."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.embedded import Pair
from deploy.local.processes import LOOPBACK, Server, free_port
from deploy.topics import main as make_topics
from services.intake.commands import add
from shared import clock
from shared.outbound.signing import sign
from tests.services.intake.house import ISSUER, ring, told


@pytest.fixture
def intake(own_pair: Pair, tmp_path: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    port = free_port()
    env = {
        "INTAKE_KAFKA": own_pair.kafka, "INTAKE_KAFKA_IDEMPOTENT": "false", "INTAKE_KAFKA_SESSION_MS": "2000",
        "INTAKE_MONGO": own_pair.mongo_url, "INTAKE_PORT": str(port), "INTAKE_TEXT_KEYS": ring("text"),
        "INTAKE_CONTACT_KEYS": ring("contact"), "INTAKE_LINK_SECRET": "links", "INTAKE_COMPLAINANT_SECRET": "persons",
        "INTAKE_JWKS": ISSUER.jwks,
    }  # fmt: skip
    assert make_topics(["--bootstrap", own_pair.kafka]) == 0

    def answers() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://{LOOPBACK}:{port}/health/ready", trust_env=False).status_code == 200
        return False

    server = Server(
        "intake", [sys.executable, "-m", "services.intake"], port=port, folder=tmp_path, answers=answers, env=env
    )
    server.start()
    yield server, env
    server.kill()


def channel(env: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> dict:
    """`redress channels add`, as ops would."""
    import argparse

    for name, value in env.items():
        monkeypatch.setenv(name, value)
    parser = argparse.ArgumentParser()
    add(parser.add_subparsers())
    args = parser.parse_args(["channels", "add", "tablet"])
    assert args.run(args) == 0
    return json.loads(capsys.readouterr().out)


def until(http: httpx.Client, path: str, headers: dict[str, str], good, seconds: float = 20) -> dict:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = http.get(path, headers=headers)
        if answer.status_code == 200 and good(answer.json()):
            return answer.json()
        time.sleep(0.05)
    raise AssertionError(f"{path} never came to what was waited for: {answer.text}")


async def publish_and_hear(kafka: str, secret: str, key: str) -> dict:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    consumer = AIOKafkaConsumer("redress.receipts", bootstrap_servers=kafka, auto_offset_reset="earliest")
    await producer.start()
    await consumer.start()
    try:
        value = orjson.dumps(told(line="high_speed_rail", references={"ticket": "T-9"}))
        headers = {"integration": "tablet", **sign([secret], "m1", clock.now(), value)}
        await producer.send_and_wait(
            "redress.channels.standard", value, key.encode(), headers=[(n, v.encode()) for n, v in headers.items()]
        )
        async with asyncio.timeout(20):
            async for record in consumer:
                return dict(json.loads(record.value)["happened"])
    finally:
        await producer.stop()
        await consumer.stop()
    raise AssertionError("no receipt came")


def test_a_complaint_goes_from_the_door_to_the_store_and_back_and_its_words_stay_sealed(
    intake, own_pair, tmp_path, capsys, monkeypatch
):
    server, env = intake
    shown = channel(env, capsys, monkeypatch)
    with httpx.Client(base_url=f"http://{LOOPBACK}:{server.port}", trust_env=False) as http:
        key = {"authorization": f"Bearer {shown['api_key']}"}
        said = http.post("/v1/complaints", json=told(), headers={**key, "idempotency-key": "k1"})
        assert said.status_code == 202, said.text
        link = {"authorization": f"Bearer {said.json()['token']}"}
        status = until(http, said.json()["status"], link, lambda s: s["received_at"])
        assert status["reference"] == said.json()["reference"] and status["understood"]["wish"] == "free_service_time"
        found = until(http, "/v1/complaints?external_id=T-1", key, lambda f: f["complaints"])
        assert found["complaints"][0]["id"] == said.json()["id"]
        receipt = asyncio.run(publish_and_hear(own_pair.kafka, shown["secret"], "k9"))
        assert (receipt["accepted"], receipt["key"]) == (True, "k9")
        person = until(http, said.json()["status"], link, lambda s: s["lane"])
        assert person["id"] == said.json()["id"] and http.get("/docs").status_code == 200
        metrics = http.get("/metrics").text
        assert 'route="/v1/complaints"' in metrics and said.json()["id"] not in metrics
    server.stop()
    logged = "".join(path.read_text() for path in tmp_path.rglob("*.log"))
    assert '"route":"/v1/complaints"' in logged
    for personal in ("Invented", "100 0000 0001", "只教了", said.json()["token"]):
        assert personal not in logged
    assert os.environ["INTAKE_PORT"] == str(server.port)
