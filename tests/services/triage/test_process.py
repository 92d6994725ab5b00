"""Triage itself on the embedded pair, with real partners over HTTP: a danger from the log to its acknowledgement."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.embedded import Pair
from deploy.local.processes import LOOPBACK, Server, free_port
from deploy.topics import main as make_topics
from shared import ids
from tests.services.triage.house import DOZING, HOURS_SHORT, RECORDS, RING, received
from tests.web.faces import Issuer

ISSUER = Issuer()
DANGER, CALM = ids.complaint_id("hotline", "k1"), ids.complaint_id("hotline", "k2")


def answering(port: int, path: str, status: int) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"http://{LOOPBACK}:{port}{path}", trust_env=False).status_code == status
    return False


@pytest.fixture
def triage(own_pair: Pair, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    port, partners_port = free_port(), free_port()
    address = f"http://{LOOPBACK}:{partners_port}"
    partners = Server(
        "partners", [sys.executable, "-m", "deploy.local.partners", "--port", str(partners_port)],
        port=partners_port, folder=tmp_path, answers=lambda: answering(partners_port, "/_ledger", 200),
    )  # fmt: skip
    env = {
        "TRIAGE_KAFKA": own_pair.kafka, "TRIAGE_KAFKA_IDEMPOTENT": "false", "TRIAGE_KAFKA_SESSION_MS": "2000",
        "TRIAGE_MONGO": own_pair.mongo_url, "TRIAGE_PORT": str(port), "TRIAGE_TEXT_KEYS": RING,
        "TRIAGE_JWKS": ISSUER.jwks, "TRIAGE_ORDER_SYSTEM": address, "TRIAGE_FLEET_CONTROL": address,
    }  # fmt: skip
    assert make_topics(["--bootstrap", own_pair.kafka]) == 0
    server = Server(
        "triage", [sys.executable, "-m", "services.triage"], port=port, folder=tmp_path, env=env,
        answers=lambda: answering(port, "/health/ready", 200),
    )  # fmt: skip
    partners.start()
    server.start()
    yield server, partners
    server.kill()
    partners.kill()


async def publish(kafka: str, *messages: object) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for message in messages:
            headers = list(message.headers)
            await producer.send_and_wait(message.topic, message.value, message.key_bytes, headers=headers)
    finally:
        await producer.stop()


def until(http: httpx.Client, path: str, good, seconds: float = 30) -> dict:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = http.get(path)
        if answer.status_code == 200 and good(answer.json()):
            return answer.json()
        time.sleep(0.05)
    raise AssertionError(f"{path} never came to what was waited for: {answer.text}")


def test_a_danger_is_acted_upon_and_records_find_by_themselves(triage, own_pair, tmp_path):
    server, partners = triage
    order = {"reference": "S-1", "line": "driving_school", "subject": "instructor-9", "facts": RECORDS}
    httpx.post(f"http://{LOOPBACK}:{partners.port}/_orders", json=[order], trust_env=False).raise_for_status()
    facts = received(HOURS_SHORT, complaint=CALM), received(DOZING, lane="express", complaint=DANGER, references={})
    asyncio.run(publish(own_pair.kafka, *facts))
    token = ISSUER.token(scope="cases:read cases:work", sub="a1")
    with httpx.Client(
        base_url=f"http://{LOOPBACK}:{server.port}", trust_env=False, headers={"authorization": f"Bearer {token}"}
    ) as http:
        acknowledged = until(
            http, f"/v1/cases/{DANGER}",
            lambda case: all(a["by"] == "provider" for a in case["actions"] if a["kind"] == "action"),
        )  # fmt: skip
        assert acknowledged["safety"] == "confirmed" and acknowledged["lane"] == "express"
        found = until(http, f"/v1/cases/{CALM}", lambda case: case["finding"])
        assert (found["finding"]["tables"], found["subject"]) == (["driving.short_hours"], "instructor-9")
        queue = http.get("/v1/cases").json()["cases"]
        assert [case["id"] for case in queue] == [DANGER, CALM]
        done = http.post(f"/v1/cases/{CALM}/assignment", json={"owner": "station:7"}, headers={"idempotency-key": "1"})
        assert (done.status_code, done.json()["owner"]) == (200, "station:7")
        assert CALM not in http.get("/metrics").text
    acted = httpx.get(f"http://{LOOPBACK}:{partners.port}/_ledger", trust_env=False).json()["protective_actions"]
    assert sorted(each["action"] for each in acted) == ["live_location", "suspend"]
    server.stop()
    logged = "".join(path.read_text() for path in tmp_path.rglob("*.log"))
    assert "瞌睡" not in logged and "学时" not in logged and DANGER not in logged
