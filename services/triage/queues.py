"""Who works on a case: its queue, its owner, the level it has reached, and its place before others. Pure."""

from datetime import datetime

from services.triage.domain import LEVELS, NO_DUE, OVER, Case
from shared import clock
from shared.contracts.intake import ComplaintStands
from shared.contracts.triage import Assigned, AssignmentRefused, Escalated, Expired
from shared.flow.messages import Tell, Telling
from shared.policy.profile import LineProfile, Queue

CUSTOMER = "customer"
"""The fact that names a special queue (enterprise, frequent, new); it changes no rank and no amount."""
NOT_IN_QUEUE = frozenset({"closing", "silence"})


def queue_of(profile: LineProfile | None, case: Case, complaint: ComplaintStands) -> str:
    """The first queue of the line all of whose conditions hold."""
    for queue in profile.queues if profile else ():
        if _takes(queue, case, complaint):
            return queue.id
    return "safety" if case.in_danger else "general"


def _takes(queue: Queue, case: Case, complaint: ComplaintStands) -> bool:
    main = case.category.partition(".")[0]
    return (
        (not queue.safety or case.in_danger)
        and (not queue.categories or case.category in queue.categories or main in queue.categories)
        and (not queue.businesses or complaint.business in queue.businesses)
        and (not queue.customers or complaint.facts.get(CUSTOMER) in queue.customers)
        and (not queue.marks or any(mark in case.marks for mark in queue.marks))
    )


def safety_desk(profile: LineProfile | None) -> str:
    """Who owns a danger from its first moment."""
    return f"unit:{profile.safety_contact if profile else 'safety_desk'}"


def assign(case: Case, owner: str, now: datetime, who: str = "redress", rules: str = "") -> list[Telling]:
    """Gives the case to somebody; to whom it is given already changes nothing."""
    if case.owner == owner:
        return []
    case.owner = owner
    case.happened.pop("unowned", None)
    case.mark("assigned", now)
    if case.status == "triaged":
        case.status = "assigned"
    return [Tell(Assigned(owner=owner, level=case.escalation_level), who=who, rules=rules)]


def refuse(case: Case, reason: str, now: datetime, who: str) -> list[Telling]:
    """Recorded, counted, and given one level up: the complainant is never sent to find somebody else."""
    owner = case.owner or ""
    case.refusals.append(f"{owner}:{reason}")
    level = _one_up(case)
    told: list[Telling] = [Tell(AssignmentRefused(owner=owner, reason=reason), who=who)]
    return [*told, *assign(case, f"role:{LEVELS[level - 1]}", now)]


def expire(case: Case, now: datetime, rules: str) -> list[Telling]:
    """An owner who gave no sign in time loses the case one level up."""
    owner = case.owner or ""
    case.refusals.append(f"{owner}:silent")
    level = _one_up(case)
    told: list[Telling] = [Tell(Expired(owner=owner), who="clock:taken_up", rules=rules)]
    return [*told, *assign(case, f"role:{LEVELS[level - 1]}", now)]


def _one_up(case: Case) -> int:
    case.escalation_level = min(case.escalation_level + 1, len(LEVELS))
    return case.escalation_level


def escalate(case: Case, level: int, because: str, now: datetime, rules: str = "") -> list[Telling]:
    """Tells a level of a case; one nobody owns becomes theirs. A level reached before is not told again."""
    told: list[Telling] = []
    if level > case.escalation_level:
        case.escalation_level = level
        told.append(Tell(Escalated(level=level, to=LEVELS[level - 1], because=because), who="clock", rules=rules))
    if case.owner is None and case.status not in OVER:
        told += assign(case, f"role:{LEVELS[level - 1]}", now, "clock", rules)
    return told


def take_place(case: Case) -> None:
    """Where the case stands in the queue: danger before everything, then what is due first."""
    case.open = case.begun and case.status not in OVER
    case.rank = 0 if case.in_danger else 1
    due = [
        clock.to_ms(one.due)
        for one in case.clocks.values()
        if one.met_at is None and not one.paused and one.rule not in NOT_IN_QUEUE
    ]
    case.next_due = min(due, default=NO_DUE)
