"""The job as a service of the flow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.contracts.fact import stands_of
from shared.contracts.intake import ComplaintReceived, ComplaintStands
from shared.flow import codec
from shared.flow.messages import Fact, Heard, Input, Lane, Tell, Telling
from shared.flow.records import Outgoing
from shared.flow.service import Hears, Service
from shared.flow.thing import Thing
from shared.flow.understand import concerns
from tests.benchmarks.job import RULES, WeighedStands, complaint_id, received, weigh

TOLD_AT = datetime.fromisoformat("2026-11-23T08:00:00+00:00")


class Scale(BaseModel):
    """The state of a weighed complaint."""

    model_config = ConfigDict(extra="allow")
    stands: WeighedStands | None = None


def decide(thing: Thing[Scale], input: Input, now: datetime, policy: Any) -> tuple[Thing[Scale], Sequence[Telling]]:
    """Weighs what intake told."""
    assert isinstance(input, Heard)
    weighed, thing.state.stands = weigh(stands_of(ComplaintStands, thing.stands(input.fact.source)))
    return thing, [Tell(weighed, rules=RULES)]


def weigher(name: str = "weigher") -> Service[Scale]:
    """The service; every run takes another name, and so has topics and groups of its own."""
    return Service(
        name=name,
        state=Scale,
        decide=decide,
        hears={ComplaintReceived.TYPE: Hears(ComplaintReceived, concerns)},
        takes={},
        stands=lambda thing: thing.state.stands or {},
        complaint=lambda thing: thing.id,
    )


def complaint(number: int, lane: Lane = "standard") -> Outgoing:
    """The record that tells of the complaint of this number."""
    id = complaint_id(number)
    fact = Fact(
        teller="intake", thing=id, type=ComplaintReceived.TYPE, number=1, time=TOLD_AT, lane=lane, complaint=id,
        happened=ComplaintReceived(channel="web", line="driving_school"), stands=received(number),
    )  # fmt: skip
    return codec.fact_event(fact, f"redress.intake.{lane}")
