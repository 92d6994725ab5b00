"""What triage tells about protective and corrective actions."""

from datetime import datetime

from pydantic import Field

from shared.contracts.clocks import case_fact
from shared.contracts.fact import Happened


class ProtectiveActionRequested(Happened):
    """A step of an emergency plan was asked for, to be acknowledged by its deadline."""

    TYPE, CHANGES = case_fact("protective-action-requested", "actions")
    action: str = Field(description="The step, to be named in the acknowledgement; -2, -3 at a later alarm.")
    plan: str = Field(description="The emergency plan it belongs to.")
    owner: str = Field(description="Who is to see to it, by a reference.")
    acknowledge_by: datetime = Field(description="After this it goes up.")


class ProtectiveActionAcknowledged(Happened):
    """Somebody carries the step out."""

    TYPE, CHANGES = case_fact("protective-action-acknowledged", "actions")
    action: str
    by: str


class CorrectiveActionOrdered(Happened):
    """A unit is ordered to mend what led to the complaint, by a date."""

    TYPE, CHANGES = case_fact("corrective-action-ordered")
    action: str
    unit: str
    answer_by: datetime


class CorrectiveActionAnswered(Happened):
    """The unit says what it did."""

    TYPE, CHANGES = case_fact("corrective-action-answered")
    action: str
    unit: str


class CorrectiveActionVerified(Happened):
    """Somebody looked whether the mending works."""

    TYPE, CHANGES = case_fact("corrective-action-verified")
    action: str
    effective: bool
