"""Triage decides: notes what came in, then does whatever is not done yet about how everything stands. Pure."""

from collections.abc import Sequence
from datetime import datetime

from services.triage import clocks, desk, lookups, queues, road, safety, triaging
from services.triage.clock_rules import ClockRule
from services.triage.domain import Case, keep_said
from services.triage.policy import Policy
from shared.contracts.intake import SEALED_CONTACT
from shared.contracts.notify import SurveyAnswered
from shared.contracts.triage import CaseStands
from shared.flow.messages import Answered, Asked, Heard, Input, Reply, Struck, Telling
from shared.flow.records import Stood
from shared.flow.thing import Thing


def decide(thing: Thing[Case], input: Input, now: datetime, policy: Policy) -> tuple[Thing[Case], Sequence[Telling]]:
    """One input of any kind, in any order, once."""
    told = _note(thing, input, now, policy)
    told += _follow_up(thing, now, policy)
    if isinstance(input, Asked) and not any(isinstance(telling, Reply) for telling in told):
        told.append(desk.answer_of(thing))
    keep_said(thing.state, told)
    return thing, told


def _note(thing: Thing[Case], input: Input, now: datetime, policy: Policy) -> list[Telling]:
    """What only this input can say."""
    case = thing.state
    if isinstance(input, Heard) and input.fact.teller == "intake":
        return triaging.heard(thing, input, now, policy)
    if isinstance(input, Heard) and isinstance(input.fact.happened, SurveyAnswered):
        return road.rated(thing.state, input.fact.happened.score, input.fact.time, now)
    if isinstance(input, Asked):
        return desk.asked(thing, input.request, now, policy)
    if isinstance(input, Answered):
        lookup = input.kind == lookups.KIND or input.effect.startswith("order/")
        return lookups.answered(thing, input, now) if lookup else safety.action_answered(thing, input, now)
    if isinstance(input, Struck):
        book = policy.book(case.line, now)
        told, follows = clocks.strike(thing, book, input.clock, now)
        if follows == "reassign":
            told += queues.expire(case, now, book.version)
        elif follows == "close" and _still(thing, book.rules[case.clocks[input.clock].rule]):
            told += road.close(case, "silence" if case.waiting else "unanswered", now, who="clock")
        return told
    return []


def _still(thing: Thing[Case], rule: ClockRule) -> bool:
    """Whether a silence that would close the case is one: they were asked, did not answer, and nothing was agreed."""
    waits = "info_requested" in rule.starts
    return not waits or (thing.state.waiting and not road.agreed(thing))


def _follow_up(thing: Thing[Case], now: datetime, policy: Policy) -> list[Telling]:
    """From how the complaint and the claim stand, and what this case has done about it. Danger comes first."""
    case = thing.state
    told = triaging.triage(thing, now, policy)
    if not case.begun:
        return told
    told += road.reopen_where_asked(thing, now)
    told += safety.run_plans(thing, now, policy)
    told += lookups.look_up(thing)
    told += road.withdraw(thing, now)
    told += road.find_by_rule(thing, now, policy)
    told += road.resolve(thing, now)
    if case.waiting and road.agreed(thing):
        case.waiting = False  # what was agreed is carried out, whatever else was asked
    if case.status == "awaiting_info" and not case.waiting:
        case.status = "investigating"
    told += clocks.follow(thing, policy.book(case.line, now), now)
    queues.take_place(case)
    return told


# For the flow --------------------------------------------------------------------------------------


def stands(thing: Thing[Case]) -> Stood:
    """How a case stands, for everybody: references and codes only."""
    case = thing.state
    actions = {
        key: "acknowledged" if step.state == "acknowledged" else "requested"
        for key, step in case.plan_steps.items()
        if step.kind == "action"
    }
    of_case = case.model_dump(include=set(CaseStands.model_fields) - {"lane", "finding", "complaints", "actions"})
    stood = CaseStands(
        lane=thing.lane, finding=case.finding, complaints=[thing.id], actions=actions, **of_case
    )  # fmt: skip
    return stood


def sealed(thing: Thing[Case]) -> dict[str, str] | None:
    """The contact goes on with an express fact, so that notify can write before it has heard intake."""
    contact = thing.state.sealed.get(SEALED_CONTACT)
    return {SEALED_CONTACT: contact} if contact else None
