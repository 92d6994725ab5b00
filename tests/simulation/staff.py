"""Staff and the two sides of a dispute: they look at a case now and then and do one thing about it."""

import asyncio
import hashlib
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from services.compensation.domain import RemedyRequest
from services.triage import requests
from services.triage.domain import StaffRequest
from shared.flow.messages import Request
from tests.simulation.calls import Calls
from tests.simulation.seen import IN_DANGER
from tests.simulation.world import World

FINDINGS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "driving_school": ("driving.short_hours", {"booked_hours": "2", "given_hours": "1.5", "verified": True}),
    "high_speed_rail": ("cn_rail.refund", {"fare": "553", "hours_before_departure": "23"}),
    "ride_hailing": ("ride.fare_review", {"charged": "80", "tariff_amount": "60"}),
    "sharing_economy": ("cn_consumer.fraud", {"price": "300"}),
    "farm_aftersales": ("farm.warranty", {"working_days_unrepaired": 31, "repairs_of_same_serious_defect": 0,
                                          "main_part_replaced": False}),
}  # fmt: skip
OVER = ("closed", "withdrawn", "rejected", "linked")
REASONS = ("moved_on", "no_unit")


class Staff:
    """Whoever works on one complaint's case and claim. Some look often, some hardly ever."""

    def __init__(self, world: World, calls: Calls, line: str) -> None:
        self.world, self.calls, self.line = world, calls, line
        self.rng = random.Random(world.rng.random())
        self.patience = self.rng.choice((5.0, 60.0, 3600.0, 40_000.0))
        self.looks = self.rng.choice((0, 3, 8, 14))
        self.made = 0
        self.changed = 0

    async def work(self, id: str) -> None:
        """Looks some times; in the end whoever is left closes what can be closed."""
        for _ in range(self.looks):
            await asyncio.sleep(self.patience * (0.2 + self.rng.random()))
            await self._look(id)
        for _ in range(12):
            case = self._case(id)
            if case is None or (case["status"] in OVER and not self._open_remedies(id)):
                return
            await asyncio.sleep(30_000.0)
            await self._finish(id, case)

    def _case(self, id: str) -> dict[str, Any] | None:
        thing = self.world.stores["triage"].things.get(id)
        return thing["state"] if thing else None

    async def _look(self, id: str) -> None:
        remedies = self._open_remedies(id)
        if remedies and self.rng.random() < 0.7:
            await self._dispute(id, self.rng.choice(remedies))
            return
        case = self._case(id)
        if case is not None:
            await self.triage(id, *self._choose(case))

    # The case ------------------------------------------------------------------------------------

    def _choose(self, case: dict[str, Any]) -> tuple[str, dict[str, Any], str]:
        rng, table, facts = self.rng, *FINDINGS[self.line]
        deeds: list[tuple[str, dict[str, Any], str]] = [
            ("assignment", {"owner": rng.choice(("station:117", "unit:finance"))}, ""),
            ("refusal", {"reason": rng.choice(REASONS)}, ""),
            ("steps", {"step": rng.choice(("verify", "dispatched"))}, ""),
            ("contact", {"reached": rng.random() < 0.7}, ""),
            ("promises", {"promise": "call_back", "by": (self.world.now() + timedelta(hours=5)).isoformat()}, ""),
            ("answer", {"kind": "explained", "resolves": rng.random() < 0.4}, ""),
            ("information-request", {"fields": ["order_number"]}, ""),
            ("finding", {"result": "upheld", "tables": [table], "facts": facts, "cause": "found"}, ""),
            ("finding", {"result": rng.choice(("not_upheld", "partly_upheld"))}, ""),
            ("corrective-actions", {"action": "mend", "unit": "station:117",
                                    "state": rng.choice(("ordered", "answered", "verified"))}, ""),
            ("safety", {"safety": rng.choice(("suspected", "confirmed")), "reason_code": "seen"}, ""),
            ("call-backs", {"satisfied": rng.random() < 0.7}, ""),
        ]  # fmt: skip
        actions = [key for key, step in case.get("plan_steps", {}).items() if step["state"] == "requested"]
        if actions and rng.random() < 0.5:
            return "acknowledgement", {}, rng.choice(actions)
        if case["safety"] in IN_DANGER and rng.random() < 0.3:
            return "safety", {"safety": "cleared", "reason_code": "all_well"}, ""
        return rng.choice(deeds)

    async def _finish(self, id: str, case: dict[str, Any]) -> None:
        """Does what is missing for an end."""
        for remedy in self._open_remedies(id):
            await self._settle(id, remedy)
        if case["safety"] in IN_DANGER:
            await self.triage(id, "safety", {"safety": "cleared", "reason_code": "all_well"}, "")
        elif case["status"] == "resolved":
            await self.triage(id, "call-backs", {"satisfied": True}, "")
        elif not case["resolving_answer"]:
            await self.triage(id, "answer", {"kind": "explained", "resolves": True}, "")

    async def triage(self, id: str, verb: str, body: dict[str, Any], action: str = "") -> None:
        by = "staff:ab12"
        asked = StaffRequest(by=by, manager=self.rng.random() < 0.8, action=action, body=body)
        await self._ask("triage", id, requests.type_of(verb), by, asked)

    # The claim -----------------------------------------------------------------------------------

    def _open_remedies(self, id: str) -> list[dict[str, Any]]:
        thing = self.world.stores["compensation"].things.get(id)
        books = thing["state"].get("claim", {}).get("remedies", {}).values() if thing else ()
        return [
            b for b in books if b["state"] not in ("claimed", "denied", "delivered", "reversed", "expired", "settling")
        ]

    async def _dispute(self, id: str, book: dict[str, Any]) -> None:
        verbs = ("accept", "accept", "refuse", "counter", "evidence", "mediate", "adjudicate", "refer", "approve")
        await self._remedy(id, book, self.rng.choice(verbs))

    async def _settle(self, id: str, book: dict[str, Any]) -> None:
        verb = {"refused": "adjudicate", "countered": "adjudicate", "mediating": "adjudicate", "accepted": "approve",
                "adjudicated": "approve"}.get(book["state"], "accept")  # fmt: skip
        await self._remedy(id, book, verb)

    async def _remedy(self, id: str, book: dict[str, Any], verb: str) -> None:
        by = "complainant" if verb in ("accept", "refuse", "counter") else f"staff:m{self.rng.randint(1, 5)}"
        proposed = _more(book["remedy"]) if verb in ("counter", "adjudicate") else None
        choice = 0 if "one_of" in book["remedy"] else None
        asked = RemedyRequest(remedy=book["id"], by=by, choice=choice, proposed=proposed, reference="photo-1")
        await self._ask("compensation", id, f"redress.compensation.{verb}.v1", by, asked)

    async def _ask(self, service: str, id: str, type: str, by: str, body: Any) -> None:
        self.made += 1
        print_ = hashlib.sha256(orjson.dumps(body.model_dump(mode="json"))).hexdigest()
        key = f"{by}:{id[:6]}-{self.made - (self.rng.random() < 0.05)}"
        await self.calls.ask(service, Request(id, type, key, print_, by, body, id))


def _more(remedy: dict[str, Any]) -> dict[str, Any]:
    """The same remedy, and something on top."""
    if "one_of" in remedy:
        return dict(remedy["one_of"][0])
    if "amount" in remedy:
        from decimal import Decimal

        return {**remedy, "amount": str(Decimal(remedy["amount"]) + 10)}
    return dict(remedy)
