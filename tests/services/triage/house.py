"""Builders for triage over the real flow, the shipped packs and real seals: short words for what others say."""

import base64
import functools
import itertools
import json
from datetime import date
from typing import Any

from services.triage.app import SECTIONS, opener, service
from services.triage.domain import StaffRequest
from services.triage.requests import type_of
from shared import clock
from shared.contracts import compensation, intake
from shared.contracts.catalog import CATALOG
from shared.flow.codec import answer_event, request_event
from shared.flow.messages import Answer, Lane, Request
from shared.flow.records import Outgoing
from shared.policy.packs import SHIPPED
from shared.policy.policy import Policy
from shared.policy.shelf import load_policy
from shared.sealing import Sealer
from shared.web.asking import fingerprint
from tests.flow.bench import Bench
from tests.services.facts import T0, at, told

RING = json.dumps({"current": "t1", "keys": {"t1": base64.urlsafe_b64encode(b"t" * 32).decode()}})
SEALER = Sealer(RING)
HOURS_SHORT = "我约了2个小时的课，教练只教了一个半小时就让我下车，学时缩水。"
DOZING = "教练开车时一直打瞌睡，车子往护栏那边偏。"
LATE_TRAIN = "The train was two hours late and I want compensation for the delay."
RECORDS = {"booked_hours": "2", "given_hours": "1.5", "verified": True}


@functools.cache
def packs() -> Policy:
    return load_policy([SHIPPED], SECTIONS)


class House(Bench):
    """A bench with both lanes of triage; every fact it tells must say which fields of the case it changed."""

    async def open(self) -> "House":
        self.stages = [await self.stage(), await self.stage("express")]
        return self

    async def hear(self, *messages: Outgoing) -> "House":
        self.put(*messages)
        return await self.settle()

    async def settle(self) -> "House":
        for _ in range(5):
            await self.run(*self.stages)
        return self

    async def after(self, seconds: float) -> "House":
        """Time passes from one clock of the case to the next; an unanswered order is tried again on the way only."""
        end = at(seconds)
        while True:
            clocks = [one for thing in self.store.things.values() for one in thing["clocks"].items()]
            due = [ms for name, ms in clocks if not name.startswith("attempt/")]
            first = min((ms for ms in due if ms <= clock.to_ms(end)), default=None)
            if first is None:
                break
            self.time = max(self.time, clock.from_ms(first))
            for stage in self.stages:
                await self.ticks(stage, pause_s=0.0).once()
            await self.settle()
        self.time = max(self.time, end)
        return self

    async def ask(self, verb: str, body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """What staff ask, and the answer in the document."""
        request = staff_request(verb, body, **more)
        await self.hear(request_event(request, f"redress.triage.inbox.{more.get('lane', 'standard')}"))
        found = next(r for r in self.thing(request.thing)["requests"] if r["id"] == request.id)
        return dict(found["answer"])

    async def answer(self, kind: str, verdict: str = "done", body: dict[str, Any] | None = None) -> "House":
        """The provider answers every order of this kind that was published."""
        for order in self.orders(kind):
            answer = Answer(order["thing"], order["effect"], order["key"], order["attempt"], verdict, body or {})
            self.put(answer_event(answer, f"redress.triage.inbox.{order['lane']}"))
        return await self.settle()

    # What came of it ---------------------------------------------------------------------------

    @property
    def case(self) -> dict[str, Any]:
        return dict(self.thing()["state"])

    def orders(self, kind: str) -> list[dict[str, Any]]:
        """The newest try of each order of a kind."""
        newest: dict[str, dict[str, Any]] = {}
        for lane in ("standard", "express"):
            for order in self.told("redress.triage.effects", [lane]):
                if order["data"]["kind"] == kind:
                    known = newest.get(order["data"]["effect"])
                    if known is None or known["attempt"] < order["data"]["attempt"]:
                        newest[order["data"]["effect"]] = {**order["data"], "thing": "c1", "lane": lane}
        return list(newest.values())

    def facts(self, *names: str) -> list[str]:
        """The names of the facts told, in order; only these when names are given."""
        every = sorted(self.told("redress.triage"), key=lambda fact: fact["number"])
        short = [fact["type"].split(".")[2] for fact in every]
        return [name for name in short if not names or name in names]

    def said(self, name: str) -> list[dict[str, Any]]:
        """What facts of this name said."""
        every = sorted(self.told("redress.triage"), key=lambda fact: fact["number"])
        return [fact["happened"] for fact in every if fact["type"].split(".")[2] == name]

    def stood(self) -> dict[str, Any]:
        """How the case stands by its newest fact."""
        return dict(max(self.told("redress.triage"), key=lambda fact: fact["number"])["data"]["stands"])

    def check_changes(self) -> None:
        """Whatever differs between two facts was declared as changed by one told in between."""
        stood: dict[str, Any] = {}
        every = sorted(self.told("redress.triage"), key=lambda fact: fact["number"])
        shown = [fact for fact in every if fact["data"].get("stands")]
        for stands, group in itertools.groupby(shown, key=lambda fact: fact["data"]["stands"]):
            facts = list(group)
            changed = {name for name, value in stands.items() if stood.get(name, value) != value}
            declared = set().union(*(CATALOG[fact["type"]].CHANGES for fact in facts))
            assert changed <= declared, (changed - declared, [fact["type"] for fact in facts])
            stood = stands


async def house(policy: Policy | None = None) -> House:
    return await House(service(lambda: policy or packs(), opener(SEALER))).open()


# What intake says ------------------------------------------------------------------------------------


def complaint(**more: Any) -> dict[str, Any]:
    stands = {
        "line": "driving_school", "channel": "web", "language": "zh-Hans", "reference": "AAAA-BBBB-CCCC",
        "received_at": T0.isoformat(), "references": {"session": "S-1"}, "reachable": True,
        "incident_on": date(2026, 11, 20).isoformat(), "missing": [],
    }  # fmt: skip
    return stands | more


def screen(safety: str = "suspected") -> dict[str, Any]:
    return {"safety": safety, "rules": ["wheel.drowsy"], "version": "v1"}


def received(text: str | None = HOURS_SHORT, number: int = 1, lane: Lane = "standard", **more: Any) -> Outgoing:
    sealed = {"contact": "JWE-of-contact"} | ({"text": SEALER.seal(text)} if text is not None else {})
    of = more.pop("complaint", "c1")
    stands = complaint(**more)
    happened = intake.ComplaintReceived(channel="web", line=stands["line"])
    return told(happened, number, stands, of, lane, sealed=sealed)


def supplemented(number: int, text: str | None = None, lane: Lane = "standard", **more: Any) -> Outgoing:
    kind, signals = more.pop("kind", "message"), more.pop("signals", [])
    sealed = {"text": SEALER.seal(more.pop("original"))} if "original" in more else None
    happened = intake.ComplaintSupplemented(
        kind=kind, number=number, text=SEALER.seal(text) if text else None, signals=signals
    )
    return told(happened, number, complaint(supplements=1, **more), lane=lane, sealed=sealed)


def supplied(number: int = 2, facts: dict[str, Any] | None = None, **more: Any) -> Outgoing:
    """A partner system supplied facts."""
    given = RECORDS if facts is None else facts
    return supplemented(number, kind="facts", facts=given, supplied=given, **more)


def withdrawal(number: int = 3, **more: Any) -> Outgoing:
    return told(intake.WithdrawalAsked(), number, complaint(withdrawn=True, **more))


def reopening(number: int = 4, text: str | None = None, **more: Any) -> Outgoing:
    happened = intake.ReopeningAsked(text=SEALER.seal(text) if text else None)
    return told(happened, number, complaint(**{"reopenings": 1, **more}))


def erased(number: int = 5, **more: Any) -> Outgoing:
    return told(intake.ComplainantErased(), number, complaint(**{"erased": True, "reachable": False, **more}))


# What compensation says --------------------------------------------------------------------------------


def remedy(state: str, **more: Any) -> dict[str, Any]:
    due = {"kind": "free_service_time", "quantity": "2", "unit": "hour"}
    return {"id": "c1-1-x", "table": "driving.short_hours", "remedy": due, "state": state, **more}


def claim(number: int, state: str = "offered", finding: int = 1, **more: Any) -> Outgoing:
    """How the claim stands once its one remedy is in this state."""
    settled = state in ("delivered", "expired", "denied", "reversed")
    stands = {"finding": finding, "assessed": True, "settled": settled, "remedies": [remedy(state)]} | more
    happened = compensation.Offered(remedies=["c1-1-x"], open_until=at(7 * 86400))
    return told(happened, number, stands)


# What staff ask ----------------------------------------------------------------------------------------


def staff_request(verb: str, body: dict[str, Any] | None = None, **more: Any) -> Request:
    who = f"staff:{more.get('by', 'a1')}"
    asked = StaffRequest(by=who, manager=more.get("manager", False), action=more.get("action", ""), body=body or {})
    key = more.get("key") or fingerprint({"verb": verb, "body": body or {}, "by": who})
    thing = more.get("thing", "c1")
    return Request(thing, type_of(verb), f"{who}:{key}", fingerprint(asked), who, asked, thing)
