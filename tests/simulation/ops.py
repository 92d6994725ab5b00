"""What no caller means to send, and those who look after it: garbage, dead letters, records kept for a person."""

import asyncio
import random
import zlib
from collections import Counter

from shared.flow.errors import Transient
from shared.flow.records import Outgoing
from tests.simulation.world import World

GARBAGE: tuple[tuple[bytes | None, dict[str, bytes]], ...] = (
    (None, {}),
    (b"\xff\xfe not JSON", {"content-type": b"application/json"}),
    (b"[]", {"ce_specversion": b"1.0", "ce_id": b"g", "ce_type": b"redress.triage.closed.v9", "ce_source": b"/x",
             "ce_subject": b"c1"}),
    (b"{}", {"ce_specversion": b"1.0", "ce_id": b"g", "ce_type": b"redress.nobody.asks.v1", "ce_source": b"/x",
             "ce_subject": b"c1"}),
    (b'{"clock": 7}', {"ce_specversion": b"1.0", "ce_id": b"g", "ce_type": b"redress.flow.tick.v1", "ce_source": b"/x",
                       "ce_subject": b"c1"}),
)  # fmt: skip

MOST_FED = 4
"""How often a person tries, with a pause, what cannot be decided yet."""


class Ops:
    """Throws garbage in, breaks decisions until they are mended, and feeds again what was kept."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = random.Random(world.rng.random())
        self.mended = False
        self.fed: Counter[str] = Counter()
        self.thrown: list[Outgoing] = []
        world.breaks = self.breaks

    def breaks(self, thing: str, mark: str) -> bool:
        """Whether deciding this raises: always the same inputs, until a release mends it."""
        return not self.mended and self.defect_in(thing, mark)

    def defect_in(self, thing: str, mark: str) -> bool:
        """Whether deciding this raised while the defect stood."""
        odds = self.world.plan.defect_odds
        return bool(odds) and zlib.crc32(f"{self.world.plan.seed} {thing} {mark}".encode()) % odds == 0

    async def throw(self) -> None:
        """Garbage on any topic a stage reads, at times in a row until a lane stops."""
        for _ in range(self.world.plan.garbage):
            await asyncio.sleep(self.rng.random() * self.world.plan.faults_until / 2)
            if not self.world.faulty:
                return
            groups = self.world.groups.values()
            topics = sorted({topic for group in groups for member in group.members for topic in member.topics})
            if not topics:
                continue  # nobody reads: every process is down at this moment
            topic = self.rng.choice(topics)
            value, headers = self.rng.choice(GARBAGE)
            key = self.rng.choice(("c1", *self._things(topic)))
            message = Outgoing(topic, key, value, tuple(headers.items()))
            for _ in range(self.rng.choice((1, 1, 6))):
                try:
                    self.world.broker.append(message)
                    self.thrown.append(message)
                except Transient:
                    break

    def _things(self, topic: str) -> list[str]:
        store = self.world.stores.get(topic.split(".")[1])
        return sorted(store.things)[:3] if store else []

    def resume(self) -> bool:
        """Lanes that stand stopped run again; whether any did."""
        stopped = [service for service in self.world.services if self.world.switches[service].reasons.get("standard")]
        for service in stopped:
            self.world.stop_lane(service, None)
        return bool(stopped)

    def feed_again(self) -> int:
        """What was kept for a person, readable but not decided, is published once more; how many records."""
        self.mended = True
        fed = 0
        for service, store in self.world.stores.items():
            for document in store.things.values():
                for kept in document["person"]:
                    page = store.pages[kept["page"]]
                    self.fed[kept["page"]] += 1
                    if kept["reason"].startswith("a defect while deciding") and self.fed[kept["page"]] <= MOST_FED:
                        headers = tuple((name, value) for name, value in page["headers"])
                        self.world.note("fed again", document["_id"], service, kept["event"])
                        self.world.broker.append(Outgoing(page["topic"], page["key"], page["value"], headers))
                        fed += 1
        return fed
