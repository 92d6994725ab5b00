"""The four services over the twins, their stages at work, each served on the loopback by the server they run with."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from services.compensation import app as compensation
from services.compensation.routes import routes as compensation_routes
from services.compensation.settings import Settings as CompensationSettings
from services.compensation.tables import tables_of
from services.notify import app as notify
from services.notify.routes import routes as notify_routes
from services.notify.templates import SECTION as MESSAGES
from services.triage import app as triage
from services.triage.routes import INDEXES
from services.triage.routes import routes as triage_routes
from shared.flow.edge import Edge
from shared.flow.messages import Lane
from shared.flow.service import Service
from shared.flow.stage import Stage
from shared.ids import complaint_id
from shared.mongo.client import database
from shared.mongo.listing import Listing
from shared.policy import profile
from shared.policy.packs import SHIPPED
from shared.policy.shelf import load_policy
from shared.testing.memory_log import MemoryBroker, MemoryLog
from shared.testing.memory_store import MemoryStore, MemorySwitch
from shared.web.app import create_app
from shared.web.auth import Tokens, TokenSettings
from shared.web.door import Door as OnTheWire
from tests.flow.bench import FAST
from tests.services.facts import finding, found
from tests.services.intake.house import House as Intake
from tests.services.intake.house import told
from tests.services.triage.house import SEALER, packs, received
from tests.web.faces import Issuer

ISSUER = Issuer()
LANES: tuple[Lane, Lane] = ("express", "standard")
LINK_SECRET = b"a secret for links in tests only"
SCOPES = (
    "cases:read cases:work safety:clear texts:read remedies:work remedies:decide ledger:read deliveries:read "
    "complainants:erase"
)


@dataclass
class Door:
    """One service that can be called: its app, stages, twins, and the address once served."""

    app: Any
    broker: MemoryBroker
    store: MemoryStore
    stages: Sequence[Stage]
    credential: str
    known: dict[str, str] = field(default_factory=dict)
    url: str = ""


async def _stages(service: Service[Any], broker: MemoryBroker, store: Any) -> dict[Lane, Stage]:
    stages = {}
    for lane in LANES:
        log = MemoryLog(broker, f"{service.name}.{lane}", service.topics(lane))
        await log.start()
        stages[lane] = Stage(service, lane, log, store, MemorySwitch(), 0)
        stages[lane].pace = FAST
    return stages


async def ok() -> dict[str, str]:
    return {"log": "ok", "store": "ok"}


async def intake_door(_: str) -> Door:
    house = await Intake().start()
    key = house.integration(supplies=True)
    await house.integrations.refresh()
    house.publish(told())
    known = {"id": complaint_id("hotline", "k1"), "line": "driving_school"}
    app = house.app()
    app.state.tokens = Tokens(TokenSettings(jwks=ISSUER.jwks))
    return Door(app, house.broker, house.store, house.stages, key, known)


async def _staffed(name: str, service: Service[Any], store: Any, add: Any) -> Door:
    broker = MemoryBroker()
    stages = await _stages(service, broker, store)
    app = create_app(name, ready=ok)
    app.state.tokens = Tokens(TokenSettings(jwks=ISSUER.jwks))
    app.include_router(add(Edge(service, {lane: stage.log for lane, stage in stages.items()}, store)))
    return Door(app, broker, store, list(stages.values()), ISSUER.token(scope=SCOPES, roles=["manager"], exp=2**33))


async def triage_door(mongo: str) -> Door:
    base, open = database(mongo, "hostile_triage"), triage.opener(SEALER)
    lists, store = Listing(base, INDEXES), MemoryStore()
    door = await _staffed(
        "triage", triage.service(packs, open), store, lambda edge: triage_routes(edge, store, lists, packs, open)
    )
    door.known = {"id": complaint_id("hotline", "k1")}
    door.broker.append(received(complaint=door.known["id"]))
    return door


async def compensation_door(_: str) -> Door:
    tables, store = tables_of(compensation.load_packs([])), MemoryStore()
    service = compensation.service(compensation.policy_of(tables, CompensationSettings()))
    door = await _staffed(
        "compensation", service, store, lambda edge: compensation_routes(edge, store, tables, LINK_SECRET)
    )
    complaint = complaint_id("hotline", "k1")
    facts = {"booked_hours": "2", "given_hours": "1.5", "verified": True}
    door.broker.append(found(finding(["driving.short_hours"], facts, order="S-1"), complaint=complaint))
    door.known = {"complaint": complaint, "remedy": f"{complaint}-1-djcud2xg"}
    return door


async def notify_door(_: str) -> Door:
    service, store = notify.service(load_policy([SHIPPED], [profile.SECTION, MESSAGES])), MemoryStore()
    return await _staffed("notify", service, store, lambda _: notify_routes(store))


DOORS = {"intake": intake_door, "triage": triage_door, "compensation": compensation_door, "notify": notify_door}


@contextlib.asynccontextmanager
async def served(door: Door, **more: Any) -> AsyncIterator[Door]:
    """The door on a free port of the loopback, its stages at work."""
    config = uvicorn.Config(
        door.app,
        host="127.0.0.1",
        port=0,
        log_config=None,
        access_log=False,
        lifespan="off",
        http=OnTheWire,
        ws="none",
        **more,
    )
    server = uvicorn.Server(config)
    tasks = [asyncio.create_task(server.serve()), *(asyncio.create_task(stage.run()) for stage in door.stages)]
    while not server.started:
        await asyncio.sleep(0.005)
    door.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield door
    finally:
        server.should_exit = server.force_exit = True  # rude lines are not waited for
        for stage in door.stages:
            stage.stop()
        await asyncio.gather(*tasks)


@contextlib.contextmanager
def in_a_thread(name: str, mongo: str) -> Iterator[Door]:
    """The service with an event loop of its own, for callers that are not asynchronous."""
    opened: list[Door] = []
    started, stopping = threading.Event(), threading.Event()

    async def run() -> None:
        async with served(await DOORS[name](mongo)) as door:
            opened.append(door)
            started.set()
            while not stopping.is_set():
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    try:
        assert started.wait(30), f"{name} does not start"
        yield opened[0]
    finally:
        stopping.set()
        thread.join(30)
