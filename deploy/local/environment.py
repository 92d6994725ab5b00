"""What the four services are told on this machine: addresses, keys, and what the embedded broker cannot do."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import NonNegativeInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.local.embedded import store_url
from deploy.local.keys import Keys
from deploy.local.processes import LOOPBACK
from shared.contracts.catalog import SERVICES

EMBEDDED_SESSION_MS = 2000
"""The embedded broker lets a rebalance take half a session."""


class RunSettings(BaseSettings):
    """Where a local run listens; a port that is 0 or taken becomes a free one."""

    model_config = SettingsConfigDict(env_prefix="REDRESS_", frozen=True, extra="ignore")

    kafka_port: NonNegativeInt = 0
    mongo_port: NonNegativeInt = 0
    partners_port: NonNegativeInt = 8100
    intake_port: NonNegativeInt = 8101
    triage_port: NonNegativeInt = 8102
    compensation_port: NonNegativeInt = 8103
    notify_port: NonNegativeInt = 8104

    def ports(self) -> dict[str, int]:
        """By name of the server or service."""
        names = ("kafka", "mongo", "partners", *SERVICES)
        return {name: int(getattr(self, f"{name}_port")) for name in names}


def url(port: int) -> str:
    """Where a server of this machine is reached over HTTP."""
    return f"http://{LOOPBACK}:{port}"


def environment(ports: Mapping[str, int], keys: Keys, folder: Path) -> dict[str, str]:
    """Every service's settings; each reads only those with its own name."""
    told: dict[str, str] = {}
    for service in SERVICES:
        of_service = {
            "kafka": f"{LOOPBACK}:{ports['kafka']}",
            "kafka_idempotent": "false",
            "kafka_session_ms": str(EMBEDDED_SESSION_MS),
            "mongo": store_url(ports["mongo"]),
            "port": str(ports[service]),
            "jwks": keys.staff.jwks,
            **_own(service, ports, keys, folder),
        }
        told |= {f"{service}_{name}".upper(): value for name, value in of_service.items()}
    return told


def _own(service: str, ports: Mapping[str, int], keys: Keys, folder: Path) -> dict[str, str]:
    partners, intake = url(ports["partners"]), url(ports["intake"])
    return {
        "intake": {
            "text_keys": keys.text,
            "contact_keys": keys.contact,
            "link_secret": keys.links,
            "complainant_secret": keys.complainants,
            "public_url": intake,
        },
        "triage": {"text_keys": keys.text, "order_system": partners, "fleet_control": partners},
        "compensation": {"payouts": partners, "link_secret": keys.links},
        "notify": {
            "contact_keys": keys.contact,
            "link_secret": keys.links,
            "status_page": f"{intake}/s/",
            "survey_page": f"{url(ports['notify'])}/survey/",
            "outbox": str(folder / "outbox.jsonl"),
        },
    }[service]
