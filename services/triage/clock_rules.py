"""`clocks.yaml`: the deadlines of a line's cases as its policy owner writes them, and what is in force of them."""

import difflib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from services.triage.calendars import Calendar, CalendarModel, Length, Span, length_of, walk
from services.triage.domain import LEVELS
from shared.policy.documents import Dated, Document, Identifier, PackModel
from shared.policy.faults import Fault
from shared.policy.packs import Pack
from shared.policy.policy import InForce
from shared.policy.profile import SHARED_CATEGORIES, LineProfile
from shared.policy.sections import Section

ALWAYS, OF_LINE = "always", "line"
Event = Annotated[
    str,
    Field(
        pattern=r"^(received|triaged|danger|unowned|assigned|handed_over|contact|answer|finding|resolved|info_requested"
        r"|supplement|call_back|step|step:[a-z][a-z0-9_]*)$"
    ),
]
Level = Literal["supervisor", "manager", "director"]


class Rung(PackModel):
    """Who is told when a breached clock is still not met so long after the breach."""

    after: Length
    to: Level


class ClockRule(PackModel):
    """One kind of deadline.

    `starts` empty: each is started by what it belongs to (a promise, a protective action). `categories` empty: any.
    `at_breach`: told at the breach itself, before the ladder. `outlives`: runs on when the case is closed.
    """

    starts: tuple[Event, ...] = ()
    met_by: tuple[Event, ...] = ()
    within: Length
    calendar: Identifier = OF_LINE
    warns_at: Annotated[int, Field(ge=1, le=100)] = 75
    pauses: bool = True
    categories: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] | None = None
    at_breach: Level | None = None
    then: Literal["escalate", "reassign", "close"] = "escalate"
    outlives: bool = False


class Clocks(Dated):
    """The clocks of a line, or those all lines share; a line's own replaces a shared one of its name."""

    ladder: tuple[Rung, ...] = ()
    calendars: dict[Identifier, CalendarModel] = {}
    clocks: dict[Identifier, ClockRule]


@dataclass(frozen=True)
class Times:
    """When a clock warns and is due."""

    warns_at: datetime
    due: datetime


@dataclass(frozen=True, eq=False)
class Book:
    """The clocks in force for one line on one day."""

    rules: Mapping[str, ClockRule]
    ladder: tuple[Rung, ...]
    calendars: Mapping[str, CalendarModel]
    zone: ZoneInfo
    version: str

    def calendar(self, rule: ClockRule) -> Calendar:
        """The calendar a rule counts in; a line that has none of its own is open always."""
        model = self.calendars.get(rule.calendar)
        return Calendar(rule.calendar if model else ALWAYS, self.zone, model)

    def names(self, event: str) -> bool:
        """Whether any clock starts or ends by this event."""
        return any(event in rule.starts or event in rule.met_by for rule in self.rules.values())

    def ladder_of(self, rule: ClockRule) -> tuple[Rung, ...]:
        """Whom a breach reaches, and when."""
        if rule.then != "escalate":
            return ()
        return self.ladder if rule.ladder is None else rule.ladder

    def times(
        self, rule: ClockRule, start: datetime, pauses: Sequence[Span] = (), due: datetime | None = None
    ) -> Times:
        """From the fact that started it and the pauses kept; a fixed `due` is kept as it was promised."""
        calendar, pauses = self.calendar(rule), pauses if rule.pauses else ()
        if due is None:
            amount = length_of(rule.within, calendar, start)
            due = walk(calendar, start, amount, pauses)
            warns_at = walk(calendar, start, amount * rule.warns_at / 100, pauses)
        else:
            warns_at = start + max(due - start, timedelta()) * rule.warns_at / 100
        return Times(warns_at, due)

    def rungs(self, rule: ClockRule, due: datetime) -> list[tuple[datetime, Level]]:
        """When a breach reaches whom, in the calendar of the clock it follows."""
        calendar = self.calendar(rule)
        return [(walk(calendar, due, length_of(rung.after, calendar, due)), rung.to) for rung in self.ladder_of(rule)]


@lru_cache(maxsize=64)
def book_of(in_force: InForce) -> Book:
    """What `clocks.yaml` of a line and of all lines come to."""
    rules: dict[str, ClockRule] = {}
    calendars: dict[str, CalendarModel] = {}
    ladder: tuple[Rung, ...] = ()
    for document in in_force.of("clocks").values():
        rules |= document.content.clocks
        calendars |= document.content.calendars
        ladder = document.content.ladder or ladder
    profile = in_force.get("pack", in_force.line or "")
    zone = profile.content.zone if profile else ZoneInfo("UTC")
    return Book(rules, ladder, calendars, zone, in_force.version_of("clocks"))


def _check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    around = [*(pack.shared.of("clocks") if pack.shared else ()), *documents]
    calendars = {ALWAYS, OF_LINE, *(name for document in around for name in document.content.calendars)}
    profiles: list[LineProfile] = [document.content for document in pack.of("pack")]
    for document in documents:
        for name, rule in document.content.clocks.items():
            if rule.calendar not in calendars:
                what = f"no calendar '{rule.calendar}'"
                yield document.fault(("clocks", name, "calendar"), what, f"name one of {sorted(calendars)}")
            for place, category in enumerate(rule.categories):
                if category not in SHARED_CATEGORIES and not any(profile.knows(category) for profile in profiles):
                    yield document.fault(
                        ("clocks", name, "categories", place), f"no category '{category}'", "name one the line knows"
                    )
            yield from _check_ladder(document, ("clocks", name, "ladder"), rule.ladder or ())
            yield from _check_steps(document, name, rule, pack)
        yield from _check_ladder(document, ("ladder",), document.content.ladder)


def _check_ladder(document: Document[Any], place: tuple[str, ...], ladder: Sequence[Rung]) -> Iterable[Fault]:
    levels = [LEVELS.index(rung.to) for rung in ladder]
    if levels != sorted(set(levels)):
        yield document.fault(place, "a ladder goes down or stands still", "name each level once, lowest first")
    for index, (one, other) in enumerate(itertools.pairwise(rung.after.split() for rung in ladder)):
        if one[1][:3] == other[1][:3] and int(other[0]) < int(one[0]):
            what = f"'{' '.join(other)}' comes before the rung above it, '{' '.join(one)}'"
            yield document.fault((*place, index + 1, "after"), what, "count every rung from the breach, in order")


def _check_steps(document: Document[Any], name: str, rule: ClockRule, pack: Pack) -> Iterable[Fault]:
    """Steps may be taken that stand in no list; one written almost like a listed one is meant to be that."""
    holders = [each for each in (pack.shared, pack) if each]
    steps = sorted({step for each in holders for found in each.of("steps") for step in found.content.steps})
    for field, events in (("starts", rule.starts), ("met_by", rule.met_by)):
        for place, event in enumerate(events):
            step = event.removeprefix("step:")
            close = difflib.get_close_matches(step, steps, n=1, cutoff=0.8) if step != event else []
            if close and step not in steps:
                what = f"no step '{step}' stands in the list"
                yield document.fault(("clocks", name, field, place), what, f"did you mean 'step:{close[0]}'?")


SECTION = Section("clocks", "clocks*.yaml", Clocks, "deadlines, calendars and who is told of a breach", _check)
