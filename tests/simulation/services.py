"""The real services as their apps declare them, with their real packs; sealing is transparent, reading remembered."""

import base64
import dataclasses
import functools
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from services.compensation import app as compensation
from services.compensation.settings import Settings as CompensationSettings
from services.intake import app as intake
from services.intake.channels import Channels
from services.intake.decide import Policy as IntakePolicy
from services.intake.integrations import Integration, Integrations
from services.intake.sealed import Reception, Seals, who
from services.notify import app as notify
from services.triage import app as triage
from services.triage.policy import Policy as TriagePolicy
from shared.flow.service import Service
from shared.policy import profile, reading
from shared.policy.packs import SHIPPED
from shared.policy.shelf import PackShelf, load_policy

SECRET = "whsec_c2ltdWxhdGVkLXNlY3JldC1vZi0yNA=="
HOTLINE = {"_id": "hotline", "name": "The hotline", "key_hash": "", "secrets": [SECRET], "supplies": True}


SEALED = "eyJzaW0"
"""How every text sealed here begins."""


class Plain:
    """A sealer whose seal anybody can read, in the form real ones have."""

    def seal(self, content: Any) -> str:
        return f"{SEALED}...{base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip('=')}.tag"

    def open(self, token: str) -> Any:
        body = token.split(".")[3]
        return orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


@functools.lru_cache(maxsize=1)
def _shelf() -> PackShelf:
    return PackShelf([SHIPPED], intake.SECTIONS)


@functools.lru_cache(maxsize=4096)
def _read(line: str | None, on: date, text: str, signals: tuple[str, ...], facts: bytes) -> Any:
    return reading.screen(_shelf().policy, line, on, text, signals, orjson.loads(facts))


def _screen(policy: Any, line: str | None, on: date, text: str, signals: Any, facts: Any) -> Any:
    return _read(line, on, text, tuple(signals), orjson.dumps(facts or {}))


@functools.lru_cache(maxsize=4096)
def _read_in_full(line: str | None, on: date, text: str, signals: tuple[str, ...], facts: bytes) -> Any:
    return reading.read(_shelf().policy, line, on, text, signals, orjson.loads(facts))


def _read_whole(policy: Any, line: str | None, on: date, text: str, signals: Any, facts: Any) -> Any:
    return _read_in_full(line, on, text, tuple(signals), orjson.dumps(facts or {}))


@functools.lru_cache(maxsize=1)
def reception() -> Reception:
    """Intake's reception over the shipped packs."""
    plain: Any = Plain()
    return Reception(Seals(plain, plain, b"simulated"), lambda: _shelf().policy, screen=_screen)


def complainant_of(told: Any) -> str:
    """The thing of who told it; empty when nothing says who."""
    return who(b"simulated", told.contact)


@functools.lru_cache(maxsize=1)
def integrations() -> Integrations:
    """One integration, known to every replica from its start."""

    async def read() -> list[Mapping[str, Any]]:
        return [HOTLINE]

    known = Integrations(read)
    known._known = {str(HOTLINE["_id"]): Integration.model_validate({**HOTLINE, "id": HOTLINE["_id"]})}
    return known


@functools.lru_cache(maxsize=1)
def _tables() -> Any:
    return compensation.tables_of(compensation.load_packs([]))


@functools.lru_cache(maxsize=1)
def _messages() -> Any:
    return load_policy([SHIPPED], [profile.SECTION, notify.SECTION])


def intake_service(known: Integrations) -> Service[Any]:
    waits = IntakePolicy(timedelta(hours=24), timedelta(minutes=5))
    return intake.service(lambda _: waits, Channels(known, reception()))


@functools.lru_cache(maxsize=1)
def triage_service() -> Service[Any]:
    packs = load_policy([SHIPPED], triage.SECTIONS)
    in_force = TriagePolicy(packs, Plain().open, _read_whole)
    return dataclasses.replace(triage.service(lambda: packs, Plain().open), policy=lambda _: in_force)


@functools.lru_cache(maxsize=1)
def compensation_service() -> Service[Any]:
    return compensation.service(compensation.policy_of(_tables(), CompensationSettings()))


@functools.lru_cache(maxsize=1)
def notify_service() -> Service[Any]:
    declared = notify.service(_messages())
    in_force: dict[date, Any] = {}

    def policy(now: datetime) -> Any:
        if now.date() not in in_force:
            in_force[now.date()] = declared.policy(now)
        return in_force[now.date()]

    return dataclasses.replace(declared, policy=policy)
