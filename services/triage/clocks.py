"""The clocks of a case: each follows what happened to it, pauses, warns, breaches, climbs its ladder. Pure."""

from collections.abc import Sequence
from datetime import datetime

from services.triage.calendars import Span
from services.triage.clock_rules import Book, ClockRule
from services.triage.domain import LEVELS, MOST_CLOCKS, OVER, Case, Clock, Mark
from services.triage.queues import escalate
from shared.contracts.clocks import ClockBreached, ClockPaused, ClockResumed, ClockStarted, ClockWarned
from shared.flow.messages import Tell, Telling
from shared.flow.thing import Thing

CALL_BACK = "promise:call_back:"


def follow(thing: Thing[Case], book: Book, now: datetime) -> list[Telling]:
    """Starts, meets, pauses and resumes every clock by how the case stands; told once each."""
    case = thing.state
    told: list[Telling] = []
    for name, rule in book.rules.items():
        start = _start(case, rule)
        known = case.clocks.get(name)
        if start is not None and (known is None or known.started.n != start.n):
            told += begin(thing, book, name, name, start)
        elif rule.starts and start is None and known is not None:
            _end(thing, name, now)
    for name, clock in list(case.clocks.items()):
        rule = book.rules.get(clock.rule) or ClockRule(within="24 h")
        over = _is_over(case, rule) and not name.startswith(CALL_BACK)  # who was promised a call is called
        if clock.met_at is None and (_is_met(case, rule, clock) or over):
            _end(thing, name, now)
        elif clock.met_at is None:
            told += _pause_or_go_on(thing, book, name, rule, now)
            _keep_time(thing, book, name, rule)
    _let_go(case)
    return told


def _let_go(case: Case) -> None:
    """Promises kept long ago make room; the history keeps them."""
    ended = [name for name, clock in case.clocks.items() if clock.met_at is not None and clock.fixed]
    for name in ended[: max(0, len(case.clocks) - MOST_CLOCKS)]:
        del case.clocks[name]


def begin(
    thing: Thing[Case], book: Book, name: str, rule_name: str, start: Mark, due: datetime | None = None
) -> list[Telling]:
    """Starts one clock from what started it; `due` when it was promised or the plan says so."""
    rule = book.rules.get(rule_name)
    if rule is None:
        return []
    times = book.times(rule, start.at, due=due)
    thing.state.clocks[name] = Clock(
        rule=rule_name, started=start, due=times.due, warns_at=times.warns_at, version=book.version,
        fixed=due is not None,
    )  # fmt: skip
    _set(thing, book, name, rule)
    return [Tell(ClockStarted(clock=name, start=start.at, due=times.due), who="clock", rules=book.version)]


def meet(thing: Thing[Case], name: str, now: datetime) -> None:
    """The clock was met: what it waited for is done."""
    if name in thing.state.clocks and thing.state.clocks[name].met_at is None:
        _end(thing, name, now)


def strike(thing: Thing[Case], book: Book, name: str, now: datetime) -> tuple[list[Telling], str]:
    """A clock struck: it warns, breaches or climbs. Returns what is told, and what follows: '' or its `then`."""
    case = thing.state
    clock, rule = case.clocks.get(name), None
    if clock is not None:
        rule = book.rules.get(clock.rule)
    if clock is None or rule is None or clock.met_at is not None or clock.paused:
        return [], ""
    version, who = clock.version, f"clock:{clock.rule}"
    told: list[Telling] = []
    if not clock.warned and rule.then == "escalate" and now < clock.due:
        clock.warned = True
        told.append(Tell(ClockWarned(clock=name, due=clock.due), who=who, rules=version))
    elif rule.then != "escalate":
        _end(thing, name, now)
        return [], rule.then
    elif not clock.breached:
        clock.warned = clock.breached = True
        told.append(Tell(ClockBreached(clock=name, due=clock.due), who=who, rules=version))
        if rule.at_breach:
            told += escalate(case, LEVELS.index(rule.at_breach) + 1, name, now, version)
    else:
        rungs = book.ladder_of(rule)
        if clock.rung < len(rungs):
            told += escalate(case, LEVELS.index(rungs[clock.rung].to) + 1, name, now, version)
        clock.rung += 1
    _set(thing, book, name, rule)
    return told, ""


# Following -----------------------------------------------------------------------------------------


def _start(case: Case, rule: ClockRule) -> Mark | None:
    """The latest of what starts it; None where it does not apply, or a case that is over needs it no more."""
    main = case.category.partition(".")[0]
    if rule.categories and case.category not in rule.categories and main not in rule.categories:
        return None
    marks = [case.happened[event] for event in rule.starts if event in case.happened]
    return max(marks, key=lambda mark: mark.n) if marks and not _is_over(case, rule) else None


def _is_met(case: Case, rule: ClockRule, clock: Clock) -> bool:
    return any(e in case.happened and case.happened[e].n > clock.started.n for e in rule.met_by)


def _is_over(case: Case, rule: ClockRule) -> bool:
    """Whether the case is past what the clock is for; what outlives it, and promises, are not."""
    if rule.outlives:
        return False
    ends_with_it = bool(rule.starts) and "resolved" not in rule.starts and rule.then != "close"
    return case.status in OVER or (case.status == "resolved" and ends_with_it)


def _end(thing: Thing[Case], name: str, now: datetime) -> None:
    clock = thing.state.clocks[name]
    clock.met_at = clock.met_at or now
    thing.stop_clock(name)


def _pause_or_go_on(thing: Thing[Case], book: Book, name: str, rule: ClockRule, now: datetime) -> list[Telling]:
    """Waiting for the complainant pauses ordinary clocks, once they have not been breached."""
    case, clock = thing.state, thing.state.clocks[name]
    if case.waiting and rule.pauses and not clock.paused and not clock.breached:
        clock.pauses = [*clock.pauses, [max(now, clock.started.at)]]
        thing.stop_clock(name)
        return [Tell(ClockPaused(clock=name), who="clock", rules=clock.version)]
    if clock.paused and not case.waiting:
        clock.pauses = [*clock.pauses[:-1], [clock.pauses[-1][0], max(now, clock.pauses[-1][0])]]
        _set_times(book, clock, rule)
        _set(thing, book, name, rule)
        return [Tell(ClockResumed(clock=name, due=clock.due), who="clock", rules=clock.version)]
    return []


def _keep_time(thing: Thing[Case], book: Book, name: str, rule: ClockRule) -> None:
    """Another version of the clocks: the deadline follows from the same start, with the pauses kept."""
    clock = thing.state.clocks[name]
    if clock.version != book.version and not clock.breached:
        clock.version = book.version
        _set_times(book, clock, rule)
        if not clock.paused:
            _set(thing, book, name, rule)


def _set_times(book: Book, clock: Clock, rule: ClockRule) -> None:
    times = book.times(rule, clock.started.at, pauses_of(clock), clock.due if clock.fixed else None)
    clock.due, clock.warns_at = times.due, times.warns_at


def pauses_of(clock: Clock) -> Sequence[Span]:
    """The pauses that have ended."""
    return [(pause[0], pause[1]) for pause in clock.pauses if len(pause) == 2]


def _set(thing: Thing[Case], book: Book, name: str, rule: ClockRule) -> None:
    """Sets the thing's clock to what comes next, if anything does."""
    clock = thing.state.clocks[name]
    if not clock.warned and not clock.breached and rule.then == "escalate" and clock.warns_at < clock.due:
        thing.set_clock(name, clock.warns_at)
    elif not clock.breached:
        thing.set_clock(name, clock.due)
    else:
        rungs = book.rungs(rule, clock.due)
        if clock.rung < len(rungs):
            thing.set_clock(name, rungs[clock.rung][0])
        else:
            thing.stop_clock(name)
