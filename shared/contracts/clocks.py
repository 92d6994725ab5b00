"""What triage tells about the clocks of a case."""

from datetime import datetime

from shared.contracts.fact import Happened


def case_fact(name: str, *changes: str) -> tuple[str, frozenset[str]]:
    """A fact of triage: its wire name, and the fields of the case it changes."""
    return f"redress.triage.{name}.v1", frozenset({"lane", "status", *changes})


class ClockStarted(Happened):
    """A deadline of the case runs: from when, and when it strikes."""

    TYPE, CHANGES = case_fact("clock-started")
    clock: str
    start: datetime
    due: datetime


class ClockPaused(Happened):
    """The deadline stands still: something is awaited from outside."""

    TYPE, CHANGES = case_fact("clock-paused")
    clock: str


class ClockResumed(Happened):
    """The deadline runs again, to a later time."""

    TYPE, CHANGES = case_fact("clock-resumed")
    clock: str
    due: datetime


class ClockWarned(Happened):
    """The deadline is near."""

    TYPE, CHANGES = case_fact("clock-warned")
    clock: str
    due: datetime


class ClockBreached(Happened):
    """The deadline passed and what it asks was not done."""

    TYPE, CHANGES = case_fact("clock-breached", "escalation_level")
    clock: str
    due: datetime
