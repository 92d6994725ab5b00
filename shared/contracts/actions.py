"""What triage tells about protective and corrective actions."""

from datetime import datetime

from shared.contracts.clocks import case_fact
from shared.contracts.fact import Happened


class ProtectiveActionRequested(Happened):
    """A step of an emergency plan was asked for, to be acknowledged by its deadline."""

    TYPE, CHANGES = case_fact("protective-action-requested", "actions")
    action: str
    plan: str
    owner: str
    acknowledge_by: datetime


class ProtectiveActionAcknowledged(Happened):
    """Somebody carries the step out."""

    TYPE, CHANGES = case_fact("protective-action-acknowledged", "actions")
    action: str
    by: str


class CorrectiveActionOrdered(Happened):
    TYPE, CHANGES = case_fact("corrective-action-ordered")
    action: str
    unit: str
    answer_by: datetime


class CorrectiveActionAnswered(Happened):
    TYPE, CHANGES = case_fact("corrective-action-answered")
    action: str
    unit: str


class CorrectiveActionVerified(Happened):
    TYPE, CHANGES = case_fact("corrective-action-verified")
    action: str
    effective: bool
