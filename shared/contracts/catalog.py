"""Wire name → type, for every fact on every topic."""

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field, create_model

from shared.contracts import compensation, intake, notify, triage
from shared.contracts.fact import Happened, Stands

SERVICES = ("intake", "triage", "compensation", "notify")


def _needs_person(service: str) -> type[Happened]:
    """Every service's flow may set a record aside for a person."""

    class NeedsPerson(Happened):
        """A record about this thing could not be decided: a person must look. `waiting`: how many such wait."""

        TYPE: ClassVar[str] = f"redress.{service}.needs-person.v1"
        CHANGES: ClassVar[frozenset[str]] = frozenset({"lane"})
        waiting: int
        level: int = 0
        reason: str = ""

    return NeedsPerson


NEEDS_PERSON: dict[str, type[Happened]] = {service: _needs_person(service) for service in SERVICES}

TOLD: dict[str, tuple[type[Happened], ...]] = {
    "intake": (*intake.FACTS, NEEDS_PERSON["intake"]),
    "triage": (*triage.FACTS, NEEDS_PERSON["triage"]),
    "compensation": (*compensation.FACTS, NEEDS_PERSON["compensation"]),
    "notify": (*notify.FACTS, NEEDS_PERSON["notify"]),
}
STANDS: dict[str, type[Stands]] = {
    "intake": intake.STANDS,
    "triage": triage.STANDS,
    "compensation": compensation.STANDS,
    "notify": notify.STANDS,
}
ELSEWHERE: tuple[type[Happened], ...] = (intake.ContactTold, intake.Receipt, notify.Outcome)
"""Told on topics of their own: contacts, receipts, outcomes."""

CATALOG: dict[str, type[Happened]] = {fact.TYPE: fact for facts in (*TOLD.values(), ELSEWHERE) for fact in facts}


def changed_by(teller: str, field: str) -> Iterable[str]:
    """The wire names of the teller's facts that change a field of its `stands`."""
    return [fact.TYPE for fact in TOLD[teller] if field in fact.CHANGES]


def body_of(fact: type[Happened]) -> type[Any]:
    """The data of a fact on the wire: what happened, how the thing stands, the sealed parts, the history's hash."""
    teller = fact.TYPE.split(".")[1]
    stands: Any = fact.STANDS or STANDS.get(teller, Stands)
    return create_model(
        f"{fact.__name__}Data",
        happened=(fact, Field(description="What happened.")),
        stands=(stands, Field({}, description="How the thing stands after it; {} on topics of their own.")),
        sealed=(dict[str, str] | None, Field(None, description="Parts only one service can open (JWE), by name.")),
        chain=(str, Field("", description="The newest hash of the thing's history: each holds the one before.")),
    )
