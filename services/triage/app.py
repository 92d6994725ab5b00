"""The wiring of triage: what it hears, takes, asks of others and serves."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from fastapi import FastAPI

from services.triage.clock_rules import SECTION as CLOCKS
from services.triage.decide import decide, sealed, stands
from services.triage.domain import Case, StaffRequest
from services.triage.findings import SECTION as FINDINGS
from services.triage.lookups import KIND as LOOK_UP
from services.triage.policy import NotOpened, Policy
from services.triage.providers import FleetControl, OrderSystem
from services.triage.requests import VERBS, type_of
from services.triage.routes import INDEXES, routes
from services.triage.safety import ACTION
from services.triage.settings import Settings
from services.triage.sides import SECTION as SIDES
from services.triage.steps import SECTION as STEPS
from shared import clock
from shared.contracts import compensation, intake, notify
from shared.contracts.fact import Happened
from shared.flow.effects import Effect
from shared.flow.service import Hears, Service, Takes
from shared.flow.understand import concerns
from shared.lifecycle import Host, run_service
from shared.mongo.listing import Listing
from shared.policy import reading
from shared.policy.packs import SHIPPED
from shared.policy.policy import Policy as Packs
from shared.policy.shelf import PackShelf
from shared.sealing import SealBroken, Sealer
from shared.web.app import create_app
from shared.web.auth import Tokens

log = structlog.get_logger(__name__)

OF_ENTITLEMENTS = (compensation.EntitlementGranted, compensation.EntitlementDenied)
HEARS: tuple[type[Happened], ...] = (
    intake.ComplaintReceived, intake.ComplaintSupplemented, intake.WithdrawalAsked, intake.ReopeningAsked,
    intake.ComplainantErased, notify.SurveyAnswered,
    *(fact for fact in compensation.FACTS if fact not in OF_ENTITLEMENTS),
)  # fmt: skip
SECTIONS = (*reading.SECTIONS, CLOCKS, FINDINGS, STEPS, SIDES)
RETRY_S = (2.0, 5.0, 15.0, 60.0, 300.0, 1800.0)
"""A protective action is asked for again soon."""


def opener(sealer: Sealer) -> Callable[[str], str]:
    """Opens a sealed text; what cannot be opened, or is no text, is NotOpened."""

    def open(token: str) -> str:
        try:
            text = sealer.open(token)
        except SealBroken as fault:
            raise NotOpened(str(fault)) from None
        if not isinstance(text, str):
            raise NotOpened("what was sealed is no text")
        return text

    return open


def service(packs: Callable[[], Packs], open: Callable[[str], str]) -> Service[Case]:
    """What triage declares to the flow; `packs` is asked each time, so that new packs count at once."""

    def policy(now: datetime) -> Policy:
        return Policy(packs(), open)

    return Service(
        name="triage",
        state=Case,
        decide=decide,
        hears={fact.TYPE: Hears(fact, concerns) for fact in HEARS},
        takes={type_of(verb): Takes(StaffRequest, after_erasure=True) for verb in VERBS},
        stands=stands,
        complaint=lambda thing: thing.id,
        sealed=sealed,
        policy=policy,
        retry_s=RETRY_S,
    )


def make_app(host: Host, packs: Callable[[], Packs], open: Callable[[str], str], settings: Settings) -> FastAPI:
    """The HTTP face."""
    app = create_app("triage", ready=host.ready)
    app.state.tokens = Tokens(settings)
    app.include_router(routes(host.edge, host.store, Listing(host.database, INDEXES), packs, open))
    return app


def shelf(settings: Settings) -> PackShelf:
    """The shipped packs and those named in settings; what lacks its rules is read by a person."""
    found = PackShelf([SHIPPED, *map(Path, settings.packs)], SECTIONS)
    for fault in found.faults:
        log.error("a pack is not used", fault=str(fault))
    return found


async def main() -> None:
    """Serves until told to end."""
    settings = Settings()
    packs, open = shelf(settings), opener(Sealer(settings.text_keys.get_secret_value()))
    reading.begin(packs.policy, clock.now().date())
    orders = OrderSystem(settings.order_system, settings.order_limit_s)
    fleet = FleetControl(settings.fleet_control, settings.action_limit_s)
    effects: dict[str, Effect] = {
        LOOK_UP: Effect(orders.look_up, limit_s=settings.order_limit_s + 1),
        ACTION: Effect(fleet.act, limit_s=settings.action_limit_s + 1),
    }
    await run_service(
        service(lambda: packs.policy, open),
        settings,
        effects,
        lambda host: make_app(host, lambda: packs.policy, open, settings),
    )
    await orders.close()
    await fleet.close()
