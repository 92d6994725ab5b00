"""`plans.yaml`: emergency plans, each an ordered list of steps with owners and deadlines."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.policy.documents import Dated, Document, Identifier, Named, PackModel
from shared.policy.faults import Fault
from shared.policy.packs import Pack
from shared.policy.sections import Section

# An `action` leaves the house as a protective action that somebody must acknowledge; a `task` is a person's here.


class Step(PackModel):
    """One step: what is done, by whom, and within how many minutes of the plan's start."""

    id: Identifier
    kind: Literal["action", "task"]
    owner: Identifier
    within_minutes: Annotated[int, Field(ge=1, le=10_080)]
    names: Named


class Plan(PackModel):
    """What is done at once about one kind of danger."""

    names: Named
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


class Plans(Dated):
    """The emergency plans of a line, or those all lines share, by plan id."""

    plans: dict[Identifier, Plan]


def plans_in(pack: Pack) -> dict[str, Plan]:
    """Every plan a pack can start, its own before the shared ones."""
    found: dict[str, Plan] = {}
    for holder in (pack.shared, pack):
        for document in holder.of("plans") if holder else ():
            found.update(document.content.plans)
    return found


def _check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    for document in documents:
        for id, plan in document.content.plans.items():
            seen: set[str] = set()
            for index, step in enumerate(plan.steps):
                if step.id in seen:
                    place = ("plans", id, "steps", index, "id")
                    yield document.fault(place, f"step '{step.id}' stands twice in '{id}'", "give it its own id")
                seen.add(step.id)


SECTION = Section("plans", "plans*.yaml", Plans, "emergency plans", _check)
