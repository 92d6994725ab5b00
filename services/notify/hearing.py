"""What notify hears: whatever calls for a message or an outcome, takes one back, or changes how others stand.

Not the clocks of a case, nor what staff settle among themselves: nobody outside is written to about these.
"""

from services.notify.outcomes import PUBLIC
from shared.contracts import actions, compensation, intake, joining, triage
from shared.contracts.fact import Happened

OF_ENTITLEMENTS = (compensation.EntitlementGranted, compensation.EntitlementDenied)
OF_CLAIMS = [fact for fact in compensation.FACTS if fact not in OF_ENTITLEMENTS]
HEARS: tuple[type[Happened], ...] = tuple(dict.fromkeys((
    *PUBLIC, *OF_CLAIMS, intake.ComplainantErased, intake.ComplaintSupplemented, intake.ContactTold,
    intake.WithdrawalAsked, intake.ReopeningAsked, triage.InfoRequested, triage.IdentityVerified, triage.Promised,
    triage.Assigned, triage.StepTaken, triage.Answered, triage.CalledBack, joining.Linked, joining.Unlinked,
    actions.ProtectiveActionAcknowledged, actions.CorrectiveActionOrdered, actions.CorrectiveActionAnswered,
    actions.CorrectiveActionVerified,
)))  # fmt: skip
TYPES = frozenset(fact.TYPE for fact in HEARS)
