"""What was in force when something was decided: the packs, the reading, and who may open sealed text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from services.triage.clock_rules import Book, book_of
from shared.policy import reading
from shared.policy.outcome import Reading
from shared.policy.plans import Plan
from shared.policy.policy import InForce, UnknownLine
from shared.policy.policy import Policy as Packs
from shared.policy.profile import LineProfile

Read = Callable[[Packs, str | None, date, str, Sequence[str], Mapping[str, Any] | None], Reading]
NEEDS_PERSON = "needs_person"


class NotOpened(Exception):
    """A sealed text that cannot be opened: a person must ask what was said."""


@dataclass(frozen=True)
class Policy:
    """The bundle `decide` is given. `open` turns a sealed text into words, or raises NotOpened; it is pure."""

    packs: Packs
    open: Callable[[str], str]
    read: Read = reading.read

    def in_force(self, line: str, at: datetime) -> InForce:
        """What holds for a line at a moment, by the day in its zone; for an unknown line what all lines share."""
        try:
            return self.packs.at(line or None, self.day(line, at))
        except UnknownLine:
            return self.packs.at(None, at.date())

    def day(self, line: str, at: datetime) -> date:
        """The day in the line's zone."""
        return at.astimezone(self._zone(line, at.date())).date()

    def _zone(self, line: str, on: date) -> tzinfo:
        try:
            profile = profile_of(self.packs.at(line or None, on))
        except UnknownLine:
            profile = None
        return profile.zone if profile else UTC

    def book(self, line: str, at: datetime) -> Book:
        """The clocks in force."""
        return book_of(self.in_force(line, at))

    def plan(self, line: str, at: datetime, id: str) -> tuple[str, Plan | None]:
        """An emergency plan and its id; one the packs do not know is looked after by a person."""
        known: dict[str, Plan] = {}
        for document in self.in_force(line, at).of("plans").values():
            known |= document.content.plans
        return (id, known[id]) if id in known else (NEEDS_PERSON, known.get(NEEDS_PERSON))


def profile_of(in_force: InForce) -> LineProfile | None:
    """The head of a line's pack."""
    document = in_force.get("pack", in_force.line or "")
    return document.content if document else None
