"""`steps.yaml`: the steps of a line's work in their order, and what must be done before others are taken. Pure."""

import difflib
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field

from services.triage.domain import Case
from shared.policy.documents import Dated, Document, Named, PackModel
from shared.policy.faults import Fault
from shared.policy.packs import Pack
from shared.policy.policy import InForce
from shared.policy.profile import SHARED_CATEGORIES, LineProfile
from shared.policy.sections import Section

OR = " or "
LASTING = frozenset({"verified"})
"""What holds once it is so; all else is done anew when a case is opened again."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
BREACHED = "breached:"
Needed = Annotated[str, Field(pattern=r"^(breached:)?[a-z][a-z0-9_]*( or (breached:)?[a-z][a-z0-9_]*)*$")]
Event = Annotated[
    str,
    Field(pattern=r"^(received|verified|assigned|handed_over|contact|answer|finding|resolved|call_back|closed)$"),
]


class StepRule(PackModel):
    """A step; taken in danger whatever stands here.

    `by`: what happens of itself and counts as the step, beside taking it. `after`: steps done before it, `a or b`
    where one of them is enough, `breached:CLOCK` a deadline that has passed. `settled`: what the step on the left
    opened, the one on the right has settled.
    """

    names: Named
    by: tuple[Event, ...] = ()
    after: tuple[Needed, ...] = ()
    settled: dict[Name, Name] = {}


class ActRule(PackModel):
    """What staff may do only once these steps are done; `categories` empty: of any."""

    after: Annotated[tuple[Needed, ...], Field(min_length=1)]
    categories: tuple[str, ...] = ()


class Steps(Dated):
    """The work of a line, in the order of the file."""

    steps: Annotated[dict[Name, StepRule], Field(min_length=1)]
    acts: dict[Literal["finding", "answer"], ActRule] = {}


@lru_cache(maxsize=64)
def steps_of(in_force: InForce) -> tuple[Mapping[str, StepRule], Mapping[str, ActRule]]:
    """The steps in force for a line, and what waits for them; a line's own replaces a shared one of its name."""
    steps: dict[str, StepRule] = {}
    acts: dict[str, ActRule] = {}
    for document in in_force.of("steps").values():
        steps |= document.content.steps
        acts |= document.content.acts
    return steps, acts


def names(in_force: InForce, step: str) -> bool:
    """Whether the line speaks of this step."""
    return step in steps_of(in_force)[0]


def first_before(case: Case, in_force: InForce, step: str) -> str:
    """What comes before this step and is not done yet; '' when nothing does."""
    steps, _ = steps_of(in_force)
    rule = steps.get(step)
    if rule is None or case.in_danger:
        return ""
    open_ = (end for begin, end in rule.settled.items() if _place(case, begin) > _place(case, end))
    return _undone(case, steps, rule.after) or next(open_, "")


def first_before_act(case: Case, in_force: InForce, act: str) -> str:
    """What comes before a finding or answer on this case and is not done yet; '' when nothing does."""
    steps, acts = steps_of(in_force)
    rule, main = acts.get(act), case.category.partition(".")[0]
    if rule is None or case.in_danger:
        return ""
    concerns = not rule.categories or case.category in rule.categories or main in rule.categories
    return _undone(case, steps, rule.after) if concerns else ""


def work_of(case: Case, in_force: InForce) -> list[tuple[str, dict[str, str], bool]]:
    """The line's steps in order: name, words, whether it is done."""
    steps, _ = steps_of(in_force)
    return [(name, rule.names.model_dump(by_alias=True), _done(case, rule, name)) for name, rule in steps.items()]


def _undone(case: Case, steps: Mapping[str, StepRule], after: Iterable[str]) -> str:
    for needed in after:
        if not any(_met(case, steps, one) for one in needed.split(OR)):
            return needed
    return ""


def _met(case: Case, steps: Mapping[str, StepRule], one: str) -> bool:
    if one.startswith(BREACHED):
        clock = case.clocks.get(one.removeprefix(BREACHED))
        return clock is not None and clock.breached and clock.started.n >= _since(case)
    return _done(case, steps[one], one)


def _done(case: Case, rule: StepRule, name: str) -> bool:
    """Taken, or counted as taken, since the case was received or opened again."""
    since = _since(case)
    marks = [(event, case.happened[event]) for event in rule.by if event in case.happened]
    return _place(case, name) > since or any(mark.n >= since or event in LASTING for event, mark in marks)


def _since(case: Case) -> int:
    return case.happened["received"].n if "received" in case.happened else 0


def _place(case: Case, step: str) -> int:
    """Where it stands in the order of what happened; 0 when it was not taken."""
    mark = case.happened.get(f"step:{step}")
    return mark.n if mark else 0


def _check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    holders = [each for each in (pack.shared, pack) if each]
    clocks = {name for each in holders for found in each.of("clocks") for name in found.content.clocks}
    for document in documents:
        if clocks:
            yield from _check_breached(document, clocks)
        steps: Mapping[str, StepRule] = document.content.steps
        before: set[str] = set()
        for name, rule in steps.items():
            for place, needed in enumerate(rule.after):
                for missing in _unknown(needed, before):
                    what = f"'{missing}' is no step above '{name}'"
                    yield document.fault(("steps", name, "after", place), what, "name a step that stands above it")
            for opens, settles in rule.settled.items():
                if not {opens, settles} <= steps.keys():
                    what = f"'{opens}: {settles}' names no two steps"
                    yield document.fault(("steps", name, "settled", opens), what, f"name two of {sorted(steps)}")
            before.add(name)
        yield from _check_acts(document, [profile.content for profile in pack.of("pack")])


def _check_breached(document: Document[Any], clocks: Collection[str]) -> Iterable[Fault]:
    """Deadlines that do not exist never pass."""
    content: Steps = document.content
    waits = [(("steps", name, "after"), rule.after) for name, rule in content.steps.items()]
    waits += [(("acts", act, "after"), rule.after) for act, rule in content.acts.items()]
    for where, after in waits:
        for place, needed in enumerate(after):
            for one in needed.split(OR):
                clock = one.removeprefix(BREACHED)
                if clock != one and clock not in clocks:
                    close = difflib.get_close_matches(clock, clocks, n=1)
                    mend = f"did you mean '{close[0]}'?" if close else f"name one of {', '.join(sorted(clocks))}"
                    yield document.fault((*where, place), f"no clock '{clock}'", mend)


def _check_acts(document: Document[Any], profiles: Sequence[LineProfile]) -> Iterable[Fault]:
    steps: Mapping[str, StepRule] = document.content.steps
    for act, waits in document.content.acts.items():
        for place, category in enumerate(waits.categories):
            if category not in SHARED_CATEGORIES and not any(profile.knows(category) for profile in profiles):
                what = f"no category '{category}'"
                yield document.fault(("acts", act, "categories", place), what, "name one the line knows")
        for place, needed in enumerate(waits.after):
            for missing in _unknown(needed, steps):
                what = f"no step '{missing}'"
                yield document.fault(("acts", act, "after", place), what, f"name one of {sorted(steps)}")


def _unknown(needed: str, steps: Container[str]) -> list[str]:
    return [one for one in needed.split(OR) if one not in steps and not one.startswith(BREACHED)]


SECTION = Section("steps", "steps*.yaml", Steps, "the steps of a line's work, and their order", _check)
