"""The wiring of notify: what it hears, sends and serves."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from services.notify import wording
from services.notify.channels.log import LogChannel
from services.notify.decide import Policy, decide, stands
from services.notify.domain import ANSWER_SURVEY, LINK, SURVEY, AnswerSurvey, Letters
from services.notify.hearing import HEARS
from services.notify.routes import routes
from services.notify.settings import Settings
from services.notify.surveys import add_surveys
from services.notify.templates import SECTION, MessageModel, messages_at
from shared import links
from shared.flow.effects import Effect
from shared.flow.service import Hears, Service, Takes
from shared.flow.understand import concerns
from shared.lifecycle import Host, run_service
from shared.policy import profile
from shared.policy.packs import SHIPPED
from shared.policy.policy import InForce, UnknownLine
from shared.policy.policy import Policy as Packs
from shared.policy.shelf import load_policy
from shared.sealing import SealBroken, Sealer
from shared.web.app import create_app
from shared.web.auth import Tokens


class Wording:
    """The messages of a line on a day, and how their fields read."""

    def __init__(self, packs: Packs, now: datetime) -> None:
        self.packs, self.now = packs, now

    def _in_force(self, line: str) -> InForce:
        try:
            return self.packs.at(line or None, self.now.date())
        except UnknownLine:
            return self.packs.at(None, self.now.date())

    def messages(self, line: str, fact: str) -> list[tuple[MessageModel, str]]:
        return messages_at(self._in_force(line).of("messages"), fact)

    def fields(self, line: str, language: str, stands: Mapping[str, Any]) -> dict[str, Any]:
        head = self._in_force(line).get("pack", line)
        zone = head.content.zone if head else wording.UTC
        claim, promised = stands.get("_claim", {}), stands.get("_promised", {})
        facts = stands.get("facts", {})
        names = {one.field: one.names.in_language(language) for one in head.content.fields} if head else {}
        missing = wording.AND.get(language, ", ").join(names.get(one, one) for one in stands.get("missing", ()))
        return {
            "reference": stands.get("reference", ""),
            "line": head.content.names.in_language(language) if head else line,
            "answer_expected": wording.when(stands.get("answer_expected_at"), language, zone),
            "missing": missing,
            "sentence": wording.sentence(claim.get("remedies", ()), language),
            "remedies": wording.delivered(stands.get("_delivered", ()), language),
            "order": stands.get("references", {}).get("order", ""),
            "anomaly": facts.get("anomaly", ""),
            "alternative": facts.get("alternative", ""),
            "promise": promised.get("promise", ""),
            "promised_by": wording.when(promised.get("by"), language, zone),
            "deadline": wording.when(claim.get("offer_open_until"), language, zone),
        }


def service(packs: Packs) -> Service[Letters]:
    """What notify declares to the flow."""

    def policy(now: datetime) -> Policy:
        words = Wording(packs, now)
        return Policy(words.messages, words.fields)

    return Service(
        name="notify",
        state=Letters,
        decide=decide,
        hears={fact.TYPE: Hears(fact, concerns) for fact in HEARS},
        takes={ANSWER_SURVEY: Takes(AnswerSurvey)},
        stands=stands,
        complaint=lambda thing: thing.id,
        policy=policy,
    )


def log_channel(settings: Settings) -> LogChannel:
    """The log channel with its contact opener and link maker."""
    sealer = Sealer(settings.contact_keys.get_secret_value())
    secret = settings.link_secret.get_secret_value().encode()

    def open_contact(sealed: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = sealer.open(sealed)
        except SealBroken as fault:
            raise ValueError(str(fault)) from None
        return found

    def links_of(complaint: str) -> Mapping[str, str]:
        return {
            LINK: settings.status_page + links.token(secret, complaint),
            SURVEY: settings.survey_page + links.token(secret, complaint, "survey"),
        }

    return LogChannel(Path(settings.outbox) if settings.outbox else None, open_contact, links_of)


def make_app(host: Host, settings: Settings) -> FastAPI:
    """The HTTP face."""
    app = create_app("notify", ready=host.ready)
    app.state.tokens = Tokens(settings)
    app.include_router(routes(host.store))
    add_surveys(app, host.edge, host.store, settings.link_secret.get_secret_value().encode())
    return app


async def main() -> None:
    """Serves until told to end."""
    settings = Settings()
    packs = load_policy([SHIPPED, *map(Path, settings.packs)], [profile.SECTION, SECTION])
    effects = {"message": Effect(log_channel(settings).carry_out, limit_s=10.0)}
    await run_service(service(packs), settings, effects, lambda host: make_app(host, settings))
