"""What people do in the meantime: staff record findings, complainants take what is offered, by their secret link."""

import asyncio
import random
import time
from collections import Counter
from typing import Any

from deploy.local.keys import Staff
from shared import ids, links
from tests.faults.campaign.accepted import Accepted
from tests.faults.campaign.calls import Answer, Caller, Unanswered
from tests.faults.campaign.system import System
from tests.faults.campaign.told import FINDING, Complaint

FIRST_LOOK_S, LOOK_MOST_S, HURRIED_MOST_S = 3.0, 30.0, 6.0
LOOKS_A_SECOND = 25.0
"""All together: more would be a load of its own."""
AGAIN, BY_PAGE = 0.2, 0.3
MOST_LOOKS = 400


class People:
    """One task a complaint that ends in money; `settled` holds those whose remedy was delivered."""

    def __init__(self, system: System, accepted: Accepted, seed: int) -> None:
        self.ways = {name: system.ways(name) for name in ("intake", "triage", "compensation")}
        self.secret = system.keys.links.encode()
        self.staff = _investigator(system.keys.staff)
        self.accepted, self.random, self.caller = accepted, random.Random(seed), Caller()
        self.settled: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.hurry = False
        self._turn = 0.0

    def begin(self, complaint: Complaint) -> None:
        """Somebody sees to it from now on."""
        id = ids.complaint_id(complaint.integration, complaint.key)
        if id not in self.tasks:
            self.tasks[id] = asyncio.create_task(self._see_to(id, complaint))

    @property
    def waiting(self) -> int:
        """How many have not come to their end yet."""
        return sum(not task.done() for task in self.tasks.values())

    def open_ends(self) -> list[str]:
        """Those who got no money, though nobody else was paid for the same ticket."""
        told = self.accepted.complaints
        paid = {told[id].ticket for id in self.settled if id in told}
        return sorted(
            id for id in self.tasks if id not in self.settled and (not told[id].ticket or told[id].ticket not in paid)
        )

    async def _see_to(self, id: str, complaint: Complaint) -> None:
        await asyncio.sleep(FIRST_LOOK_S)
        if complaint.story == "deposit":
            await self._find(id)
        token, pause = links.token(self.secret, id), FIRST_LOOK_S
        for _ in range(MOST_LOOKS):
            offers = await self._offers(id, token)
            for offer in offers:
                if offer["state"] == "offered":
                    await self._accept(id, offer["id"], token)
            if offers and all(offer["state"] == "delivered" for offer in offers):
                self.settled.add(id)
                return
            await asyncio.sleep(min(pause, HURRIED_MOST_S) if self.hurry else pause)
            pause = min(pause * 1.5, LOOK_MOST_S)

    async def _offers(self, id: str, token: str) -> list[dict[str, Any]]:
        await self._in_turn()
        answer = await self._ask("intake", "GET", f"/v1/complaints/{id}", token)
        return list(answer.body["offers"]) if answer is not None and answer.status == 200 else []

    async def _in_turn(self) -> None:
        now = time.monotonic()
        self._turn = max(now, self._turn + 1 / LOOKS_A_SECOND)
        await asyncio.sleep(self._turn - now)

    async def _find(self, id: str) -> None:
        """An investigator records the finding, with a new key for each try that came too early."""
        for number in range(MOST_LOOKS):
            answer = await self._until_answered(
                "triage", f"/v1/cases/{id}/finding", self.staff, FINDING, f"f{number}-{id}"
            )
            if answer.status == 200:
                self.counts["findings"] += 1
                return
            await asyncio.sleep(3.0)

    async def _accept(self, id: str, remedy: str, token: str) -> None:
        if self.random.random() < BY_PAGE:
            answer = await self._ask("intake", "POST", f"/s/{token}/offers/{remedy}?do=accept")
            self.counts["accepted on the page"] += answer is not None and answer.status == 303
            return
        path, key = f"/v1/remedies/{remedy}/acceptance", f"a-{remedy}"
        first = await self._until_answered("compensation", path, token, {}, key)
        self.counts[f"accepted {first.status}"] += 1
        if self.random.random() < AGAIN:
            again = await self._until_answered("compensation", path, token, {}, key)
            if (again.status, again.body) != (first.status, first.body):
                self.accepted.contradictions.append(f"{remedy}: {first.status} and then {again.status}")
        if self.random.random() < AGAIN:  # a second click, with a key of its own
            await self._until_answered("compensation", path, token, {}, f"b-{remedy}")

    async def _until_answered(self, service: str, path: str, token: str, body: Any, key: str) -> Answer:
        """The final answer; 202 says it is under way, and the same key asks again, more and more seldom."""
        pause = 0.5
        while True:
            answer = await self._ask(service, "POST", path, token, body, key)
            if answer is not None and answer.status not in (202, 429) and answer.status < 500:
                return answer
            await asyncio.sleep(pause * self.random.uniform(1.0, 2.0))
            pause = min(pause * 2, LOOK_MOST_S / 2)

    async def _ask(
        self, service: str, method: str, path: str, token: str = "", body: Any = None, key: str = ""
    ) -> Answer | None:
        way = self.random.choice(self.ways[service])
        try:
            return await self.caller.ask(way, method, path, token, body, key)
        except Unanswered:
            return None

    async def end(self) -> None:
        """Whoever still waits goes home."""
        while waiting := [task for task in self.tasks.values() if not task.done()]:
            for task in waiting:
                task.cancel()
            await asyncio.wait(waiting, timeout=1.0)  # one that was being answered at that moment may not have heard it


def _investigator(staff: Staff) -> str:
    return staff.token("investigator-21", ["investigator"])
