"""How a case is shown to staff: what stands, what is due, and what was done, by whom and why. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.triage.domain import NO_DUE, Case, Clock, claim_of
from shared import clock, ids
from shared.flow.thing import Thing

PREFIX = "redress.triage."
Done = tuple[str, dict[str, str], bool]
ROW = (
    "line", "status", "safety", "priority", "category", "kind", "queue", "owner", "escalation_level", "subject",
)  # fmt: skip
ROW_FIELDS = ("lane", "state.next_due", "state.received_ms", *(f"state.{name}" for name in ROW))
SHOWN = {
    "status", "line", "language", "safety", "priority", "category", "kind", "queue", "plan", "missing", "rules",
    "marks", "version", "references", "subject", "owner", "escalation_level", "refusals", "identity_verified",
    "answered", "finding", "orders", "steps", "corrective", "waiting", "solution", "feedback",
    "faults",
}  # fmt: skip


def row(document: Mapping[str, Any]) -> dict[str, Any]:
    """One case in a list."""
    state, id = document.get("state", {}), document["_id"]
    due = state.get("next_due", NO_DUE)
    return {
        "id": id,
        "reference": ids.reference(id),
        "lane": document.get("lane"),
        **{name: state.get(name) for name in ROW},
        "received_at": _time(state.get("received_ms")),
        "due": None if due >= NO_DUE else _time(due),
    }


def case(thing: Thing[Case], entries: Sequence[Mapping[str, Any]], work: Sequence[Done] = ()) -> dict[str, Any]:
    """The whole case; `entries` are its history, oldest first, `work` the steps of its line in order."""
    state = thing.state
    return {
        "id": thing.id,
        "reference": ids.reference(thing.id),
        "lane": thing.lane,
        "erased": thing.erased,
        **state.model_dump(mode="json", include=SHOWN),
        "received_at": _time(state.received_ms),
        "actions": [{"action": key, **step.model_dump()} for key, step in state.plan_steps.items()],
        "clocks": [_clock(name, one) for name, one in state.clocks.items()],
        "remedies": [remedy.model_dump(mode="json") for remedy in claim_of(thing).remedies],
        "waiting_records": len(thing.person),
        "work": [{"step": step, "names": names, "done": done} for step, names, done in work],
        "timeline": timeline(state.said, entries),
    }


def timeline(said: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What happened, when, who did it, under which rules, and what it said, as far as it is kept."""
    return [
        {
            "n": entry["n"],
            "at": _time(entry["at"]),
            "who": entry["who"],
            "what": entry["what"].removeprefix(PREFIX).removesuffix(".v1"),
            "rules": entry["rules"],
            "why": said.get(entry["of"], {}),
        }
        for entry in entries
    ]


def _clock(name: str, one: Clock) -> dict[str, Any]:
    state = "met" if one.met_at else "paused" if one.paused else "breached" if one.breached else "running"
    return {
        "clock": name,
        "state": state,
        "start": clock.wire(one.started.at),
        "warns_at": clock.wire(one.warns_at),
        "due": clock.wire(one.due),
        "met_at": _wire(one.met_at),
        "pauses": [[clock.wire(at) for at in pause] for pause in one.pauses],
        "version": one.version,
    }


def _time(ms: int | None) -> str | None:
    return clock.wire(clock.from_ms(ms)) if ms else None


def _wire(at: datetime | None) -> str | None:
    return clock.wire(at) if at else None


def hot_spots(rows: Iterable[Mapping[str, Any]], least: int) -> list[dict[str, Any]]:
    """What is complained of most: by line, category and subject, the most frequent first."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for each in rows:
        state = each.get("state", {})
        counted[state.get("line", ""), state.get("category", "other"), state.get("subject", "")] += 1
    found = [(key, count) for key, count in counted.items() if count >= least]
    return [
        {"line": line, "category": category, "subject": subject or None, "count": count}
        for (line, category, subject), count in sorted(found, key=lambda item: (-item[1], item[0]))
    ]
