"""Open time: business hours, closed days and made-up days of a calendar in its zone, and walking along them. Pure."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from shared.policy.documents import Day, PackModel

Span = tuple[datetime, datetime]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_LENGTH = re.compile(r"(\d{1,4}) (min|h|days?)")
FARTHEST = timedelta(days=366 * 5)


def _hours(text: str) -> str:
    found = _HOURS.fullmatch(text)
    if not found or _minutes(text)[0] >= _minutes(text)[1] or _minutes(text)[1] > 24 * 60:
        raise ValueError("opening hours are written like 08:30-12:00, the end after the beginning, 24:00 at most")
    return text


def _minutes(text: str) -> tuple[int, int]:
    begin, end = text.split("-")
    return int(begin[:2]) * 60 + int(begin[3:]), int(end[:2]) * 60 + int(end[3:])


def _length(text: str) -> str:
    if not _LENGTH.fullmatch(text):
        raise ValueError("a length of time is written like '5 min', '24 h' or '10 days'")
    return text


Hours = Annotated[str, AfterValidator(_hours)]
Length = Annotated[str, AfterValidator(_length)]


class CalendarModel(PackModel):
    """Hours by weekday (a lunch break is the gap between two), days closed, and closed weekdays made up for."""

    hours: Annotated[dict[Weekday, tuple[Hours, ...]], Field(min_length=1)]
    closed: tuple[Day, ...] = ()
    made_up: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _opens(self) -> "CalendarModel":
        for spans in self.hours.values():
            if any(_minutes(one)[1] > _minutes(other)[0] for one, other in itertools.pairwise(spans)):
                raise ValueError("hours of a day stand in order and do not overlap")
        if not any(self.hours.values()):
            raise ValueError("this calendar never opens")
        return self


@dataclass(frozen=True)
class Calendar:
    """A calendar in a zone; without `model` every moment is open."""

    name: str
    zone: ZoneInfo
    model: CalendarModel | None = None

    def hours_on(self, day: date) -> tuple[str, ...]:
        """The hours of one day; a made-up day has those of the first weekday that opens."""
        if self.model is None:
            return ("00:00-24:00",)
        if day in self.model.made_up:
            return next(self.model.hours[name] for name in WEEK if self.model.hours.get(name))
        return () if day in self.model.closed else self.model.hours.get(WEEK[day.weekday()], ())

    def open_on(self, day: date) -> list[Span]:
        """When it is open on one day, in UTC."""
        return [(self._at(day, begin), self._at(day, end)) for begin, end in map(_minutes, self.hours_on(day))]

    def _at(self, day: date, minute: int) -> datetime:
        midnight = datetime.combine(day + timedelta(days=minute // 1440), time(), self.zone)
        local = midnight.replace(hour=minute % 1440 // 60, minute=minute % 60)
        return local.astimezone(UTC)

    def open_from(self, start: datetime) -> Iterator[Span]:
        """Open spans from a moment on."""
        if self.model is None:
            yield start, start + FARTHEST
            return
        day = start.astimezone(self.zone).date()
        for after in range(FARTHEST.days):
            for begin, end in self.open_on(day + timedelta(days=after)):
                if end > start:
                    yield max(begin, start), end


def length_of(text: str, calendar: Calendar, start: datetime) -> timedelta:
    """How much open time a length is from `start`; days are days of the calendar, kept to the time of day."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise ValueError(text)
    number, unit = int(found[1]), found[2]
    if unit == "min":
        return timedelta(minutes=number)
    if unit == "h":
        return timedelta(hours=number)
    if calendar.model is None:
        return timedelta(days=number)
    return open_time(calendar, start, _days_later(calendar, start, number))


def _days_later(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The same time so many open days later; what begins on a closed day begins when it opens next."""
    begin = next(calendar.open_from(start))[0]
    local = (begin if not calendar.hours_on(start.astimezone(calendar.zone).date()) else start).astimezone(
        calendar.zone
    )
    day, left = local.date(), days
    while left:
        day += timedelta(days=1)
        left -= bool(calendar.hours_on(day))
    return datetime.combine(day, local.timetz().replace(tzinfo=None), calendar.zone).astimezone(UTC)


def open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much open time lies between two moments."""
    total = timedelta()
    for begin, close in calendar.open_from(start):
        if begin >= end:
            break
        total += min(close, end) - begin
    return total


def walk(calendar: Calendar, start: datetime, amount: timedelta, pauses: Iterable[Span] = ()) -> datetime:
    """The moment when so much open time has gone since `start`, not counting the pauses."""
    last = start
    for begin, end in calendar.open_from(start):
        for from_, to in _less(begin, end, _merged(pauses)):
            if to - from_ >= amount:
                return from_ + amount
            amount -= to - from_
            last = to
    return last + amount


def _merged(pauses: Iterable[Span]) -> Sequence[Span]:
    merged: list[Span] = []
    for begin, end in sorted(pauses):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged


def _less(begin: datetime, end: datetime, pauses: Sequence[Span]) -> Iterator[Span]:
    """What is left of a span beside the pauses."""
    for from_, to in pauses:
        if to <= begin or from_ >= end:
            continue
        if from_ > begin:
            yield begin, from_
        begin = max(begin, to)
    if begin < end:
        yield begin, end
