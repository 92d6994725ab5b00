"""Builders for notify over the real flow and the shipped packs: short words for what others say."""

import functools
from typing import Any

from services.notify.app import service
from services.notify.templates import SECTION
from shared.contracts import compensation, intake
from shared.flow.records import Outgoing
from shared.policy import profile
from shared.policy.packs import SHIPPED
from shared.policy.policy import Policy
from shared.policy.shelf import load_policy
from tests.flow.bench import Bench, read
from tests.services.facts import T0, at, told


@functools.cache
def packs() -> Policy:
    return load_policy([SHIPPED], [profile.SECTION, SECTION])


async def house() -> Bench:
    """A bench with both lanes of notify."""
    bench = Bench(service(packs()))
    bench.stages = [await bench.stage(), await bench.stage("express")]  # type: ignore[attr-defined]
    return bench


def complaint(**more: Any) -> dict[str, Any]:
    stands = {
        "line": "high_speed_rail", "language": "zh-Hant", "reference": "AAAA-BBBB-CCCC", "reachable": True,
        "received_at": T0.isoformat(), "answer_expected_at": at(86400).isoformat(), "references": {"ticket": "E-1"},
        "missing": ["train_number"],
    }  # fmt: skip
    return stands | more


def received(lane: str = "standard", sealed: dict[str, str] | None = None, **more: Any) -> Outgoing:
    stands = complaint(**more)
    happened = intake.ComplaintReceived(channel="web", line=stands["line"])
    return told(happened, 1, stands, lane=lane, sealed=sealed)


def contact(sealed: str | None = "JWE", **more: Any) -> Outgoing:
    return told(intake.ContactTold(contact=sealed, **more), 2, {}, topic="redress.contacts.standard")


def offered(number: int = 3) -> Outgoing:
    remedy = {
        "id": "r1", "table": "eu_rail.delay", "remedy": {"kind": "compensation", "amount": "40.00", "currency": "EUR"},
        "state": "offered", "sentences": {"zh-Hant": "應得：賠償 40.00 歐元。"},
    }  # fmt: skip
    stands = {"line": "high_speed_rail", "remedies": [remedy], "offer_open_until": at(7 * 86400).isoformat()}
    return told(compensation.Offered(remedies=["r1"], open_until=at(7 * 86400)), number, stands)


async def run(bench: Bench) -> None:
    for _ in range(4):
        await bench.run(*bench.stages)  # type: ignore[attr-defined]


def orders(bench: Bench) -> list[dict[str, Any]]:
    return [o["data"]["content"] for o in bench.told("redress.notify.effects")]


def texts(bench: Bench) -> dict[str, str]:
    """The text of each message ordered, by template."""
    return {order["template"]: order["text"] for order in orders(bench)}


def outcomes(bench: Bench, line: str = "high_speed_rail") -> list[dict[str, Any]]:
    return [read(record)["happened"] for record in bench.broker.all(f"redress.outcomes.{line}")]
