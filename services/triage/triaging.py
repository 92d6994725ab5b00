"""What is heard of a complaint becomes a case: texts opened and read, category, safety, queue. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.triage.domain import Case, complaint_of, may_be_danger, worse
from services.triage.policy import NotOpened, Policy, profile_of
from services.triage.queues import queue_of
from services.triage.safety import raise_safety
from shared import clock, ids
from shared.contracts.intake import (
    SEALED_CONTACT,
    SEALED_TEXT,
    ComplainantErased,
    ComplaintReceived,
    ComplaintStands,
    ComplaintSupplemented,
    ReopeningAsked,
    Screen,
)
from shared.contracts.triage import Safety, SafetyRaised, StepTaken, Triaged
from shared.flow.messages import Heard, Tell, Telling
from shared.flow.thing import Thing
from shared.policy.outcome import Reading, needs_person
from shared.policy.profile import LineProfile

MOST_EVIDENCE = 20
MOST_SEALED = 200_000
"""Characters of sealed text a case keeps; what is said beyond them is read, and stays with intake."""
FIRST = "0"
SILENT_CONTACT = "silent_contact"
"""A call in which nobody spoke: logged, no open case; unless the rules see danger in it."""


def heard(thing: Thing[Case], input: Heard, now: datetime, policy: Policy) -> list[Telling]:
    """Notes what an intake fact brought; a message is read for danger at once, late or not."""
    case, fact = thing.state, input.fact
    happened = fact.happened
    if isinstance(happened, ComplainantErased):
        thing.erased, case.sealed, case.texts = True, {}, {}
        return []
    if isinstance(happened, ComplaintReceived):
        case.received_heard = True
    if thing.erased:
        return []
    for name in (SEALED_TEXT, SEALED_CONTACT):
        if fact.sealed and name in fact.sealed:
            case.sealed.setdefault(name, fact.sealed[name])
    if isinstance(happened, ComplaintSupplemented | ReopeningAsked):
        told: list[Telling] = []
        if isinstance(happened, ComplaintSupplemented) and happened.kind != "facts":
            case.mark("supplement", now)
            if case.waiting:
                case.waiting = False
                told.append(Tell(StepTaken(step="info_received", by="complainant"), who="complainant"))
        return told + _read_more(thing, f"f{fact.number}", happened, now, policy)
    return []


def _read_more(
    thing: Thing[Case], part: str, happened: ComplaintSupplemented | ReopeningAsked, now: datetime, policy: Policy
) -> list[Telling]:
    """A message may raise; it names the category only where nothing did so far."""
    case = thing.state
    if happened.text and sum(map(len, case.texts.values())) + len(happened.text) <= MOST_SEALED:
        case.texts[part] = happened.text
    signals = happened.signals if isinstance(happened, ComplaintSupplemented) else []
    if not happened.text and not signals:
        return _raise_by_facts(thing, happened.screen, now, policy)
    reading = _read(thing, happened.text, signals, now, policy)
    told = _raise_by(thing, reading, part, now, policy)
    if case.begun and case.category == "other" and reading.category not in ("other", "safety"):
        case.category = reading.detail or reading.category
        told.append(_triaged(thing, reading, part, now, policy))
    return told


def triage(thing: Thing[Case], now: datetime, policy: Policy) -> list[Telling]:
    """Decides what is not decided yet: the complaint's own text, new references, danger the screen saw."""
    case, complaint = thing.state, complaint_of(thing)
    text_here = SEALED_TEXT in case.sealed and not case.text_read
    if not complaint.line or not (case.begun or text_here or case.received_heard or thing.lane == "express"):
        return []
    told: list[Telling] = []
    if not case.begun or text_here:
        told += _from_complaint(thing, complaint, now, policy)
    elif _references(complaint) != case.references:
        case.references = _references(complaint)
        told.append(Tell(_fact(case, []), who="rules", rules=case.version))
    return told + _raise_by_screen(thing, complaint, now, policy)


def _from_complaint(thing: Thing[Case], complaint: ComplaintStands, now: datetime, policy: Policy) -> list[Telling]:
    """The first decision; again when its text comes after what was added to it."""
    case = thing.state
    if SEALED_TEXT in case.sealed:
        case.texts[FIRST], case.text_read = case.sealed.pop(SEALED_TEXT), True
    reading = _read(thing, case.texts.get(FIRST), complaint.signals, now, policy)
    case.reference, case.line, case.language = ids.reference(thing.id), complaint.line, complaint.language
    case.category = reading.detail or reading.category
    case.kind = complaint.kind if complaint.kind != "complaint" else _kind(reading)
    silent = [SILENT_CONTACT] if "silent" in complaint.signals and FIRST not in case.texts else []
    case.marks = list(dict.fromkeys([*case.marks, *reading.marks, *silent]))
    if not case.begun:
        received = complaint.received_at or now
        case.received_ms = clock.to_ms(received)
        case.mark("received", received)
        case.mark("triaged", now)
        case.status = "triaged"
        if case.owner is None and not may_be_danger(reading.safety):
            case.mark("unowned", now)
    if not case.in_danger:
        case.priority = reading.priority
    first = _triaged(thing, reading, FIRST, now, policy)
    return [first, *_raise_by(thing, reading, FIRST, now, policy)]


def _kind(reading: Reading) -> str:
    """Words of thanks beside a matter of some category may come with a complaint: a person sees to it."""
    return "complaint" if reading.kind == "praise" and reading.category != "other" else reading.kind


def _triaged(thing: Thing[Case], reading: Reading, part: str, now: datetime, policy: Policy) -> Tell:
    """The decision with its reasons; the queue follows from it."""
    case, complaint = thing.state, complaint_of(thing)
    profile = profile_of(policy.in_force(complaint.line, now))
    case.rules = list(dict.fromkeys([*(case.rules if case.in_danger else ()), *reading.rules]))
    case.version, case.references = reading.version, _references(complaint)
    case.missing = _missing(reading.fields, complaint, profile)
    case.queue = queue_of(profile, case, complaint)
    return Tell(_fact(case, _evidence(reading, part), reading.safety), who="rules", rules=reading.version)


def _evidence(reading: Reading, part: str) -> list[dict[str, Any]]:
    """Where the rules found their reasons: which part of what was told, and the place in it."""
    return [{"part": part, **evidence} for evidence in reading.without_text()["evidence"][:MOST_EVIDENCE]]


def _fact(case: Case, evidence: list[dict[str, Any]], read: Safety = "none") -> Triaged:
    safety = read if worse(read, case.safety) else case.safety
    return Triaged(
        safety=safety, priority=case.priority, category=case.category, rules=case.rules, evidence=evidence,
        version=case.version,
    )  # fmt: skip


# Reading -------------------------------------------------------------------------------------------


def _read(thing: Thing[Case], token: str | None, signals: Sequence[str], now: datetime, policy: Policy) -> Reading:
    complaint = complaint_of(thing)
    line = complaint.line or None
    on = policy.day(complaint.line, complaint.received_at or now)
    try:
        text = policy.open(token) if token else ""
    except NotOpened:
        return needs_person("text-not-opened", "the sealed text cannot be opened", "none")
    return policy.read(policy.packs, line, on, text, signals, complaint.facts)


def _raise_by(thing: Thing[Case], reading: Reading, part: str, now: datetime, policy: Policy) -> list[Telling]:
    if not may_be_danger(reading.safety):
        return []
    raised = SafetyRaised(
        safety=reading.safety, plan=reading.plan, rules=list(reading.rules), evidence=_evidence(reading, part),
        version=reading.version,
    )  # fmt: skip
    return raise_safety(thing, raised, now, policy)


def _raise_by_facts(thing: Thing[Case], screen: Screen, now: datetime, policy: Policy) -> list[Telling]:
    """What was added without a word (a crash sensor): danger is new each time, also after a clearing."""
    if not may_be_danger(screen.safety) or not thing.state.begun:
        return []
    return raise_safety(thing, _by_screen(screen), now, policy, "screen")


def _by_screen(screen: Screen) -> SafetyRaised:
    safety: Safety = "confirmed" if screen.safety == "confirmed" else "suspected"
    return SafetyRaised(safety=safety, plan=screen.plan, rules=screen.rules, version=screen.version)


def _raise_by_screen(thing: Thing[Case], complaint: ComplaintStands, now: datetime, policy: Policy) -> list[Telling]:
    """What intake's screen saw is never less than suspected here; seen once, it does not raise again."""
    screen, case = complaint.screen, thing.state
    seen = f"{screen.safety} {' '.join(screen.rules)}"
    if not may_be_danger(screen.safety) or seen == case.screened:
        return []
    case.screened = seen
    raised = _by_screen(screen)
    return raise_safety(thing, raised, now, policy, "screen") if worse(raised.safety, case.safety) else []


def _references(complaint: ComplaintStands) -> dict[str, str]:
    """What partners know the case by; where evidence is kept is nobody's order."""
    return {name: value for name, value in complaint.references.items() if not name.startswith("evidence")}


def _missing(fields: Sequence[str], complaint: ComplaintStands, profile: LineProfile | None) -> list[str]:
    """What the category needs and neither intake was given nor a fact or reference names."""
    judged = profile.fields_for("other", complaint.business) if profile else ()
    given = {*complaint.facts, *complaint.references, *(f"{name}_number" for name in complaint.references)}
    given |= {"phone", "contact", "name", "email"} if complaint.reachable else set()
    given |= {"business"} if complaint.business else set()
    return [field for field in fields if field in complaint.missing or (field not in judged and field not in given)]
