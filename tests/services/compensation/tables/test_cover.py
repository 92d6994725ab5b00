"""Gaps, overlaps and rows never reached are found exactly: held against trying every value."""

import itertools
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.compensation.table_days import WEEKDAYS, Days
from services.compensation.tables import assess
from tests.services.compensation.tables.writing import ON, faults, table, unproved

LOW, HIGH = 0, 12
CABIN = "  cabin: {type: choice, values: [a, b, c], default: none}\n"
FACTS = f"  hours: {{type: integer, min: {LOW}, max: {HIGH}}}\n{CABIN}"
HOURS, CABINS = range(LOW, HIGH + 1), ("a", "b", "c", None)

Holds = tuple[frozenset[int], frozenset[str | None]]


def some_hours(chance: Random) -> tuple[str, frozenset[int]]:
    low, high = sorted(chance.sample(HOURS, 2))
    return chance.choice(
        [
            (f"{low}..{high}", frozenset(range(low, high + 1))),
            (f"{low}..<{high}", frozenset(range(low, high))),
            (f"over {low}", frozenset(range(low + 1, HIGH + 1))),
            (f"at most {high}", frozenset(range(LOW, high + 1))),
            (f"not {high}", frozenset(HOURS) - {high}),
            (f"[{low}, {high}]", frozenset({low, high})),
            (f"{low} or at least {high}", frozenset({low, *range(high, HIGH + 1)})),
            (f"at least {low} and under {high}", frozenset(range(low, high))),
            ("any", frozenset(HOURS)),
        ]
    )


def some_cabins(chance: Random) -> tuple[str, frozenset[str | None]]:
    return chance.choice(
        [
            ("a", frozenset({"a"})),
            ("[a, b]", frozenset({"a", "b"})),
            ("not c", frozenset({"a", "b", None})),
            ("given", frozenset({"a", "b", "c"})),
            ("none", frozenset({None})),
            ("a or none", frozenset({"a", None})),
            ("[none, b]", frozenset({None, "b"})),
            ("any", frozenset(CABINS)),
        ]
    )


def some_rows(chance: Random) -> tuple[str, list[list[Holds]]]:
    """Rows as written, and for each its alternatives as the sets they hold for."""
    written, meant = [], []
    for number in range(chance.randint(1, 5)):
        cases = []
        lines = []
        for _ in range(chance.choice([1, 1, 2])):
            (hours, in_hours), (cabin, in_cabins) = some_hours(chance), some_cabins(chance)
            cases.append((in_hours, in_cabins))
            lines.append(f"      - {{hours: '{hours}', cabin: '{cabin}'}}".replace("'[", "[").replace("]'", "]"))
        text = "\n".join(lines)
        written.append(f"  - id: r{number}\n    when:\n{text}\n    due: nothing\n    REASON")
        meant.append(cases)
    return "\n".join(written), meant


@settings(max_examples=300, deadline=None, database=None)
@given(st.randoms(use_true_random=True), st.booleans())
def test_what_is_told_of_rows_is_what_trying_every_value_shows(chance: Random, unique: bool) -> None:
    rows, meant = some_rows(chance)
    told = faults(
        table(FACTS, rows, "  - {facts: {hours: 0}, row: r0, due: nothing}", hit="UNIQUE" if unique else "FIRST")
    )
    said = [fault.what for fault in told if "example" not in fault.what]
    held = [
        [at for at, cases in enumerate(meant) if any(h in hours and c in cabins for hours, cabins in cases)]
        for h, c in itertools.product(HOURS, CABINS)
    ]
    assert any(what.startswith("no row holds") for what in said) == any(not rows for rows in held)
    deciding = {at for rows in held for at in (rows if unique else rows[:1])}
    never = {f"r{at}" for at in range(len(meant))} - {f"r{at}" for at in deciding}
    assert {what.split("'")[1] for what in said if what.startswith("row '") and "never reached" in what} == never
    overlaps = unique and any(len(rows) > 1 for rows in held)
    assert any("both hold" in what for what in said) == overlaps


@settings(max_examples=150, deadline=None, database=None)
@given(st.randoms(use_true_random=True))
def test_the_row_that_decides_is_the_first_that_holds(chance: Random) -> None:
    rows, meant = some_rows(chance)
    text = table(
        FACTS, f"{rows}\n  - {{id: rest, due: nothing, REASON}}", "  - {facts: {hours: 0}, row: r0, due: nothing}"
    )
    if any("example" not in fault.what for fault in faults(text)):
        return
    loaded = unproved(text)
    for hours, cabin in itertools.product(HOURS, CABINS):
        held = [f"r{at}" for at, cases in enumerate(meant) if any(hours in h and cabin in c for h, c in cases)]
        said = assess(loaded, "test.table", {"hours": hours, "cabin": cabin}, ON)
        assert said["row"] == [*held, "rest"][0]


@settings(max_examples=200, deadline=None, database=None)
@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 400),
    st.sets(st.sampled_from(WEEKDAYS), max_size=6),
    st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2031, 1, 1)), st.integers(0, 40)), max_size=4),
)
def test_days_are_counted_as_by_walking_the_calendar(
    first: date, length: int, weekdays: set[str], exempt: list[tuple[date, int]]
) -> None:
    stretches = [f"{begin}..{begin + timedelta(days=days)}" for begin, days in exempt]
    days = Days.parse([*sorted(weekdays), *stretches] or ["2000-01-01"])
    walked = 0
    for offset in range(1, length + 1):
        day = first + timedelta(days=offset)
        free = any(begin <= day <= begin + timedelta(days=span) for begin, span in exempt)
        walked += WEEKDAYS[day.weekday()] not in weekdays and not free
    assert days.counted(first, first + timedelta(days=length)) == walked


def test_rows_over_too_many_facts_at_once_are_refused_in_time() -> None:
    chance = Random(7)
    facts = "\n".join(f"  f{n}: {{type: decimal}}" for n in range(16))
    rows = []
    for number in range(60):
        lows = [(n, chance.randint(0, 50)) for n in range(16)]
        when = ", ".join(f"f{n}: {low}..{low + chance.randint(20, 60)}" for n, low in lows)
        rows.append(f"  - {{id: r{number}, when: {{{when}}}, due: nothing, REASON}}")
    example = "  - {facts: {}, row: r1, due: nothing}"
    told = faults(table(facts, "\n".join(rows), example, hit="UNIQUE"))
    assert "too many facts at once" in told[0].what and "split it" in told[0].mend


def test_seasons_are_asked_by_the_month_and_days_by_before_and_after() -> None:
    text = table(
        "  travel: {type: date}",
        "  - {id: old, when: {travel: before 2026-04-01}, due: nothing, REASON}\n"
        "  - {id: summer, when: {travel.month: [7, 8]}, due: [apology], REASON}\n"
        "  - {id: late, when: {travel: after 2026-12-30}, due: [lodging], REASON}\n"
        "  - {id: rest, due: nothing, REASON}",
        "  - {facts: {travel: 2026-03-31}, row: old, due: nothing}\n"
        "  - {facts: {travel: 2026-04-01}, row: rest, due: nothing}\n"
        "  - {facts: {travel: 2026-08-31}, row: summer, due: [apology]}\n"
        "  - {facts: {travel: 2026-09-01}, row: rest, due: nothing}\n"
        "  - {facts: {travel: 2026-12-30}, row: rest, due: nothing}\n"
        "  - {facts: {travel: 2026-12-31}, row: late, due: [lodging]}",
        head="",
    )
    assert faults(text) == []
    assert "from 1 to 12" in str(faults(text.replace("[7, 8]", "13")))


def test_time_passed_is_what_a_clock_in_the_hand_shows_also_where_clocks_are_changed() -> None:
    """London, 29 March 2026: at one o'clock it becomes two. 25 October: at two it becomes one."""
    text = table(
        "  began: {type: datetime}\n  ended: {type: datetime}",
        "  - {id: only, when: {passed: any}, due: [{free_service_time: {value: passed}}], REASON}",
        '  - {facts: {began: "2026-03-29T00:30:00Z", ended: "2026-03-29T02:30:00Z"}, row: only,'
        " due: [{free_service_time: 2 h}]}\n"
        '  - {facts: {began: "2026-03-29T00:30", ended: "2026-03-29T03:30"}, row: only,'
        " due: [{free_service_time: 2 h}]}\n"
        '  - {facts: {began: "2026-10-25T00:30:00Z", ended: "2026-10-25T01:15:00Z"}, row: only,'
        ' due: [{free_service_time: "0.75 h"}]}',
        steps="  passed: {from: began, to: ended, in: hour, rounded: up 0.25}",
        head="time_zone: Europe/London",
    )
    assert [str(fault) for fault in faults(text)] == []
