"""Danger first: raising, the emergency plan at once, who acknowledged what, and clearing by a named person. Pure."""

from datetime import datetime, timedelta

from services.triage.clocks import begin, meet
from services.triage.domain import LEVELS, Case, Mark, PlanStep, complaint_of, worse
from services.triage.policy import NEEDS_PERSON, Policy, profile_of
from services.triage.queues import assign, escalate, queue_of, safety_desk
from shared.contracts.actions import ProtectiveActionAcknowledged, ProtectiveActionRequested
from shared.contracts.triage import SafetyCleared, SafetyRaised
from shared.flow.messages import Answered, Do, Tell, Telling
from shared.flow.thing import Thing
from shared.policy.plans import Step

ACTIONS_TOPIC = "redress.actions"
ACTION = "protective_action"
CALL = "call_complainant"
"""The plan step that is the first human contact: the safety contact clock is its clock."""
OF_DANGER = frozenset({"safety_contact", "protective_action", "plan_task"})
SUBJECTS = ("driver", "instructor", "vehicle", "machine", "train", "host", "device", "session", "trip", "order")


def raise_safety(
    thing: Thing[Case], raised: SafetyRaised, now: datetime, policy: Policy, who: str = "rules"
) -> list[Telling]:
    """Raises the case to this danger, never lowers it: express, before everything, owned by the safety desk.

    The same danger again, with its plan under way and nobody having spoken with them since, tells nothing.
    """
    case, complaint = thing.state, complaint_of(thing)
    line = complaint.line or case.line
    plan, _ = policy.plan(line, now, raised.plan or NEEDS_PERSON)
    spoken_with = case.in_danger and _after(case, "contact", "danger")
    if not worse(raised.safety, case.safety) and plan in case.plans and not spoken_with:
        return []
    if not case.in_danger:
        case.alarms, case.plans, case.escalation_level = case.alarms + 1, [], 0
    if not case.in_danger or spoken_with:
        case.mark("danger", now)  # somebody speaks with them, again
    case.raised_at = now
    case.safety = raised.safety if worse(raised.safety, case.safety) else case.safety
    case.priority, case.plan, case.version = "P0", plan, raised.version or case.version
    case.rules = list(dict.fromkeys([*case.rules, *raised.rules]))
    case.plans = list(dict.fromkeys([*case.plans, plan]))
    profile = profile_of(policy.in_force(line, now))
    case.queue = queue_of(profile, case, complaint)
    thing.raise_lane("express")
    told = raised.model_copy(update={"safety": case.safety, "plan": plan})
    return [
        Tell(told, who=who, rules=raised.version),
        *assign(case, safety_desk(profile), now, "rules", raised.version),
    ]


def _after(case: Case, event: str, other: str) -> bool:
    """Whether something happened after another thing did."""
    last = [case.happened[name].n if name in case.happened else 0 for name in (event, other)]
    return last[0] > last[1]


def run_plans(thing: Thing[Case], now: datetime, policy: Policy) -> list[Telling]:
    """Starts every step of the plans of this alarm that was not started yet, before anything is investigated."""
    case = thing.state
    told: list[Telling] = []
    for id in case.plans if case.in_danger else ():
        name, plan = policy.plan(case.line, now, id)
        for step in plan.steps if plan else ():
            key = _key(case, step.id)
            if key not in case.plan_steps:
                case.plan_steps[key] = PlanStep(plan=name, step=step.id, kind=step.kind, owner=step.owner)
                told += _start(thing, key, step, now, policy)
    return told


def _key(case: Case, step: str) -> str:
    """The id of a step in this case; one taken at an earlier alarm is asked for anew."""
    plain = step.replace(".", "_").replace("-", "_")
    return plain if case.alarms <= 1 else f"{plain}-{case.alarms}"


def _start(thing: Thing[Case], key: str, step: Step, now: datetime, policy: Policy) -> list[Telling]:
    case, book = thing.state, policy.book(thing.state.line, now)
    due = now + timedelta(minutes=step.within_minutes)
    began = Mark(at=now, n=case.counted)
    if step.kind == "task":
        return begin(thing, book, f"task:{key}", "plan_task", began, due) if step.id != CALL else []
    plan = case.plan_steps[key].plan
    asked = ProtectiveActionRequested(action=key, plan=plan, owner=step.owner, acknowledge_by=due)
    content = {
        "action": key.partition("-")[0], "subject": _subject(thing), "complaint": thing.id, "reason": plan,
    }  # fmt: skip
    return [
        Tell(asked, who="plan", rules=case.version),
        Tell(asked, who="plan", rules=case.version, topic=ACTIONS_TOPIC, laned=False),
        Do(effect_of(plan, key), ACTION, content),
        *begin(thing, book, f"action:{key}", ACTION, began, due),
    ]


def effect_of(plan: str, key: str) -> str:
    """The name of the order that asks for a step."""
    return f"action/{plan.replace('.', '_')}/{key}"


def _subject(thing: Thing[Case]) -> str:
    """Whom or what it concerns, by the best reference there is; the complaint itself when there is none."""
    if thing.state.subject:
        return thing.state.subject
    references = complaint_of(thing).references
    return next((references[name] for name in SUBJECTS if name in references), thing.id)


# What comes back -----------------------------------------------------------------------------------


def acknowledge(thing: Thing[Case], key: str, by: str, now: datetime, who: str = "") -> list[Telling]:
    """Somebody carries the step out, says `who`; a second acknowledgement changes nothing."""
    step = thing.state.plan_steps[key]
    if step.state == "acknowledged":
        return []
    step.state, step.by = "acknowledged", by
    meet(thing, f"{step.kind}:{key}", now)
    return [Tell(ProtectiveActionAcknowledged(action=key, by=by), who=who or by)]


def action_answered(thing: Thing[Case], answer: Answered, now: datetime) -> list[Telling]:
    """The provider's final word: acknowledged, or refused, and then somebody above hears of it at once."""
    case, key = thing.state, answer.effect.rsplit("/", 1)[-1]
    if key not in case.plan_steps:
        return []
    if answer.verdict == "done":
        return acknowledge(thing, key, "provider", now)
    case.plan_steps[key].state = "refused"
    level = min(case.escalation_level + 1, len(LEVELS))
    return escalate(case, level, f"refused:{key}", now)


def contacted(thing: Thing[Case], by: str, now: datetime) -> list[Telling]:
    """A person spoke with them: the plan's call is done."""
    case = thing.state
    keys = [key for key, step in case.plan_steps.items() if step.step == CALL and step.state == "requested"]
    return [telling for key in keys for telling in acknowledge(thing, key, by, now)]


def clear(thing: Thing[Case], by: str, reason: str, now: datetime) -> list[Telling]:
    """The danger is over, says a named manager with a reason; no machine comes here."""
    case = thing.state
    case.safety = "cleared"
    for name, clock in case.clocks.items():
        if clock.rule in OF_DANGER:
            meet(thing, name, now)
    return [Tell(SafetyCleared(by=by, reason_code=reason), who=by)]
