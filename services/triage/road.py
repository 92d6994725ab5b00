"""The road of a case by itself: finding from supplied facts, resolved, closed, withdrawn, reopened. Pure."""

from datetime import datetime, timedelta

from services.triage import lookups
from services.triage.domain import OVER, Case, claim_of, complaint_of
from services.triage.findings import Found, find
from services.triage.policy import Policy
from services.triage.triaging import SILENT_CONTACT as SILENT
from shared.contracts.compensation import ClaimStands
from shared.contracts.intake import ComplaintStands
from shared.contracts.triage import Answered, Closed, Finding, FindingRecorded, Reopened, Resolved, Withdrawn
from shared.flow.messages import Tell, Telling
from shared.flow.thing import Thing

REOPEN_WITHIN = timedelta(days=30)
AGREED = frozenset({"accepted", "adjudicated", "settling", "failed", "delivered"})
SHORT_ROAD = frozenset({"inquiry", "suggestion", "praise"})
LAPSED = "offer_lapsed"
NO_CLAIM = frozenset({"suggestion", "praise"})
"""Whoever only asks what they get back is owed it all the same."""


def find_by_rule(thing: Thing[Case], now: datetime, policy: Policy) -> list[Telling]:
    """Upheld by the pack's rules when partner systems' facts suffice; again only when these facts change."""
    case, complaint = thing.state, complaint_of(thing)
    by_person = case.finding is not None and case.finding.source == "person"
    if case.status in OVER or case.status == "resolved" or case.kind in NO_CLAIM or by_person:
        return []
    at = complaint.received_at or now
    found = find(policy.in_force(case.line, at), case.category, lookups.supplied(thing), complaint.facts)
    if found is None or case.found_by_rule == {"rule": found.rule.id, "facts": found.facts}:
        return []
    case.found_by_rule = {"rule": found.rule.id, "facts": found.facts}
    finding = Finding(
        result=found.rule.result,
        facts=found.facts,
        tables=list(found.rule.tables),
        on=complaint.incident_on or policy.day(case.line, at),
        source="supplied",
        cause=found.rule.cause,
        order=_order(case, found),
    )
    return record(case, finding, f"rule:{found.rule.id}", now, found.version)


def _order(case: Case, found: Found) -> str | None:
    return lookups.order_of(case, found.rule.order or lookups.NAMES)


def record(case: Case, finding: Finding, by: str, now: datetime, version: str = "") -> list[Telling]:
    """The finding stands under the next number; compensation assesses by it."""
    case.findings += 1
    case.finding = finding.model_copy(update={"number": case.findings})
    case.mark("finding", now)
    if case.status in ("triaged", "assigned"):
        case.status = "investigating"
    happened = FindingRecorded(result=finding.result, source=finding.source, by=by)
    return [Tell(happened, who=by, rules=version)]


# Answered and resolved -----------------------------------------------------------------------------


def resolve(thing: Thing[Case], now: datetime) -> list[Telling]:
    """Resolved once nothing is open: the remedy delivered, or the answer given; never while there is danger."""
    case, complaint, claim = thing.state, complaint_of(thing), claim_of(thing)
    if case.status in OVER or case.status == "resolved":
        return []
    told = _answered_by_rule(case, complaint, claim, now)
    if case.in_danger:
        return told
    if case.kind == "praise" or (SILENT in case.marks and case.safety == "none"):
        return [*told, *_resolved(case, SILENT if SILENT in case.marks else "thanked", claim, now)]
    lapsed = case.lapsed or (bool(claim.remedies) and all(one.state == "expired" for one in claim.remedies))
    if _owed(case) and not (lapsed and case.resolving_answer):
        return [*told, *_settled(case, claim, now)]
    if case.resolving_answer:
        told += _resolved(case, case.solution, claim, now)
        return told if case.kind not in SHORT_ROAD else [*told, *close(case, "answered", now)]
    return told


def _owed(case: Case) -> bool:
    """Whether the finding names tables by which something may be due."""
    return case.finding is not None and bool(case.finding.tables) and case.finding.result != "not_upheld"


def _answered_by_rule(case: Case, complaint: ComplaintStands, claim: ClaimStands, now: datetime) -> list[Telling]:
    """An offer worked out by rules is an answer; so is what was settled or explained on the spot."""
    if case.answered:
        return []
    kind = ""
    if _owed(case) and claim.finding == case.findings and (claim.remedies or claim.nothing_due) and not case.lapsed:
        kind = "nothing_due" if claim.nothing_due else "offer"
    elif complaint.settled_on_the_spot and not (_owed(case) or case.in_danger or case.reopened):
        kind, case.resolving_answer, case.solution = "on_the_spot", True, "on_the_spot"
    elif case.kind == "praise" or SILENT in case.marks:
        kind = "none_needed"
    return answer(case, kind, "rules", now) if kind else []


def answer(case: Case, kind: str, by: str, now: datetime) -> list[Telling]:
    """The complainant was answered; this satisfies the first-answer clock."""
    case.answered = True
    case.mark("answer", now)
    return [Tell(Answered(kind=kind, by=by), who=by)]


def _settled(case: Case, claim: ClaimStands, now: datetime) -> list[Telling]:
    if claim.finding < case.findings or not claim.settled:
        return []
    states = {remedy.state for remedy in claim.remedies}
    if "delivered" in states:
        return _resolved(case, "remedy_delivered", claim, now)
    if "expired" in states and not claim.nothing_due:
        return close(case, "silence", now, LAPSED) if case.safety == "none" and not case.lapsed else []
    return _resolved(case, "claimed_before" if "denied" in states else "nothing_due", claim, now)


def _resolved(case: Case, solution: str, claim: ClaimStands, now: datetime) -> list[Telling]:
    case.status, case.solution, case.ended_at, case.waiting = "resolved", solution, now, False
    case.mark("resolved", now)
    delivered = [remedy.remedy for remedy in claim.remedies if remedy.state == "delivered"]
    told: list[Telling] = [Tell(Resolved(solution=solution, remedies=delivered), who="rules")]
    return told + (close(case, "logged", now) if solution in (SILENT, "thanked") else [])


def close(case: Case, feedback: str, now: datetime, solution: str = "", who: str = "redress") -> list[Telling]:
    """Closed, with problem, solution, feedback and cause; never while there is danger."""
    if case.in_danger or case.status in OVER:
        return []
    case.status, case.feedback, case.ended_at, case.waiting = "closed", feedback, now, False
    case.solution = solution or case.solution or "none"
    case.mark("closed", now)
    cause = (case.finding.cause if case.finding else "") or "not_established"
    closed = Closed(problem=case.category, solution=case.solution, feedback=feedback, cause=cause)
    return [Tell(closed, who=who)]


def rated(case: Case, score: int, answered_at: datetime, now: datetime) -> list[Telling]:
    """The complainant answered the survey: what was resolved by then is closed; a low score is for its department.

    What was promised is done first: the 72 hours close it otherwise.
    """
    case.score = score
    promised = any(name.startswith("promise:") and clock.met_at is None for name, clock in case.clocks.items())
    if case.status != "resolved" or answered_at < case.happened["resolved"].at or promised:
        return []
    return close(case, "rated", now, who="complainant")


# Withdrawn and reopened ----------------------------------------------------------------------------


def agreed(thing: Thing[Case]) -> bool:
    """Whether something of the claim was agreed, and is on its way or there."""
    return any(remedy.state in AGREED for remedy in claim_of(thing).remedies)


def withdraw(thing: Thing[Case], now: datetime) -> list[Telling]:
    """The complainant's wish ends an ordinary case, or that they are erased; one of safety goes on without them."""
    case = thing.state
    if thing.erased and not agreed(thing) and case.safety == "none":
        return close(case, "erased", now)
    asked = complaint_of(thing).withdrawn
    case.withdrawal_taken = asked and case.withdrawal_taken
    if not asked or case.withdrawal_taken or case.status in OVER or case.safety != "none" or agreed(thing):
        return []
    case.withdrawal_taken = True
    if case.status == "resolved":
        return close(case, "withdrawn", now)
    case.status, case.ended_at, case.waiting = "withdrawn", now, False
    return [Tell(Withdrawn(), who="complainant")]


def reopen_where_asked(thing: Thing[Case], now: datetime) -> list[Telling]:
    """By the complainant within 30 days; for a danger always."""
    case, asked = thing.state, complaint_of(thing).reopenings
    ended = case.status in OVER or case.status == "resolved"
    lapsed = any(remedy.state == "expired" for remedy in claim_of(thing).remedies)
    if ended and case.in_danger:
        return reopen(case, "safety", now)
    if asked <= case.reopenings_taken:
        return []
    case.reopenings_taken = asked
    in_time = case.ended_at is None or now - case.ended_at <= REOPEN_WITHIN
    if not ended or not in_time:
        return []
    told = reopen(case, "complainant", now)
    case.lapsed = case.lapsed or lapsed  # what lapsed before is no silence of theirs now
    return told


def reopen(case: Case, because: str, now: datetime, who: str = "redress") -> list[Telling]:
    """Triaged again. What was found stands, unless it is what they do not accept: the next takes a higher number."""
    disputed = because != "safety" and case.status in ("resolved", "closed") and case.solution != LAPSED
    case.lapsed = case.solution == LAPSED
    if disputed:
        case.finding = None
    case.status = "triaged" if case.finding is None else "investigating"
    case.answered = case.resolving_answer = False
    case.solution, case.feedback, case.ended_at, case.reopened = "", "", None, True
    case.escalation_level = 0
    case.kind, case.marks = "complaint", [mark for mark in case.marks if mark != SILENT]
    case.happened.pop("resolved", None)
    case.mark("received", now)
    if case.owner is None:
        case.mark("unowned", now)
    return [Tell(Reopened(because=because), who=who)]
