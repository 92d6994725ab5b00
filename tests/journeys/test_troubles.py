"""The store away, and the same key at two replicas at once: nothing accepted is lost, nothing stands twice."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy.local.processes import free_port
from deploy.local.scenario.calls import Api
from tests.journeys.conftest import Performance

pytestmark = pytest.mark.timeout(300)


def test_complaints_accepted_while_the_store_is_away_are_carried_through_when_it_is_back(
    performance: Performance,
) -> None:
    performance.run.store.stop_signal()
    try:
        told = [performance.told(f"store-away-{number}") for number in range(5)]
        danger = performance.told("store-away-danger", "教练一直打瞌睡，喊了几声才睁眼，我不敢开了。")
    finally:
        performance.run.store.cont()
    assert [status for status, _ in [*told, danger]] == [202] * 6
    ids = [body["id"] for _, body in [*told, danger]]
    watch = performance.seen(lambda watch: all(watch.story(id).of("triage.triaged") for id in ids), 60)
    assert watch.story(danger[1]["id"]).of("triage.safety-raised") != []
    assert danger[1]["lane"] == "express"


@pytest.fixture(scope="module")
def replicas(performance: Performance):
    """Two of intake."""
    port = free_port()
    with performance.run.service("intake", port, "intake-2"):
        yield [performance.api("intake"), Api(f"http://127.0.0.1:{port}")]


def at_once(replicas: list[Api], key: str, api_key: str, bodies: list[dict]) -> list[dict]:
    def post(replica: Api, body: dict):
        return replica.send("POST", "/v1/complaints", api_key, body, key)

    with ThreadPoolExecutor(len(replicas)) as pool:
        answers = [each.result() for each in [pool.submit(post, r, b) for r, b in zip(replicas, bodies, strict=True)]]
    assert [answer.status for answer in answers] == [202] * len(replicas)
    return [answer.body for answer in answers]


def body(text: str) -> dict:
    return {"channel": {"kind": "web"}, "line": "high_speed_rail", "text": text}


def test_the_same_key_at_two_replicas_at_once_is_one_complaint(performance: Performance, replicas: list[Api]) -> None:
    key = performance.channels["web-form"].api_key
    said = [at_once(replicas, f"twice-{n}", key, [body("空调太冷。")] * 2) for n in range(5)]
    assert all(one["id"] == other["id"] and one["token"] == other["token"] for one, other in said)
    ids = [one["id"] for one, _ in said]
    watch = performance.seen(lambda watch: all(watch.story(id).of("triage.triaged") for id in ids))
    assert [len(watch.story(id).of("intake.received")) for id in ids] == [1] * 5
    assert [len(watch.story(id).of("intake.supplemented")) for id in ids] == [0] * 5


def test_with_another_body_the_second_becomes_a_message_on_it(performance: Performance, replicas: list[Api]) -> None:
    key = performance.channels["web-form"].api_key
    said = [at_once(replicas, f"other-{n}", key, [body("空调太冷。"), body("座位坏了。")]) for n in range(5)]
    ids = [one["id"] for one, _ in said]
    assert [one["id"] == other["id"] for one, other in said] == [True] * 5
    watch = performance.seen(lambda watch: all(watch.story(id).of("intake.supplemented") for id in ids))
    assert [len(watch.story(id).of("intake.received")) for id in ids] == [1] * 5
    assert [len(watch.story(id).of("intake.supplemented")) for id in ids] == [1] * 5


def test_after_all_this_the_audit_still_finds_nothing(performance: Performance, tmp_path) -> None:
    accepted = tmp_path / "accepted.txt"
    accepted.write_text("\n".join(one.told.reference for one in performance.outcome.all_cases()))
    said = performance.redress("audit", "--accepted", str(accepted))
    broken = [row for row in map(json.loads, said.stdout.splitlines()) if row["broken"]]
    assert (said.returncode, broken, said.stderr) == (0, [], "")
