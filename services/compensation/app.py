"""The wiring of compensation: what it hears, takes, waits for and serves."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from services.compensation.decide import Assessment, CannotAssess, Policy, decide, stands
from services.compensation.disputes import TYPES
from services.compensation.domain import Book, RemedyRequest
from services.compensation.payouts import Payouts
from services.compensation.routes import routes
from services.compensation.settings import Settings
from services.compensation.table_section import SECTION
from services.compensation.tables import CannotAssess as TableCannot
from services.compensation.tables import Tables, assess, own_facts, tables_of
from shared.contracts import compensation, triage
from shared.contracts.intake import OfferAnswered
from shared.flow.effects import Effect
from shared.flow.service import Hears, Service, Takes
from shared.flow.understand import concerns
from shared.lifecycle import Host, run_service
from shared.policy.packs import SHIPPED
from shared.policy.policy import Policy as Packs
from shared.policy.shelf import load_policy
from shared.web.app import create_app
from shared.web.auth import Tokens

FROM_TRIAGE = (
    triage.Triaged, triage.SafetyRaised, triage.SafetyCleared, triage.IdentityVerified, triage.FindingRecorded,
    triage.Reopened,
)  # fmt: skip


def policy_of(tables: Tables, settings: Settings) -> Policy:
    """The bundle `decide` is given: tables, limits, deadlines."""

    def by_table(table: str, facts: Mapping[str, Any], on: date, beside: Sequence[str]) -> Assessment:
        try:
            told = assess(tables, table, own_facts(tables, table, facts, on, beside), on)
        except TableCannot as fault:
            at = [problem["pointer"] for problem in fault.problems] or [fault.pointer]
            raise CannotAssess(" ".join([fault.type, *at]).strip()) from None
        explanation = {name: told[name] for name in ("skipped", "steps", "rounding", "source", "digest")}
        version = f"{table}@{told['version']}#{told['digest'][:12]}"
        return Assessment(
            told["row"], told["remedies"], version, explanation, told["sentences"], told["borne_by"]
        )  # fmt: skip

    verified = frozenset(settings.verified_only)
    return Policy(
        by_table, timedelta(days=settings.offer_open_days), settings.approval_above, lambda line: line in verified
    )


def service(policy: Policy) -> Service[Book]:
    """What compensation declares to the flow."""
    own = compensation
    hears: dict[str, Hears] = {fact.TYPE: Hears(fact, concerns) for fact in FROM_TRIAGE}
    hears[OfferAnswered.TYPE] = Hears(OfferAnswered, concerns)
    hears[own.EntitlementClaimed.TYPE] = Hears(own.EntitlementClaimed, lambda f: (f.happened.entitlement,))  # type: ignore[attr-defined]
    hears[own.EntitlementReleased.TYPE] = Hears(own.EntitlementReleased, lambda f: (f.happened.entitlement,))  # type: ignore[attr-defined]
    for fact in (own.EntitlementGranted, own.EntitlementDenied):
        # an entitlement is shared by the claims that ask for it: its lane is none of theirs
        hears[fact.TYPE] = Hears(fact, lambda f: (f.happened.claim,), raises=False)  # type: ignore[attr-defined]
    return Service(
        name="compensation",
        state=Book,
        decide=decide,
        hears=hears,
        takes={type: Takes(RemedyRequest) for type in TYPES},
        stands=stands,
        complaint=lambda thing: thing.id,
        policy=lambda now: policy,
        reads_sealed=False,
    )


def make_app(host: Host, tables: Tables, settings: Settings) -> FastAPI:
    """The HTTP face."""
    app = create_app("compensation", ready=host.ready)
    app.state.tokens = Tokens(settings)
    app.include_router(routes(host.edge, host.store, tables, settings.link_secret.get_secret_value().encode()))
    return app


def load_packs(folders: list[str]) -> Packs:
    """The tables of the shipped packs, and of those named in settings before them; other sections are not ours."""
    return load_policy([SHIPPED, *map(Path, folders)], [SECTION])


async def main() -> None:
    """Serves until told to end."""
    settings = Settings()
    tables = tables_of(load_packs(settings.packs))
    payouts = Payouts(settings.payouts, settings.payouts_limit_s)
    limit = settings.payouts_limit_s + 1
    effects = {
        "payout": Effect(payouts.pay, limit_s=limit),
        "grant": Effect(payouts.grant, limit_s=limit),
    }
    await run_service(
        service(policy_of(tables, settings)), settings, effects, lambda host: make_app(host, tables, settings)
    )
    await payouts.close()
