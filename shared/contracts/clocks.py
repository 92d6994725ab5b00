"""What triage tells about the clocks of a case."""

from datetime import datetime

from shared.contracts.fact import Happened


def case_fact(name: str, *changes: str) -> tuple[str, frozenset[str]]:
    """A fact of triage: its wire name, and the fields of the case it changes."""
    return f"redress.triage.{name}.v1", frozenset({"lane", "status", *changes})


class ClockStarted(Happened):
    TYPE, CHANGES = case_fact("clock-started")
    clock: str
    start: datetime
    due: datetime


class ClockPaused(Happened):
    TYPE, CHANGES = case_fact("clock-paused")
    clock: str


class ClockResumed(Happened):
    TYPE, CHANGES = case_fact("clock-resumed")
    clock: str
    due: datetime


class ClockWarned(Happened):
    TYPE, CHANGES = case_fact("clock-warned")
    clock: str
    due: datetime


class ClockBreached(Happened):
    TYPE, CHANGES = case_fact("clock-breached", "escalation_level")
    clock: str
    due: datetime
