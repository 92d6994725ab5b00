"""A small service for the tests of the flow: it hears `far`, takes requests, pays, and has a clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from shared import clock
from shared.flow import codec
from shared.flow.messages import Answered, Asked, Do, Fact, Heard, Input, Reply, Request, Struck, Tell, Telling
from shared.flow.records import Outgoing
from shared.flow.service import Hears, Service, Takes
from shared.flow.thing import Thing

T0 = datetime.fromisoformat("2026-11-23T08:00:00+00:00")


class Said(BaseModel):
    """Far says a word; `to` names the things it concerns."""

    TYPE: ClassVar[str] = "redress.far.said.v1"
    word: str = ""
    to: list[str] = []


class Shouted(Said):
    TYPE: ClassVar[str] = "redress.far.shouted.v1"


class Noted(BaseModel):
    """The toy noted a word; `rules` shows which rules were in force when it was decided."""

    TYPE: ClassVar[str] = "redress.toy.noted.v1"
    word: str
    late: bool = False
    rules: str = ""


class Paid(BaseModel):
    TYPE: ClassVar[str] = "redress.toy.paid.v1"
    unawaited: bool = False


class Struck_(BaseModel):
    TYPE: ClassVar[str] = "redress.toy.struck.v1"
    clock: str


class Add(BaseModel):
    amount: int = 0
    note: str = ""
    pay: bool = False
    alarm_s: int | None = None
    danger: bool = False
    erase: bool = False


class Toy(BaseModel):
    model_config = ConfigDict(extra="allow")
    words: list[str] = []
    total: int = 0
    assigned: str = ""
    padding: str = ""


def decide(thing: Thing[Toy], input: Input, now: datetime, policy: Any) -> tuple[Thing[Toy], Sequence[Telling]]:
    if isinstance(input, Heard):
        word = input.fact.happened.word
        if word == "bang" and "mended" not in policy:
            raise RuntimeError("the toy cannot hear this")
        thing.state.words.append(word)
        if word.startswith(("pad", "grow")):
            thing.state.padding += "x" * int(word.strip("padgrow"))
        if word == "longer":
            return thing, [Tell(Noted(word="x" * 950_000))]
        thing.state.assigned = thing.stands(input.fact.source).get("assigned", "")
        return thing, [Tell(Noted(word=word, late=input.late, rules=str(policy)), rules=str(policy))]
    if isinstance(input, Asked):
        return _asked(thing, input, now, policy)
    if isinstance(input, Struck):
        if "cannot-strike" in policy:
            raise RuntimeError("the toy cannot strike")
        return thing, [Tell(Struck_(clock=input.clock))]
    assert isinstance(input, Answered)
    if "cannot-hear-answers" in policy:
        raise RuntimeError("the toy cannot hear answers")
    return thing, [Tell(Paid(unawaited=input.unawaited))] if input.verdict == "done" else []


def _asked(thing: Thing[Toy], input: Asked, now: datetime, policy: Any) -> tuple[Thing[Toy], Sequence[Telling]]:
    request, again = input.request, input.again
    body: Add = request.body
    if body.note == "bang" and "mended" not in policy:
        raise RuntimeError("the toy cannot do this")
    told: list[Telling] = [Reply(200, {"total": thing.state.total + body.amount, "again": again})]
    thing.state.total += body.amount
    if body.danger:
        thing.raise_lane("express")
    if body.pay:
        told.append(Do("pay", "payout", {"amount": str(body.amount)}))
    if body.alarm_s is not None:
        thing.set_clock("alarm", now + timedelta(seconds=body.alarm_s))
    if body.erase:
        thing.erased = True
    told.append(Tell(Noted(word=f"+{body.amount}"), who=request.who))
    return thing, told


def toy(**more: Any) -> Service[Toy]:
    """The service; `rules` is what `policy` says was in force, with the defects a test wants in them."""
    rules = more.pop("rules", "rules-1")
    for defect in ("mended", "cannot_strike", "cannot_hear_answers"):
        rules += f" {defect.replace('_', '-')}" if more.pop(defect, False) else ""
    functions: dict[str, Any] = {
        "stands": lambda thing: {"lane": thing.lane, "words": thing.state.words, "total": thing.state.total},
        "complaint": lambda thing: thing.id,
        "sealed": lambda thing: {"text": "sealed"},
    }
    return Service(
        name="toy",
        state=Toy,
        decide=decide,
        hears={
            Said.TYPE: Hears(Said, lambda fact: fact.happened.to or (fact.complaint,)),
            Shouted.TYPE: Hears(Shouted, lambda fact: fact.happened.to or (fact.complaint,)),
        },
        takes={"redress.toy.add.v1": Takes(Add), "redress.toy.create.v1": Takes(Add, "decide")},
        policy=lambda now: rules,
        **functions | more,
    )


def said(word: str, number: int, thing: str = "c1", **more: Any) -> Outgoing:
    """A fact of `far`, as it would stand on the log."""
    lane = more.pop("lane", "standard")
    stands = more.pop("stands", {"assigned": word})
    model = Shouted if more.pop("shouted", False) else Said
    fact = Fact(
        teller="far", thing=more.pop("teller_thing", thing), type=model.TYPE, number=number,
        time=more.pop("time", T0), lane=lane, complaint=thing, happened=model(word=word, to=more.pop("to", [])),
        stands=stands, sealed=more.pop("sealed", None),
    )  # fmt: skip
    return codec.fact_event(fact, f"redress.far.{lane}")


def add(amount: int = 1, id: str = "k1", thing: str = "c1", type: str = "add", **more: Any) -> Request:
    """A request to the toy; the fingerprint follows from the body."""
    body = Add(amount=amount, **more)
    return Request(thing, f"redress.toy.{type}.v1", f"caller:{id}", body.model_dump_json(), "caller", body, thing)


def asked(request: Request, lane: str = "standard") -> Outgoing:
    return codec.request_event(request, f"redress.toy.inbox.{lane}")


def at(seconds: float) -> datetime:
    return clock.from_ms(clock.to_ms(T0) + int(seconds * 1000))
