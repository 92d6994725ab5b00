"""`sides.yaml`: what each of the two sides of a case may see of it. Pure.

Only what stands in SEEN can be named there: no words, no contact, no facts and no records of the order system.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from services.triage.domain import Case, claim_of
from shared import clock, ids
from shared.flow.thing import Thing
from shared.policy.documents import Dated, Document, PackModel
from shared.policy.faults import Fault
from shared.policy.packs import Pack
from shared.policy.policy import InForce
from shared.policy.sections import Section

Side = Literal["complainant", "respondent"]
SIDES: tuple[Side, ...] = ("complainant", "respondent")
HEARD = "step:respondent_heard"


def _finding(thing: Thing[Case]) -> Any:
    found = thing.state.finding
    return found and found.result


def _cause(thing: Thing[Case]) -> Any:
    found = thing.state.finding
    return found and found.cause


def _answer_by(thing: Thing[Case]) -> Any:
    asked = thing.state.clocks.get("respondent")
    return clock.wire(asked.due) if asked is not None and asked.met_at is None else None


def _remedies(thing: Thing[Case]) -> Any:
    return [{"remedy": one.remedy, "state": one.state} for one in claim_of(thing).remedies]


SEEN: Mapping[str, Callable[[Thing[Case]], Any]] = {
    "reference": lambda thing: ids.reference(thing.id),
    "line": lambda thing: thing.state.line,
    "category": lambda thing: thing.state.category,
    "status": lambda thing: thing.state.status,
    "received_at": lambda thing: clock.wire(clock.from_ms(thing.state.received_ms)),
    "order": lambda thing: thing.state.references.get("order"),
    "heard": lambda thing: HEARD in thing.state.happened,
    "answer_by": _answer_by,
    "result": _finding,
    "cause": _cause,
    "remedies": _remedies,
}
Shareable = Literal[
    "reference", "line", "category", "status", "received_at", "order", "heard", "answer_by", "result", "cause",
    "remedies",
]  # fmt: skip


class Sees(PackModel):
    """What one side may see; what stands nowhere is seen by nobody."""

    sees: Annotated[tuple[Shareable, ...], Field(min_length=1)]


class Sides(Dated):
    """The two sides of a case: who complained, and who is complained of."""

    sides: dict[Side, Sees]


def seen_by(thing: Thing[Case], side: Side, in_force: InForce) -> dict[str, Any]:
    """The case as this side may see it, by the pack in force; a line's own table takes the place of the shared one."""
    fields: tuple[str, ...] = ()
    for document in in_force.of("sides").values():
        fields = document.content.sides[side].sees
    return {name: SEEN[name](thing) for name in fields}


def _check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    for document in documents:
        for side in SIDES:
            if side not in document.content.sides:
                yield document.fault(("sides",), f"'{side}' is not there", "say of both sides what they may see")


SECTION = Section("sides", "sides*.yaml", Sides, "what each side of a case may see", _check)
