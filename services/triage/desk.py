"""What staff do about a case, and what is answered. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.triage import lookups, promises, queues, road, safety, steps
from services.triage import requests as ask
from services.triage.clocks import begin, meet
from services.triage.domain import MOST_FAULTS, OVER, Case, Corrective, Mark, StaffRequest, note_step, worse
from services.triage.policy import Policy
from shared import clock
from shared.contracts.actions import CorrectiveActionAnswered, CorrectiveActionOrdered, CorrectiveActionVerified
from shared.contracts.triage import CalledBack, Finding, InfoRequested, SafetyRaised, StepTaken
from shared.flow.messages import Reply, Request, Tell, Telling, problem
from shared.flow.thing import Thing

AFTER_THE_END = frozenset({"call-backs", "corrective-actions", "safety"})
VERIFY, VISITED = "verify", frozenset({"arrived", "visited"})
RESOLVED = "this case is resolved: a call-back with a bad result opens it again"
NO_DEPARTMENT = frozenset({"staff", "role"})
"""Owners that are one person or a level of the ladder: with them alone no department has it yet."""
Act = Callable[[Thing[Case], Any, StaffRequest, datetime, Policy], list[Telling]]


def asked(thing: Thing[Case], request: Request, now: datetime, policy: Policy) -> list[Telling]:
    """What follows from a request; its answer comes last, from how the case then stands."""
    case = thing.state
    if not case.begun:
        return [problem(404, "not-found", "there is no such case")]
    verb = request.type.removeprefix(ask.PREFIX).removesuffix(".v1")
    if case.status in OVER and verb not in AFTER_THE_END:
        return [problem(409, "conflict", f"this case is {case.status}")]
    given: StaffRequest = request.body  # type: ignore[assignment]
    return _ACTS[verb](thing, ask.body_of(request.type, given.body), given, now, policy)


def answer_of(thing: Thing[Case]) -> Reply:
    """How the case stands after what was asked."""
    case = thing.state
    return Reply(
        200,
        {
            "id": thing.id,
            "status": case.status,
            "safety": case.safety,
            "owner": case.owner,
            "escalation_level": case.escalation_level,
            "lane": thing.lane,
        },
    )


# Who works on it -----------------------------------------------------------------------------------


def _assign(
    thing: Thing[Case], body: ask.Assignment, given: StaffRequest, now: datetime, policy: Policy
) -> list[Telling]:
    if body.owner.partition(":")[0] not in NO_DEPARTMENT:
        thing.state.mark("handed_over", now)
    return queues.assign(thing.state, body.owner, now, given.by)


def _refuse(thing: Thing[Case], body: ask.Refusal, given: StaffRequest, now: datetime, policy: Policy) -> list[Telling]:
    if thing.state.owner is None:
        return [problem(409, "conflict", "nobody owns this case: assign it")]
    return queues.refuse(thing.state, body.reason, now, given.by)


# What is done --------------------------------------------------------------------------------------


def _step(thing: Thing[Case], body: ask.Step, given: StaffRequest, now: datetime, policy: Policy) -> list[Telling]:
    case, in_force = thing.state, policy.in_force(thing.state.line, now)
    if before := steps.first_before(case, in_force, body.step):
        return [problem(409, "conflict", f"{before} comes first", "/step")]
    note_step(case, body.step)
    case.mark("step", now)
    if policy.book(case.line, now).names(f"step:{body.step}") or steps.names(in_force, body.step):
        case.mark(f"step:{body.step}", now)
    if case.status in ("triaged", "assigned"):
        case.status = "investigating"
    told: list[Telling] = [Tell(StepTaken(step=body.step, by=given.by), who=given.by)]
    told += _do_tasks(thing, body.step, given.by, now)
    if body.step in VISITED:
        promises.keep(thing, "visit", now)
    return told + (lookups.verify(case, given.by, now) if body.step == VERIFY else [])


def _do_tasks(thing: Thing[Case], name: str, by: str, now: datetime) -> list[Telling]:
    """Our own steps of an emergency plan, of whichever alarm, are done."""
    steps = thing.state.plan_steps.items()
    keys = [
        key for key, step in steps if name in (key, step.step) and step.kind == "task" and step.state == "requested"
    ]
    return [telling for key in keys for telling in safety.acknowledge(thing, key, by, now)]


def _contact(
    thing: Thing[Case], body: ask.Contact, given: StaffRequest, now: datetime, policy: Policy
) -> list[Telling]:
    step = "contact_made" if body.reached else "contact_tried"
    note_step(thing.state, step)
    told: list[Telling] = [Tell(StepTaken(step=step, by=given.by), who=given.by)]
    if body.reached:
        thing.state.mark("contact", now)
        thing.state.waiting = False  # whoever is spoken with was asked
        told += safety.contacted(thing, given.by, now)
    return told


def _answer(
    thing: Thing[Case], body: ask.AnswerGiven, given: StaffRequest, now: datetime, policy: Policy
) -> list[Telling]:
    case = thing.state
    if before := steps.first_before_act(case, policy.in_force(case.line, now), "answer"):
        return [problem(409, "conflict", f"{before} comes first")]
    promises.keep(thing, "answer", now)
    if body.resolves:
        case.resolving_answer, case.solution = True, body.kind
    return road.answer(case, body.kind, given.by, now)


def _request_information(
    thing: Thing[Case], body: ask.InformationRequest, given: StaffRequest, now: datetime, policy: Policy
) -> list[Telling]:
    case = thing.state
    if case.status == "resolved":
        return [problem(409, "conflict", RESOLVED)]
    case.missing = body.fields
    if not case.in_danger:  # which waits for nobody
        case.waiting, case.status = True, "awaiting_info"
        case.mark("info_requested", now)
    return [Tell(InfoRequested(fields=body.fields), who=given.by)]


def _finding(
    thing: Thing[Case], body: ask.FindingMade, given: StaffRequest, now: datetime, policy: Policy
) -> list[Telling]:
    case = thing.state
    if case.status == "resolved":
        return [problem(409, "conflict", RESOLVED)]
    if before := steps.first_before_act(case, policy.in_force(case.line, now), "finding"):
        return [problem(409, "conflict", f"{before} comes first")]
    order = body.order or lookups.order_of(case)
    at = clock.from_ms(case.received_ms)
    finding = Finding(
        result=body.result, facts=body.facts, tables=body.tables, on=body.on or policy.day(case.line, at),
        source="person", cause=body.cause, order=order,
    )  # fmt: skip
    return road.record(case, finding, given.by, now)


def _correct(
    thing: Thing[Case], body: ask.CorrectiveAction, given: StaffRequest, now: datetime, policy: Policy
) -> list[Telling]:
    case, known, name = thing.state, thing.state.corrective.get(body.action), f"corrective:{body.action}"
    if body.state == "ordered":
        if known is not None:
            return [problem(409, "conflict", "this corrective action was ordered before")]
        case.corrective[body.action] = Corrective(unit=body.unit)
        started = begin(
            thing, policy.book(case.line, now), name, "corrective_action", Mark(at=now, n=case.counted), body.answer_by
        )
        due = case.clocks[name].due if name in case.clocks else now
        ordered = CorrectiveActionOrdered(action=body.action, unit=body.unit, answer_by=due)
        return [Tell(ordered, who=given.by), *started]
    if known is None:
        return [problem(409, "conflict", "this corrective action was not ordered")]
    known.state = body.state
    meet(thing, name, now)
    if body.state == "answered":
        return [Tell(CorrectiveActionAnswered(action=body.action, unit=known.unit), who=given.by)]
    known.effective = bool(body.effective)
    return [Tell(CorrectiveActionVerified(action=body.action, effective=known.effective), who=given.by)]


# Safety and the end --------------------------------------------------------------------------------


def _safety(
    thing: Thing[Case], body: ask.SafetyChange, given: StaffRequest, now: datetime, policy: Policy
) -> list[Telling]:
    case = thing.state
    if body.safety == "cleared":
        if not given.manager:
            return [problem(403, "forbidden", "safety is cleared by a manager")]
        if not case.in_danger:
            return [problem(409, "conflict", "no danger stands open")]
        if case.raised_at is not None and case.raised_at > now:
            return [problem(409, "conflict", "danger was raised after this was asked: look again")]
        return safety.clear(thing, given.by, body.reason_code, now)
    another = case.in_danger and body.plan and policy.plan(case.line, now, body.plan)[0] not in case.plans
    if not worse(body.safety, case.safety) and not another:
        return [problem(409, "conflict", "safety is raised here, or cleared; it is not lowered", "/safety")]
    raised = SafetyRaised(safety=body.safety, plan=body.plan, rules=[f"staff.{body.reason_code}"])
    return safety.raise_safety(thing, raised, now, policy, given.by)


def _acknowledge(
    thing: Thing[Case], body: ask.Acknowledgement, given: StaffRequest, now: datetime, policy: Policy
) -> list[Telling]:
    if given.action not in thing.state.plan_steps:
        return [problem(404, "not-found", "no such action was asked for")]
    return safety.acknowledge(thing, given.action, body.by or given.by, now, given.by)


def _call_back(
    thing: Thing[Case], body: ask.CallBack, given: StaffRequest, now: datetime, policy: Policy
) -> list[Telling]:
    case = thing.state
    case.mark("call_back", now)
    promises.keep(thing, "call_back", now)
    case.faults = list(dict.fromkeys([*case.faults, *body.faults]))[:MOST_FAULTS]
    case.score = case.score if body.score is None else body.score
    called = CalledBack(
        satisfied=body.satisfied, by=given.by, feedback=body.feedback, faults=body.faults, score=body.score
    )
    told: list[Telling] = [Tell(called, who=given.by), *_do_tasks(thing, "call_back", given.by, now)]
    if body.satisfied and case.status == "resolved":
        told += road.close(case, body.feedback, now, who=given.by)
    elif not body.satisfied and case.status in ("resolved", "closed"):
        told += road.reopen(case, "call_back", now, given.by)
    return told


_ACTS: dict[str, Act] = {
    "assignment": _assign,
    "refusal": _refuse,
    "steps": _step,
    "contact": _contact,
    "promises": promises.make,
    "answer": _answer,
    "information-request": _request_information,
    "finding": _finding,
    "corrective-actions": _correct,
    "safety": _safety,
    "acknowledgement": _acknowledge,
    "call-backs": _call_back,
}
