"""How complaints get in: one HTTP call, a tablet's batch, a signed record on the channel's topic."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.channels import Channel
from deploy.local.run import Run
from deploy.local.scenario.calls import Answer, Api, Refused
from deploy.local.scenario.script import Case, Malformed
from deploy.local.scenario.watch import Watch
from shared import clock
from shared.flow.records import Outgoing
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.outbound.signing import new_secret, sign
from shared.sealing import of_secrets

TOPIC, SEALED = "redress.channels.standard", "application/jose"
LINK = re.compile(r"/s/([^\s\"]+)")
RECEIPT_S, LINK_S = 10.0, 20.0


@dataclass(frozen=True)
class Told:
    """An accepted complaint; `token` is the secret link's, `at_ms` when the channel had its answer."""

    id: str
    reference: str
    token: str
    at_ms: float
    took_ms: float


class Channels:
    """The integrations of the demo, each with its key and secret."""

    def __init__(self, run: Run, channels: Mapping[str, Channel], watch: Watch) -> None:
        self.intake = Api(run.url("intake"))
        self.channels, self.watch = dict(channels), watch
        self.outbox = run.folder / "outbox.jsonl"
        self.publisher = Publisher(KafkaSettings(run.kafka, idempotent=False), "standard")

    def _key(self, integration: str) -> str:
        return self.channels[integration].api_key

    async def tell(self, case: Case) -> Told:
        """One call, safe to repeat."""
        answer = await self.intake.call("POST", "/v1/complaints", self._key(case.sent_by), case.told, case.key)
        if answer.status != 202:
            raise Refused(f"{case.name}: {answer.status} {answer.body}")
        return _told(answer.body, answer)

    async def batch(self, sent_by: str, items: Sequence[Mapping[str, Any]]) -> list[Told]:
        """Many complaints in one call, an answer for each; a repeat gets the answer of the first."""
        answer = await self.intake.call("POST", "/v1/complaints/batch", self._key(sent_by), {"items": list(items)})
        if answer.status != 202:
            raise Refused(f"the batch of {sent_by}: {answer.status} {str(answer.body)[:300]}")
        return [_told(item["complaint"], answer) for item in answer.body["items"]]

    async def publish(self, case: Case) -> Told:
        """A signed record; its receipt tells the reference, the message to the complainant the secret link."""
        began = clock.to_ms(clock.now())
        receipt = await self._published(case.sent_by, case.key, case.told, self.channels[case.sent_by].secret)
        if not receipt["accepted"]:
            raise Refused(f"{case.name}: {receipt['reason']}")
        now = clock.to_ms(clock.now())
        token = await self._token(receipt["complaint"])
        return Told(receipt["complaint"], receipt["reference"], token, now, now - began)

    async def malformed(self, one: Malformed) -> Answer | dict[str, Any]:
        """The problem, or the receipt, it is answered with."""
        if one.forged:
            return await self._published(one.sent_by, "demo-forged", one.told, new_secret())
        return await self.intake.call("POST", "/v1/complaints", self._key(one.sent_by), one.told, "demo-malformed")

    async def _published(self, integration: str, key: str, told: Mapping[str, Any], secret: str) -> dict[str, Any]:
        body = of_secrets([secret]).seal(dict(told)).encode()  # a topic may be watched: nothing on it can be read
        signed = {"integration": integration, "content-type": SEALED, **sign([secret], key, clock.now(), body)}
        headers = tuple((name, value.encode()) for name, value in signed.items())
        await self.publisher.publish([Outgoing(TOPIC, key, body, headers)])

        def ours() -> list[dict[str, Any]]:
            return [each for each in self.watch.receipts if each["key"] == key]

        if not await self.watch.until(lambda: bool(ours()), RECEIPT_S):
            raise Refused(f"no receipt came for {key}")
        return ours()[0]

    async def _token(self, complaint: str) -> str:
        """As the complainant gets it: from the link in the first message."""
        for _ in range(int(LINK_S / 0.1)):
            for line in _lines(self.outbox):
                if line["complaint"] == complaint and (found := LINK.search(line["text"])):
                    return found[1]
            await asyncio.sleep(0.1)
        raise Refused("no message with the secret link came")

    async def close(self) -> None:
        """Lets go of the connection to the log."""
        await self.publisher.stop()


def _lines(outbox: Path) -> list[dict[str, Any]]:
    if not outbox.exists():
        return []
    return [json.loads(line) for line in outbox.read_bytes().splitlines() if line.endswith(b"}")]


def _told(body: Mapping[str, Any], answer: Answer) -> Told:
    return Told(body["id"], body["reference"], body["token"], answer.at_ms, answer.took_ms)


def batch_item(case: Case) -> dict[str, Any]:
    """A case as an item of a batch."""
    return {**case.told, "idempotency_key": case.key}


def ordinary_items(ordinary: Sequence[Mapping[str, Any]], count: int) -> list[dict[str, Any]]:
    """Ordinary complaints in turn, each with a key of its own; every fourth can be reached."""
    items = []
    for number in range(count):
        told = dict(ordinary[number % len(ordinary)])
        told["channel"] = {"kind": "web", "session": f"b-{number}"}
        told["idempotency_key"] = f"burst-{number}"
        if number % 4 == 0:
            told["contact"] = {"email": f"burst{number}@complaints.example"}
        items.append(told)
    return items
