"""The wiring of intake: what it hears, takes, reads from the open inbox and serves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI

from services.intake import domain
from services.intake.channels import TOPIC, Channels, repeated
from services.intake.decide import Policy, decide, sealed, stands
from services.intake.desk import Desk
from services.intake.domain import State, concerned, kind_of
from services.intake.integrations import Integrations
from services.intake.public import HEARS
from services.intake.routes import add_routes
from services.intake.sealed import Reception, Seals
from services.intake.settings import Settings
from shared import clock
from shared.contracts import intake
from shared.flow.errors import Transient
from shared.flow.messages import Fact
from shared.flow.service import Hears, Service, Takes
from shared.flow.understand import concerns
from shared.lifecycle import Host, run_service
from shared.mongo.client import database
from shared.mongo.registry import Registry
from shared.mongo.search import Search
from shared.policy import plans, profile, reading, rule_checks, words
from shared.policy.packs import SHIPPED
from shared.policy.shelf import PackShelf
from shared.sealing import Sealer
from shared.web.app import create_app
from shared.web.auth import Tokens

log = structlog.get_logger(__name__)

SECTIONS = (profile.SECTION, plans.SECTION, words.SECTION, rule_checks.SECTION)
OF_STANDS = "state.complaint.stands."


def _named(fact: Fact) -> Sequence[str]:
    """The complaints a fact within intake is about."""
    return tuple(fact.happened.complaints)  # type: ignore[attr-defined]


def _joins(fact: Fact) -> Sequence[str]:
    """The references and the complainant of a complaint."""
    return tuple(concerned(fact.stands)) if kind_of(fact.thing) == "complaint" else ()


def service(policy: Callable[[datetime], Policy], channels: Channels) -> Service[State]:
    """What intake declares to the flow."""
    hears = {fact.TYPE: Hears(fact, concerns) for fact in HEARS}
    for own in (intake.ComplaintReceived, intake.ComplaintSupplemented):
        hears[own.TYPE] = Hears(own, _joins)
    for within in (intake.FactsSupplied, intake.ErasureAsked):
        # a reference is shared by the complaints that name it: its lane is none of theirs
        hears[within.TYPE] = Hears(within, _named, raises=False)
    takes = {
        domain.CREATE: Takes(domain.Create, "decide", repeated),
        domain.SUPPLEMENT: Takes(domain.Supplement),
        domain.WITHDRAW: Takes(domain.Withdraw),
        domain.REOPEN: Takes(domain.Reopen),
        domain.ANSWER_OFFER: Takes(domain.AnswerOffer),
        domain.SUPPLY: Takes(domain.Supply, "decide"),
        domain.ERASE: Takes(domain.Erase),
    }
    return Service(
        name="intake",
        state=State,
        decide=decide,
        hears=hears,
        takes=takes,
        stands=stands,
        complaint=lambda thing: thing.id,
        sealed=sealed,
        policy=policy,
        channels={TOPIC: channels.read},
    )


def reception_of(settings: Settings) -> Reception:
    """The packs, and the rings of who may open what. A pack with a fault leaves the door open for its line."""
    shelf = PackShelf([SHIPPED, *map(Path, settings.packs)], SECTIONS)
    for fault in shelf.faults:
        log.error("a pack has a fault", file=fault.file, line=fault.line)
    seals = Seals(
        Sealer(settings.text_keys.get_secret_value()),
        Sealer(settings.contact_keys.get_secret_value()),
        settings.complainant_secret.get_secret_value().encode(),
    )
    return Reception(seals, lambda: shelf.policy, whole=not shelf.faults)


def desk_of(host: Any, settings: Settings, reception: Reception, integrations: Integrations, search: Search) -> Desk:
    """What the routes work with."""

    async def find(integration: str, external_id: str) -> Sequence[dict[str, Any]]:
        values = {OF_STANDS + "integration": integration, OF_STANDS + "external_id": external_id}
        return await search.find(values)

    return Desk(
        edge=host.edge,
        store=host.store,
        reception=reception,
        integrations=integrations,
        find=find,
        link_secret=settings.link_secret.get_secret_value().encode(),
        public_url=settings.public_url.rstrip("/"),
        answer=timedelta(hours=settings.answer_hours),
        safety_answer=timedelta(minutes=settings.safety_answer_minutes),
    )


def make_app(host: Host, settings: Settings, reception: Reception, integrations: Integrations) -> FastAPI:
    """The HTTP face. Without the log nothing can be accepted; without the store it can."""
    search = Search(host.database, "external", [OF_STANDS + "integration", OF_STANDS + "external_id"])

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(integrations.run()), asyncio.create_task(_prepared(search))]
        yield
        for task in tasks:
            task.cancel()

    app = create_app("intake", ready=host.ready, lifespan=lifespan, needs=("log",))
    app.state.tokens = Tokens(settings)
    add_routes(app, desk_of(host, settings, reception, integrations, search))
    return app


async def _prepared(search: Search) -> None:
    while True:
        with contextlib.suppress(Transient):
            await search.prepare()
            return
        await asyncio.sleep(2.0)


def registry_of(settings: Settings | None) -> Registry:
    """Where integrations are kept; without settings, those of the environment."""
    settings = settings or Settings()
    return Registry(database(settings.mongo, settings.database or "redress_intake"), "integrations")


async def main() -> None:
    """Serves until told to end."""
    settings = Settings()
    reception = reception_of(settings)
    reading.begin(reception.policy(), clock.now().date())
    integrations = Integrations(registry_of(settings).list, settings.integrations_every_s)
    waits = Policy(timedelta(hours=settings.answer_hours), timedelta(minutes=settings.safety_answer_minutes))
    declared = service(lambda now: waits, Channels(integrations, reception))
    await run_service(declared, settings, {}, lambda host: make_app(host, settings, reception, integrations))
