"""People who complain: by HTTP, in batches, on the topic; who repeat themselves, add, withdraw, ask to be erased."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import orjson

from services.intake import domain
from services.intake.desk import Desk
from services.intake.told import Message, Reopening
from services.intake.told import Told as Telling
from shared.flow.errors import Transient
from shared.flow.messages import Lane, Request
from shared.flow.records import Outgoing
from shared.outbound.signing import sign
from shared.web.asking import fingerprint
from tests.simulation import services
from tests.simulation.calls import NO_ANSWER, Calls
from tests.simulation.replica import Replica
from tests.simulation.staff import Staff
from tests.simulation.world import World

BY = "integration:hotline"
LINES = {
    "ride_hailing": ("The fare was charged twice, please check my order.", "司机绕路，多收了钱。"),
    "high_speed_rail": ("My train was two hours late and I missed the connection.", "列车晚点两个小时。"),
    "driving_school": ("Two hours were booked and only one and a half were given.", "教练少给了半小时。"),
    "farm_aftersales": ("The station did not come although it promised.", "服务站一直不来修收割机。"),
    "sharing_economy": ("The deposit for the bike was not returned.", "共享单车押金没有退。"),
}
DANGER = (
    "The driver was drunk and nearly hit a truck.",
    "教练打瞌睡，差点撞车。",
    "The brakes failed on the motorway.",
)
MORE = ("Here is the number of my order again.", "Nobody has called me yet.")


class Complainant:
    """One person with one complaint, and what else they do."""

    def __init__(self, world: World, calls: Calls, number: int) -> None:
        self.world, self.calls, self.number = world, calls, number
        self.rng = random.Random(world.rng.random())
        self.key = f"k{number}"
        self.line = self.rng.choice(sorted(LINES))
        self.telling = self._telling(self.rng.random() < 0.3)
        self.id = ""

    def _telling(self, danger: bool) -> Telling:
        rng = self.rng
        text = rng.choice(DANGER if danger else LINES[self.line])
        body: dict[str, Any] = {
            "channel": {"kind": "phone"}, "line": self.line, "text": text,
            "language": rng.choice(("zh-Hans", "en")),
            "references": {"order": f"o{rng.randint(1, 3)}"} if rng.random() < 0.7 else {},
        }  # fmt: skip
        if rng.random() < 0.7:
            body["contact"] = {"phone": f"+1555010{rng.randint(0, 2)}"}
        return Telling.model_validate(body)

    async def live(self) -> None:
        """Complains, and later does whatever else occurs to them."""
        await asyncio.sleep(self.rng.random() ** 2 * self.world.plan.faults_until)
        taken = await (self._publish() if self.rng.random() < 0.25 else self._post(self.telling, give_up=0.1))
        if not taken:
            return
        if "triage" in self.world.stores:
            self.world.loop.create_task(Staff(self.world, self.calls, self.line).work(self.id))
        for deed in self.rng.sample((self.repeat, self.repeat_otherwise, self.say_more, self.withdraw, self.reopen,
                                     self.erase, self.supply), self.rng.choice((0, 0, 1, 1, 2, 3))):  # fmt: skip
            await asyncio.sleep(self.rng.random() ** 3 * self.rng.choice((1.0, 60.0, 86_400.0)))
            await deed()

    # Complaining ---------------------------------------------------------------------------------

    async def _post(self, telling: Telling, give_up: float = 0.0) -> bool:
        async def work(replica: Replica) -> Request:
            reception = services.reception()
            request = reception.request(telling, "hotline", self.key, self.world.now(replica.make.skew_s))
            self.id = request.thing
            told = self.calls.note("intake", request)
            said = await desk(replica).append(request, b"")
            told.taken = True
            if said:
                told.answers.append((202, said))
            return request

        return await self.calls.until_taken("intake", work, give_up) is not NO_ANSWER

    async def _publish(self) -> bool:
        """On `redress.channels`, signed; the producer repeats until the log has it."""
        body = orjson.dumps(
            self.telling.model_dump(mode="json", exclude_defaults=True, exclude={"channel"})
            | {"channel": {"kind": "phone"}}
        )
        lane = "express" if self.rng.random() < 0.2 else "standard"
        while True:
            headers = sign([services.SECRET], self.key, self.world.now(), body) | {"integration": "hotline"}
            message = Outgoing(
                f"redress.channels.{lane}", self.key, body, tuple((n, v.encode()) for n, v in headers.items())
            )
            try:
                self.world.broker.append(message)
                break
            except Transient:
                await asyncio.sleep(5.0)
        reception = services.reception()
        request = reception.request(self.telling, "hotline", self.key, self.world.now(), receipt=True)
        self.id = request.thing
        self.calls.note("intake", request).taken = True
        return True

    async def repeat(self) -> None:
        """The same again, at whichever replica."""
        await self._post(self.telling)

    async def repeat_otherwise(self) -> None:
        """The same key with another body: it becomes a message."""
        await self._post(self._telling(self.rng.random() < 0.3))

    # Adding --------------------------------------------------------------------------------------

    async def say_more(self) -> None:
        told = Message(text=self.rng.choice(DANGER if self.rng.random() < 0.3 else MORE))
        body = services.reception().supplement(told, BY, None, self.world.now())
        await self._ask(domain.SUPPLEMENT, body, told)

    async def withdraw(self) -> None:
        await self._ask(domain.WITHDRAW, domain.Withdraw(by=BY), None)

    async def reopen(self) -> None:
        told = Reopening(text=self.rng.choice(DANGER if self.rng.random() < 0.2 else MORE))
        await self._ask(domain.REOPEN, services.reception().reopening(told, BY, self.world.now()), told)

    async def erase(self) -> None:
        """Whoever this is wants to be forgotten, with all their complaints."""
        person = services.complainant_of(self.telling)
        if person:
            request = Request(person, domain.ERASE, f"staff:dpo:e{self.number}", "erase", "staff:dpo",
                              domain.Erase(by="staff:dpo"), person)  # fmt: skip
            await self.calls.ask("intake", request)

    async def supply(self) -> None:
        """A partner system supplies facts about the order, whoever complained of it."""
        order = f"o{self.rng.randint(1, 3)}"
        thing = domain.reference_id(self.line, "order", order)
        body = domain.Supply(by="partner", facts={"charged_twice": True}, references={"order": order})
        request = Request(thing, domain.SUPPLY, f"integration:hotline:event:{self.number}",
                          fingerprint(body), BY, body, thing)  # fmt: skip

        async def work(replica: Replica) -> None:
            await replica.edge.append(request, "standard")
            self.calls.note("intake", request).taken = True

        await self.calls.until_taken("intake", work)

    async def _ask(self, type: str, body: Any, told: Any) -> None:
        self.calls_made = getattr(self, "calls_made", 0) + 1
        id = f"{BY}:{self.key}-{self.calls_made}"
        lane: Lane = "express" if getattr(body, "lane", "") == "express" else "standard"
        await self.calls.ask("intake", Request(self.id, type, id, fingerprint(told or {}), BY, body, self.id), lane)


def desk(replica: Replica) -> Desk:
    """The desk of a replica's HTTP face, made when the first call comes."""
    if not isinstance(replica.face, Desk):

        async def find(integration: str, external_id: str) -> list[dict[str, Any]]:
            return []

        replica.face = Desk(
            edge=replica.edge, store=replica.store, reception=services.reception(),
            integrations=services.integrations(), find=find, link_secret=b"simulated",
            public_url="http://127.0.0.1", answer=timedelta(hours=24), safety_answer=timedelta(minutes=5),
        )  # fmt: skip
    return replica.face
