"""Intake's decisions over the twins: whatever comes first, the complaint ends the same."""

import itertools
from typing import Any

from services.intake.app import service
from services.intake.channels import Channels
from services.intake.decide import Policy
from services.intake.domain import (
    CREATE,
    ERASE,
    READS,
    REOPEN,
    SUPPLEMENT,
    SUPPLY,
    WITHDRAW,
    Create,
    Erase,
    Reopen,
    Supplement,
    Supply,
    Withdraw,
    complainant_id,
    reference_id,
)
from shared.contracts import intake
from shared.contracts.catalog import changed_by
from shared.flow.codec import request_event
from shared.flow.messages import Request
from shared.flow.records import Outgoing
from tests.flow.bench import Bench
from tests.flow.toy import at

ID = "c" + "a" * 26
PERSON = complainant_id(b"x", "phone", "1")
ORDER = reference_id("driving_school", "order", "DS-1")


class Here(Bench):
    """Intake on a bench: both lanes run until nothing waits."""

    def __init__(self) -> None:
        never: Any = None
        super().__init__(service(lambda now: Policy(), Channels(never, never)))

    async def settle(self) -> "Here":
        if not hasattr(self, "both"):
            self.both = [await self.stage("express"), await self.stage()]
        await self.run(*self.both, turns=40)
        return self

    def ask(self, type: str, body: Any, key: str = "k", thing: str = ID, fingerprint: str = "") -> "Here":
        request = Request(thing, type, f"caller:{key}", fingerprint or body.model_dump_json(), body.by, body, thing)
        self.put(request_event(request, f"redress.intake.inbox.{getattr(body, 'lane', 'standard')}"))
        return self

    def types(self, thing: str = ID) -> list[str]:
        facts = {f["id"]: f for f in self.told("redress.intake") if f["thing"] == thing}
        return [f["type"].split(".")[2] for f in sorted(facts.values(), key=lambda f: f["number"])]

    def complaint(self, thing: str = ID) -> dict[str, Any]:
        return self.thing(thing)["state"]["complaint"]

    def answer(self, key: str, thing: str = ID) -> dict[str, Any]:
        return next(r["answer"] for r in self.thing(thing)["requests"] if r["id"] == f"caller:{key}")


def create(**more: Any) -> Create:
    base = {"by": "integration:hotline", "line": "driving_school", "channel": "phone", "integration": "hotline"}
    return Create(
        **base | {"text": "sealed-text", "contact": "sealed-contact", "missing": ["session", "amount"]} | more
    )


def message(text: str = "sealed-more", **more: Any) -> Supplement:
    return Supplement(**{"by": "integration:hotline", "kind": "message", "text": text} | more)


INPUTS = [
    (CREATE, create(), "k"),
    (SUPPLEMENT, message(facts={"given_hours": "1.5"}, given=["session"]), "m1"),
    (WITHDRAW, Withdraw(by="complainant"), "w"),
    (SUPPLEMENT, message(lane="express", screen=intake.Screen(safety="suspected", rules=["r"])), "m2"),
]


async def test_what_comes_before_the_complaint_joins_it_whatever_the_order():
    ends = set()
    for order in itertools.permutations(INPUTS):
        here = Here()
        for type, body, key in order:
            here.ask(type, body, key)
            here.ask(type, body, key)
            await here.settle()
        stands = here.complaint()["stands"]
        assert sorted(here.types()) == ["received", "supplemented", "supplemented", "withdrawal-asked"]
        assert here.types()[0] == "received" and here.thing(ID)["lane"] == "express"
        ends.add((stands["withdrawn"], stands["supplements"], stands["screen"]["safety"], *stands["missing"],
                  stands["facts"]["given_hours"], len(here.complaint()["waiting"])))  # fmt: skip
    assert ends == {(True, 2, "suspected", "amount", "1.5", 0)}


async def test_the_complaint_itself_is_told_once_with_its_contact_beside_it():
    here = await Here().ask(CREATE, create(), "k").settle()
    (contact,) = here.told("redress.contacts")
    assert contact["happened"]["contact"] == "sealed-contact" and contact["topic"] == "redress.contacts.standard"
    (fact,) = here.told("redress.intake")
    assert fact["data"]["sealed"] == {"text": "sealed-text", "contact": "sealed-contact"}
    stands = fact["data"]["stands"]
    assert (stands["reachable"], stands["answer_expected_at"][:16]) == (True, "2026-11-24T08:00")
    assert here.answer("k")["body"]["reference"] == stands["reference"]


async def test_in_danger_an_answer_is_expected_in_minutes():
    screen = intake.Screen(safety="confirmed", rules=["r"])
    here = await Here().ask(CREATE, create(lane="express", screen=screen)).settle()
    assert here.complaint()["stands"]["answer_expected_at"] == at(300)


async def test_a_stranger_waiting_for_the_complaint_is_not_let_in_by_its_coming():
    here = Here().ask(SUPPLEMENT, message(by="integration:stranger"), "m").ask(CREATE, create())
    await here.settle()
    assert here.types() == ["received"] and here.complaint()["waiting"] == []


async def test_what_waits_is_bounded():
    here = Here()
    for n in range(52):
        here.ask(SUPPLEMENT, message(), f"m{n}")
    await here.settle()
    assert len(here.complaint()["waiting"]) == 50
    assert here.answer("m51")["status"] == 409


async def test_a_contact_that_comes_with_a_later_body_is_told_and_its_person_known():
    here = Here().ask(CREATE, create(contact=None))
    here.ask(CREATE, create(complainant=PERSON, text="other"))
    await here.settle()
    assert [c["happened"]["contact"] for c in here.told("redress.contacts")] == ["sealed-contact"]
    assert here.answer("k")["body"].get("became") is None
    assert here.thing(PERSON)["state"]["complainant"]["complaints"] == [ID]


async def test_a_reopening_takes_the_withdrawal_back():
    here = Here().ask(CREATE, create()).ask(WITHDRAW, Withdraw(by="complainant"), "w")
    here.ask(REOPEN, Reopen(by="complainant", text="sealed"), "r").ask(WITHDRAW, Withdraw(by="complainant"), "w2")
    await here.settle()
    assert here.types() == ["received", "withdrawal-asked", "reopening-asked", "withdrawal-asked"]


# Supplied facts --------------------------------------------------------------------------------------

SUPPLIED = Supply(by="partner", facts={"delay_min": 70}, references={"ticket": "T-1"})


async def test_facts_supplied_under_a_reference_join_the_complaint_whichever_comes_first():
    asks = [
        (CREATE, create(references={"order": "DS-1"}), "k", ID),
        (SUPPLY, SUPPLIED, "e1", ORDER),
        (SUPPLY, Supply(by="partner", facts={"cause": "weather"}), "e2", ORDER),
    ]
    for order in itertools.permutations(asks):
        here = Here()
        for type, body, key, thing in order:
            await here.ask(type, body, key, thing).settle()
        stands = here.complaint()["stands"]
        assert stands["facts"] == stands["supplied"] == {"delay_min": 70, "cause": "weather"}
        assert stands["references"] == {"order": "DS-1", "ticket": "T-1"}
        assert here.types()[0] == "received" and set(here.types()[1:]) == {"supplemented"}


async def test_what_is_only_claimed_is_not_supplied():
    here = Here().ask(CREATE, create(facts={"delay_min": 500})).ask(SUPPLEMENT, message(facts={"fare": "80"}), "m")
    await here.settle()
    stands = here.complaint()["stands"]
    assert stands["facts"] == {"delay_min": 500, "fare": "80"} and stands["supplied"] == {}


async def test_two_complaints_about_one_order_both_get_its_facts_and_a_sensor_raises_both():
    other = "c" + "b" * 26
    here = Here()
    for thing in (ID, other):
        here.ask(CREATE, create(references={"order": "DS-1"}), thing=thing)
    crash = Supply(by="partner", facts={"crash_sensor": True}, lane="express", screen=intake.Screen(safety="suspected"))
    await here.ask(SUPPLY, crash, "e", ORDER).settle()
    for thing in (ID, other):
        assert here.complaint(thing)["stands"]["facts"] == {"crash_sensor": True}
        assert here.thing(thing)["lane"] == "express"


async def test_a_shared_reference_that_rose_raises_no_calm_complaint():
    other = "c" + "b" * 26
    danger = create(references={"order": "DS-1"}, lane="express", screen=intake.Screen(safety="suspected"))
    here = await Here().ask(CREATE, danger).settle()
    await here.ask(CREATE, create(references={"order": "DS-1"}), thing=other).settle()
    await here.ask(SUPPLY, SUPPLIED, "e", ORDER).settle()
    assert here.thing(ORDER)["lane"] == "express" and here.thing(other)["lane"] == "standard"
    assert here.complaint(other)["stands"]["facts"] == {"delay_min": 70}


# Erasing ---------------------------------------------------------------------------------------------


async def erased(here: Here, seconds: float = 60) -> Here:
    here.time = at(seconds)
    return await here.ask(ERASE, Erase(by="staff:x"), f"erase-{seconds}", PERSON).settle()


async def test_an_erasure_drops_what_is_personal_everywhere_and_takes_the_contact_back():
    here = await Here().ask(CREATE, create(complainant=PERSON, external_id="T-1", told_by={"call_id": "7"})).settle()
    await erased(here)
    document = here.thing(ID)
    assert document["erased"] is True and "sealed-text" not in str(document["state"])
    assert "sealed" not in str(
        [out for group in document["replay"] for out in group["out"] if b"sealed-" in out["value"]]
    )
    stands = document["state"]["complaint"]["stands"]
    assert (stands["complainant"], stands["external_id"], stands["reachable"]) == ("", None, False)
    assert here.types() == ["received", "erased"]
    for seconds, times in ((3700, 2), (86_500 + 60, 3)):
        here.time = at(seconds)
        for stage in here.both:
            await here.ticks(stage).once()
        await here.settle()
        gone = [c["happened"]["contact"] for c in here.told("redress.contacts")]
        assert gone.count(None) == times
    here.ask(SUPPLEMENT, message(), "late")
    await here.settle()
    assert here.answer("late")["status"] == 410


async def test_a_complaint_told_before_the_erasure_and_heard_after_it_is_erased_too():
    here = Here()
    early = Here().ask(CREATE, create(complainant=PERSON))
    await early.settle()
    await erased(here)
    (fact,) = early.broker.all("redress.intake.standard")
    here.put(Outgoing(fact.topic, fact.key or b"", fact.value, fact.headers))
    await here.settle()
    assert here.types(PERSON) == ["erasure-asked"]


async def test_a_complaint_told_after_an_erasure_is_a_new_beginning_and_can_be_erased_again():
    here = await erased(Here())
    here.time = at(120)
    await here.ask(CREATE, create(complainant=PERSON)).settle()
    assert "erased" not in here.thing(ID)
    await erased(here, 200)
    assert here.thing(ID)["erased"] is True
    assert here.answer("erase-200", PERSON) == {"status": 202, "body": {"complaints": 1}}


def test_what_decide_reads_of_others_is_changed_only_by_what_it_hears():
    heard = set(Here().service.hears)
    needed = {type for field in READS["intake"] for type in changed_by("intake", field)}
    assert needed - heard == {"redress.intake.erased.v1"}, "an erasure takes away, it gives nothing to join"
