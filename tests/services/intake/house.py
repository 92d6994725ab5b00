"""Intake over the twins: its stages, its desk, its door on the loopback, and channels that call it."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
import orjson
import uvicorn

from services.intake.app import SECTIONS, service
from services.intake.channels import Channels
from services.intake.decide import Policy
from services.intake.desk import Desk
from services.intake.integrations import Integrations
from services.intake.routes import add_routes
from services.intake.sealed import Reception, Seals
from shared import clock
from shared.flow.edge import Edge
from shared.flow.errors import Transient
from shared.flow.messages import Lane
from shared.flow.records import Outgoing
from shared.flow.stage import Stage
from shared.outbound.signing import new_secret, sign
from shared.policy.outcome import Reading, needs_person
from shared.policy.shelf import load_policy
from shared.sealing import Sealer
from shared.testing.memory_log import MemoryBroker, MemoryLog
from shared.testing.memory_store import MemoryStore, MemorySwitch
from shared.web.app import create_app
from shared.web.auth import Tokens, TokenSettings, new_api_key
from tests.flow.bench import FAST, read
from tests.web.faces import Issuer

ISSUER = Issuer()
LINK_SECRET = b"a secret for links in tests only"
LANES: tuple[Lane, Lane] = ("express", "standard")


def ring(name: str) -> str:
    key = base64.urlsafe_b64encode(name.encode().ljust(32, b".")).decode()
    return json.dumps({"current": name, "keys": {name: key}})


SEALS = Seals(Sealer(ring("text")), Sealer(ring("contact")), b"a secret for complainants in tests")
packs = cache(lambda: load_policy(sections=SECTIONS))


def screen(
    policy: Any, line: str | None, on: Any, text: str, signals: Sequence[str] = (), facts: Any = None
) -> Reading:
    """Stands for the text engine: danger is what says so."""
    if "danger" in text or "sos" in signals or (facts or {}).get("crash_sensor") is True:
        return needs_person("said-so", "the test says danger", "test@1")
    calm = needs_person("calm", "nothing", "test@1")
    none: dict[str, Any] = {"safety": "none", "lane": "standard", "priority": "P2", "category": "other", "plan": None}
    return Reading(**{name: getattr(calm, name) for name in Reading.__dataclass_fields__} | none | {"rules": ()})


class House:
    """All of intake but its servers."""

    def __init__(self) -> None:
        self.broker, self.store = MemoryBroker(), MemoryStore()
        self.entries: list[dict[str, Any]] = []
        self.keys: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.integrations = Integrations(self._list, every_s=0.05)
        self.reception = Reception(SEALS, packs, screen=screen)
        self.service = service(lambda now: Policy(), Channels(self.integrations, self.reception))
        self.logs: dict[Lane, MemoryLog] = {
            lane: MemoryLog(self.broker, f"intake.{lane}", self.service.topics(lane)) for lane in LANES
        }
        self.edge = Edge(self.service, self.logs, self.store)
        self.stages: list[Stage] = []

    async def _list(self) -> list[dict[str, Any]]:
        if self.store.away:
            raise Transient("store away")
        return list(self.entries)

    def integration(self, id: str = "hotline", **more: Any) -> str:
        """A new integration; its API key."""
        key, kept = new_api_key(id)
        self.secrets[id] = new_secret()
        self.entries.append({"_id": id, "name": id, "key_hash": kept, "secrets": [self.secrets[id]], **more})
        self.keys[id] = key
        return key

    async def start(self) -> "House":
        for lane in LANES:
            await self.logs[lane].start()
            stage = Stage(self.service, lane, self.logs[lane], self.store, MemorySwitch(), 0)
            stage.pace = FAST
            self.stages.append(stage)
        return self

    async def run(self, turns: int = 30) -> None:
        """Lets the lanes work until nothing waits."""
        for _ in range(turns):
            for stage in self.stages:
                with contextlib.suppress(Transient):
                    await stage._turn()
            if all(stage.log.lag() == 0 and stage._outstanding is None for stage in self.stages):
                return
        raise AssertionError("the lanes do not come to rest")

    # What came of it ---------------------------------------------------------------------------------

    def told(self, topic: str = "redress.intake") -> list[dict[str, Any]]:
        topics = [topic] if topic == "redress.receipts" else [f"{topic}.{lane}" for lane in LANES]
        return [read(record) for each in topics for record in self.broker.all(each)]

    def types(self, thing: str) -> list[str]:
        facts = [fact for fact in self.told() if fact["thing"] == thing]
        return [fact["type"].split(".")[2] for fact in sorted(facts, key=lambda fact: fact["number"])]

    def state(self, thing: str) -> dict[str, Any]:
        found: dict[str, Any] = self.store.things[thing]["state"]["complaint"]
        return found

    def publish(self, body: Any, key: str = "k1", id: str = "hotline", lane: Lane = "standard", **more: Any) -> None:
        """What an integration publishes on redress.channels.*."""
        value = more.pop("value", None) or orjson.dumps(body)
        headers = sign([more.pop("secret", None) or self.secrets[id]], "m1", more.pop("at", clock.now()), value)
        headers = {"integration": id, **headers, **more}
        carried = tuple((name, text.encode()) for name, text in headers.items())
        self.broker.append(Outgoing(f"redress.channels.{lane}", key, value, carried))

    # Its door ----------------------------------------------------------------------------------------

    def desk(self) -> Desk:
        async def find(integration: str, external_id: str) -> list[dict[str, Any]]:
            def ours(raw: Mapping[str, Any]) -> bool:
                stands = raw["state"]["complaint"]["stands"]
                return (stands["integration"], stands["external_id"]) == (integration, external_id)

            return [raw for raw in self.store.things.values() if ours(raw)]

        return Desk(
            edge=self.edge, store=self.store, reception=self.reception, integrations=self.integrations, find=find,
            link_secret=LINK_SECRET, public_url="http://intake.test", answer=timedelta(hours=24),
            safety_answer=timedelta(minutes=5),
        )  # fmt: skip

    def app(self) -> Any:
        async def ready() -> dict[str, str]:
            return {"log": "away" if self.broker.away else "ok", "store": "away" if self.store.away else "ok"}

        app = create_app("intake", ready=ready, needs=("log",))
        app.state.tokens = Tokens(TokenSettings(jwks=ISSUER.jwks))
        add_routes(app, self.desk())
        return app


@contextlib.asynccontextmanager
async def open_house() -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    """Served by uvicorn on the loopback, its lanes at work, one integration known."""
    house = await House().start()
    house.integration()
    await house.integrations.refresh()
    config = uvicorn.Config(house.app(), host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    tasks = [asyncio.create_task(server.serve()), *(asyncio.create_task(stage.run()) for stage in house.stages)]
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
        yield house, http
    server.should_exit = True
    for stage in house.stages:
        stage.stop()
    await asyncio.gather(*tasks)


async def settled(house: House, wanted: Any, seconds: float = 30.0) -> Any:
    """Waits until `wanted(house)` is true; its value."""
    async with asyncio.timeout(seconds):
        while not (found := _tried(wanted, house)):
            await asyncio.sleep(0.01)
    return found


def _tried(wanted: Any, house: House) -> Any:
    with contextlib.suppress(KeyError, IndexError):
        return wanted(house)
    return None


PERSON = {"name": "Invented Person", "phone": "+86 100 0000 0001", "email": "nobody@example.org"}


def told(**more: Any) -> dict[str, Any]:
    """A complaint as a channel would send it; `**more` replaces fields, None leaves one out."""
    body: dict[str, Any] = {
        "channel": {"kind": "phone", "call_id": "call-1", "agent": "a17", "external_id": "T-1"},
        "line": "driving_school",
        "language": "zh-Hans",
        "text": "约了两小时只教了一个半小时",
        "contact": PERSON,
        "references": {"order": "DS-4711"},
        "facts": {"booked_hours": "2", "given_hours": "1.5"},
        "wish": "free_service_time",
    }
    return {name: value for name, value in (body | more).items() if value is not None}
