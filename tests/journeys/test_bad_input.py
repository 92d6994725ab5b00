"""Bad input through the real doors: a problem, a receipt or a dead letter that names the field, and nobody waits."""

import asyncio
import http.client
import json

import pytest

from shared.clock import now
from shared.flow.records import Outgoing
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.outbound.signing import sign
from tests.journeys.conftest import Performance

pytestmark = pytest.mark.timeout(300)

SECRET_TEXT = "Wilhelmina Example, 100-0000-0199"
GOOD = {"channel": {"kind": "web"}, "line": "driving_school", "text": SECRET_TEXT}
WHOLE = json.dumps(GOOD).encode()
DEEP = b'{"channel":{"kind":"web"},"line":"driving_school","facts":' + b"[" * 60 + b"]" * 60 + b"}"
TYPE, KEY, AUTH = "Content-Type", "Idempotency-Key", "Authorization"


def good_but(**more: object) -> bytes:
    return json.dumps(GOOD | more).encode()


HTTP = {
    "unreadable bytes": (b'{"text": "\xff\xfe"}', {}, 400, "not-utf8", ""),
    "not JSON": (b'{"text": "Wilhelmina', {}, 400, "not-json", ""),
    "nested too deeply": (DEEP, {}, 400, "too-deep", ""),
    "too large": (good_but(text="x" * 1_100_000), {}, 413, "too-large", ""),
    "another encoding": (WHOLE, {TYPE: "application/json; charset=gbk"}, 415, "unsupported-media-type", ""),
    "not JSON by its type": (WHOLE, {TYPE: "text/plain"}, 415, "unsupported-media-type", ""),
    "no key": (WHOLE, {KEY: None}, 400, "idempotency-key-missing", ""),
    "a key of no form": (WHOLE, {KEY: "钥匙".encode()}, 400, "idempotency-key-wrong", ""),
    "another's API key": (WHOLE, {AUTH: f"Bearer rk_web-form_{'x' * 43}"}, 401, "unauthenticated", ""),
    "an unknown line": (good_but(line="moon"), {}, 422, "invalid", "/line"),
    "an unknown field": (good_but(txt=SECRET_TEXT), {}, 422, "invalid", "/txt"),
    "an unknown channel": (good_but(channel={"kind": "fax"}), {}, 422, "invalid", "/channel"),
    "a name among references": (good_but(references={"order": SECRET_TEXT}), {}, 422, "invalid", "/references/order"),
}


def post(performance: Performance, body: bytes, more: dict) -> tuple[int, dict]:
    headers = {
        "Authorization": f"Bearer {performance.channels['web-form'].api_key}",
        "Content-Type": "application/json",
        "Idempotency-Key": "bad",
    } | more
    connection = http.client.HTTPConnection("127.0.0.1", performance.run.ports["intake"], timeout=30)
    connection.request("POST", "/v1/complaints", body, {k: v for k, v in headers.items() if v is not None})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


@pytest.mark.parametrize(("body", "more", "status", "kind", "pointer"), HTTP.values(), ids=HTTP)
def test_over_http_a_problem_names_the_field_and_echoes_nothing(
    performance: Performance, body: bytes, more: dict, status: int, kind: str, pointer: str
) -> None:
    answered, problem = post(performance, body, more)
    assert answered == status == problem["status"]
    assert problem["type"].endswith("/" + kind)
    assert not pointer or any(e.get("pointer", "").startswith(pointer) for e in problem["errors"])
    assert "Wilhelmina" not in json.dumps(problem) and "0199" not in json.dumps(problem)


def event(type: str) -> dict:
    return {"ce_specversion": "1.0", "ce_id": "bad", "ce_source": "/redress/triage", "ce_subject": "x", "ce_type": type}


INBOX, FACTS = "redress.intake.inbox.standard", "redress.triage.standard"
FOUND, RESOLVED = "redress.triage.finding-recorded", "redress.triage.resolved.v1"
DEAD = {
    "bytes that are no JSON": (INBOX, b"\x00\xff", {}, "intake", ""),
    "no CloudEvent": (INBOX, b"{}", {}, "intake", "/specversion"),
    "an unknown request": (
        "redress.triage.inbox.standard",
        b"{}",
        event("redress.triage.promote.v1"),
        "triage",
        "/type",
    ),
    "an unknown version of a fact": (FACTS, b"{}", event(f"{FOUND}.v9"), "compensation", "/type"),
    "a fact without its number": (FACTS, b'{"happened": {}}', event(RESOLVED), "notify", "/sequence"),
}


@pytest.fixture(scope="module")
def buried(performance: Performance) -> list[dict]:
    """What `redress dead list` shows after all of these were put onto the log."""

    async def publish() -> None:
        publisher = Publisher(KafkaSettings(performance.run.kafka, idempotent=False), "standard")
        for number, (topic, value, headers, _, _) in enumerate(DEAD.values()):
            carried = tuple((name, text.encode()) for name, text in {**headers, "case": str(number)}.items())
            await publisher.publish([Outgoing(topic, f"bad-{number}", value, carried)])
        await publisher.stop()

    asyncio.run(publish())
    return wait_for(performance, lambda rows: len(rows) >= 8)


def wait_for(performance: Performance, true) -> list[dict]:
    """The dead letters, as `redress dead list` shows them, once they are so."""
    for _ in range(20):
        rows = [json.loads(line) for line in performance.redress("dead", "list").stdout.splitlines()]
        if true(rows):
            return rows
    raise AssertionError(f"only these: {rows}")


@pytest.mark.parametrize("name", DEAD)
def test_on_the_log_a_dead_letter_names_reason_origin_and_field(buried: list[dict], name: str) -> None:
    topic, _, _, service, pointer = DEAD[name]
    ours = [row for row in buried if row["service"] == service and row["origin"].startswith(topic)]
    told = [(row["reason"], row["pointer"]) for row in ours]
    assert any(reason and at.startswith(pointer) for reason, at in told), told


def test_a_dead_letter_is_shown_as_it_was_and_given_again_lies_there_twice(
    performance: Performance, buried: list[dict]
) -> None:
    one = next(row for row in buried if row["service"] == "triage")
    shown = json.loads(performance.redress("dead", "show", one["id"]).stdout)
    assert (shown["value"], shown["key"], shown["headers"]["case"]) == ("{}", "bad-2", "2")
    said = json.loads(performance.redress("dead", "replay", one["id"]).stdout)
    assert said["replayed_to"] == "redress.triage.inbox.standard"
    again = wait_for(performance, lambda rows: len([r for r in rows if r["service"] == "triage"]) == 2)
    assert len({row["origin"] for row in again if row["service"] == "triage"}) == 2


def test_nobody_else_was_held_up(performance: Performance, buried: list[dict]) -> None:
    status, accepted = performance.told("behind-the-dead")
    assert status == 202
    watch = performance.seen(lambda watch: bool(watch.story(accepted["id"]).of("triage.triaged")))
    assert watch.story(accepted["id"]).of_teller("triage")["status"] == "triaged"


@pytest.mark.parametrize(
    ("value", "reason", "pointer"),
    [(b"\xff", "not-utf8", None), (b"{}", "invalid", "/channel"), (good_but(line=7), "invalid", "/line")],
    ids=["no text", "nothing told", "a line of the wrong type"],
)
def test_on_the_channels_topic_a_receipt_says_why(
    performance: Performance, value: bytes, reason: str, pointer: str | None
) -> None:
    key, channel = f"refused-{reason}-{len(value)}", performance.channels["ride-app"]

    async def publish() -> None:
        publisher = Publisher(KafkaSettings(performance.run.kafka, idempotent=False), "standard")
        headers = {"integration": channel.id, **sign([channel.secret], key, now(), value)}
        carried = tuple((name, text.encode()) for name, text in headers.items())
        await publisher.publish([Outgoing("redress.channels.standard", key, value, carried)])
        await publisher.stop()

    asyncio.run(publish())
    watch = performance.seen(lambda watch: any(receipt["key"] == key for receipt in watch.receipts))
    receipt = next(receipt for receipt in watch.receipts if receipt["key"] == key)
    assert not receipt["accepted"] and receipt["reason"].startswith(reason)
    assert pointer is None or receipt["pointer"] == pointer
