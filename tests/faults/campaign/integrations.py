"""The integrations: they tell complaints by HTTP or on the open topic until each is accepted, and repeat themselves."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from deploy.local.channels import Channel
from shared import clock
from shared.flow.errors import Transient
from shared.flow.records import Outgoing
from shared.kafka.publisher import Publisher
from shared.outbound.signing import sign
from tests.faults.campaign.accepted import Accepted
from tests.faults.campaign.calls import Caller, Unanswered
from tests.faults.campaign.told import Complaint

TOPIC = "redress.channels.standard"
REPEATED, TOGETHER, OTHERWISE, TWICE_IN_BATCH = 0.05, 0.02, 0.02, 0.1
PAUSE_S, PAUSE_MOST_S = 0.2, 3.0
COME_AGAIN = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Sender:
    """How an integration tells: so many complaints at a time, by HTTP or on the topic."""

    id: str
    channel: dict[str, Any]
    at_a_time: int = 1
    by_topic: bool = False


SENDERS = (
    Sender("web-form", {"kind": "web", "page": "trips/receipt"}),
    Sender("callcentre", {"kind": "phone", "agent": "1007", "rings": 2}),
    Sender("tablet", {"kind": "on_site", "device": "tab-1"}, at_a_time=25),
    Sender("kiosks", {"kind": "on_site", "place": "point-12"}, at_a_time=10),
    Sender("ride-app", {"kind": "web", "page": "app/help"}, at_a_time=10, by_topic=True),
    Sender("stations", {"kind": "on_site", "place": "hall-3"}, at_a_time=5, by_topic=True),
)


class Integration:
    """One of them, with its key and secret, and the replicas of intake it knows."""

    def __init__(
        self, sender: Sender, channel: Channel, ways: Sequence[int], publisher: Publisher, accepted: Accepted, seed: int
    ) -> None:
        self.sender, self.channel, self.ways = sender, channel, list(ways)
        self.publisher, self.accepted = publisher, accepted
        self.caller, self.random = Caller(), random.Random(f"{sender.id}{seed}")

    async def tell(self, complaints: Sequence[Complaint]) -> None:
        """Returns when all are accepted; whatever is in between, the same key is told again."""
        if self.sender.by_topic:
            await self._publish(complaints)
        elif self.sender.at_a_time > 1:
            await self._batch(complaints)
        else:
            await asyncio.gather(*(self._single(each) for each in complaints))

    # By HTTP -----------------------------------------------------------------------------------

    async def _single(self, complaint: Complaint) -> None:
        if self.random.random() < TOGETHER:  # the same key at both replicas at the same moment
            await asyncio.gather(*(self._until_accepted(complaint, way) for way in self.ways))
        else:
            await self._until_accepted(complaint, self.random.choice(self.ways))
        if self.random.random() < REPEATED:
            await self._until_accepted(complaint, self.random.choice(self.ways))
        if self.random.random() < OTHERWISE:
            await self._otherwise(complaint)

    async def _until_accepted(self, complaint: Complaint, way: int) -> None:
        answer = await self._post(way, "/v1/complaints", complaint.body, complaint.key)
        if answer is not None:
            self.accepted.take(complaint, answer)

    async def _otherwise(self, complaint: Complaint) -> None:
        """Another body: until it is accepted too, at whichever replica answers."""
        way = self.random.choice(self.ways)
        if await self._post(way, "/v1/complaints", complaint.otherwise(), complaint.key) is not None:
            self.accepted.other(complaint)

    async def _post(self, way: int, path: str, body: Any, key: str = "") -> Any:
        """Again and again until 202 or 207, at the other replica each time; None when it was refused for good."""
        pause = PAUSE_S
        while True:
            try:
                answer = await self.caller.ask(way, "POST", path, self.channel.api_key, body, key)
                if answer.status in (202, 207):
                    return answer.body
                self.accepted.counts[f"status {answer.status}"] += 1
                if answer.status not in COME_AGAIN:
                    self.accepted.refused.append(f"{self.sender.id} {key}: {answer.status} {str(answer.body)[:200]}")
                    return None
            except Unanswered:
                self.accepted.counts["no answer"] += 1
            await asyncio.sleep(pause * self.random.uniform(0.5, 1.5))
            pause = min(pause * 2, PAUSE_MOST_S)
            way = next(other for other in self.ways if other != way)

    async def _batch(self, complaints: Sequence[Complaint]) -> None:
        """What of a batch was not accepted is told again in the next."""
        left = list(complaints)
        while left:
            items = [{**each.body, "idempotency_key": each.key} for each in left]
            told = left
            if self.random.random() < TWICE_IN_BATCH:
                items, told = [*items, items[0]], [*left, left[0]]
            body = await self._post(self.random.choice(self.ways), "/v1/complaints/batch", {"items": items})
            if body is None:
                return
            left = []
            for complaint, item in zip(told, body["items"], strict=True):
                if item["status"] == 202:
                    self.accepted.take(complaint, item["complaint"])
                elif item["status"] in COME_AGAIN:
                    left.append(complaint)
                else:
                    self.accepted.refused.append(f"{self.sender.id} {complaint.key}: {item['status']}")
            left = list({each.key: each for each in left}.values())
        again = [each for each in complaints if self.random.random() < REPEATED]
        if again and self.random.random() < 0.5:
            await asyncio.gather(*(self._until_accepted(each, self.random.choice(self.ways)) for each in again))

    # On the topic ------------------------------------------------------------------------------

    async def _publish(self, complaints: Sequence[Complaint]) -> None:
        await self._put([(each.key, each.body) for each in complaints])
        for each in complaints:
            self.accepted.entry(each)
        again = [each for each in complaints if self.random.random() < REPEATED]
        if again:
            await self._put([(each.key, each.body) for each in again])
            for each in again:
                self.accepted.entry(each)
        for each in complaints:
            if self.random.random() < OTHERWISE:
                await self._put([(each.key, each.otherwise())])
                self.accepted.entry(each)
                self.accepted.other(each)

    async def _put(self, entries: Sequence[tuple[str, Any]]) -> None:
        pause = PAUSE_S
        while True:
            try:
                await self.publisher.publish([self._signed(key, body) for key, body in entries])
                return
            except Transient:
                self.accepted.counts["not acknowledged"] += 1
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_MOST_S)

    def _signed(self, key: str, told: Any) -> Outgoing:
        body = orjson.dumps(told)
        signed = {"integration": self.sender.id, **sign([self.channel.secret], key, clock.now(), body)}
        return Outgoing(TOPIC, key, body, tuple((name, value.encode()) for name, value in signed.items()))
