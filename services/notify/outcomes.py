"""What partners receive: the public facts, numbered within their complaint, by references only. Pure."""

from services.notify.domain import Letters, Pending
from shared.contracts import actions, compensation, intake, triage
from shared.contracts.compensation import ClaimStands
from shared.contracts.fact import Happened
from shared.contracts.intake import ComplaintStands
from shared.contracts.notify import Outcome
from shared.contracts.triage import CaseStands
from shared.flow.messages import Heard, Tell, Telling
from shared.flow.thing import Thing

PUBLIC: dict[type[Happened], str] = {
    intake.ComplaintReceived: "received",
    triage.Triaged: "triaged",
    triage.SafetyRaised: "safety_raised",
    triage.SafetyCleared: "safety_cleared",
    actions.ProtectiveActionRequested: "protective_action_requested",
    triage.FindingRecorded: "finding_recorded",
    triage.Resolved: "resolved",
    triage.Closed: "closed",
    triage.Reopened: "reopened",
    triage.Rejected: "rejected",
    triage.Withdrawn: "withdrawn",
    compensation.Offered: "offered",
    compensation.Accepted: "accepted",
    compensation.OfferRefused: "refused",
    compensation.Paid: "paid",
    compensation.Reversed: "reversed",
}
CORRECTS = {"reopened": ("closed", "resolved"), "reversed": ("paid",), "safety_cleared": ("safety_raised",)}
"""An outcome that takes back an earlier one names its sequence."""


def outcomes_of(thing: Thing[Letters], input: Heard) -> list[Telling]:
    """The outcome a fact is, told at once or kept until the line is known."""
    happened = input.fact.happened
    name = PUBLIC.get(type(happened)) if isinstance(happened, Happened) else None
    if name is None:
        return []
    remedies = [happened.delivered] if isinstance(happened, compensation.Paid) else []
    thing.state.pending.append(Pending(outcome=name, at=input.fact.time, remedies=remedies))
    return []


def tell_pending(thing: Thing[Letters]) -> list[Telling]:
    """Outcomes whose line is known, in the order they were heard."""
    state = thing.state
    complaint = ComplaintStands.model_validate(thing.stands(f"intake/{thing.id}"))
    case = CaseStands.model_validate(thing.stands(f"triage/{thing.id}"))
    claim = ClaimStands.model_validate(thing.stands(f"compensation/{thing.id}"))
    line = complaint.line or case.line or claim.line
    if not line:
        return []
    told: list[Telling] = []
    for pending in state.pending:
        state.sequence += 1
        corrects = next((state.outcomes[n] for n in CORRECTS.get(pending.outcome, ()) if n in state.outcomes), None)
        state.outcomes[pending.outcome] = state.sequence
        outcome = Outcome(
            outcome=pending.outcome, complaint=thing.id, line=line, sequence=state.sequence, at=pending.at,
            category=case.category, safety=case.safety, references=complaint.references or case.references,
            remedies=pending.remedies, corrects=corrects,
        )  # fmt: skip
        told.append(Tell(outcome, topic=f"redress.outcomes.{line}", laned=False))
    state.pending = []
    return told
