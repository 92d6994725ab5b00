"""The OpenAPI documents integrators read: the four services' as they serve them, and what partners are to serve."""

from types import SimpleNamespace
from typing import Any

from deploy.local.partners.app import build_app
from services.compensation import app as compensation
from services.compensation.settings import Settings as CompensationSettings
from services.notify import app as notify
from services.notify.settings import Settings as NotifySettings
from services.triage import app as triage
from services.triage.settings import Settings as TriageSettings
from tests.services.intake.house import House
from tests.services.triage.house import RING, packs


def openapis() -> dict[str, dict[str, Any]]:
    """By name. No server is asked: the documents follow from the routes alone."""
    host: Any = SimpleNamespace(ready=None, edge=None, store=None, database={"things": None, "pages": None})
    settings = CompensationSettings(link_secret="for tests only"), NotifySettings(), TriageSettings(text_keys=RING)
    return {
        "intake": House().app().openapi(),
        "triage": triage.make_app(host, packs, str, settings[2]).openapi(),
        "compensation": compensation.make_app(host, None, settings[0]).openapi(),
        "notify": notify.make_app(host, settings[1]).openapi(),
        "partners": build_app().openapi(),
    }
