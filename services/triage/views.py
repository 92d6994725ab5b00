"""How a case is shown to staff: what stands, what is due, and what was done, by whom and why. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
OF_HOT_SPOTS = ("line", "category", "subject", "references", "queue", "received_ms", "score")
HAPPENS_TO = ("device", "vehicle", "machine", "train", "driver", "instructor", "host", "home", "station")
"""References to what is complained of again and again; an order or a ticket is complained of once."""
SHOWN = {
    "status", "line", "language", "safety", "priority", "category", "kind", "queue", "plan", "missing", "rules",
    "marks", "version", "references", "subject", "owner", "escalation_level", "refusals", "identity_verified",
    "answered", "finding", "orders", "steps", "corrective", "waiting", "solution", "feedback",
    "faults", "score",
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


def hot_spots(
    rows: Iterable[Mapping[str, Any]],
    least: int,
    unit_of: Callable[[str, str], str] = lambda line, queue: "",
    lately: int = 0,
    unit: str | None = None,
) -> list[dict[str, Any]]:
    """What is complained of most, the most frequent first: by line, category and what it happened to.

    `unit_of` names the department of a line's queue; `lately`: what came since then counts as new; `unit`: of this
    department alone.
    """
    spots: dict[tuple[str, str, str], Counted] = defaultdict(Counted)
    for each in rows:
        state = each.get("state", {})
        line = state.get("line", "")
        of = unit_of(line, state.get("queue", ""))
        if unit in (None, of):
            spots[line, state.get("category", "other"), _subject(state)].add(of, state.get("received_ms", 0) >= lately)
    found = [item for item in spots.items() if item[1].count >= least]
    found.sort(key=lambda item: (-item[1].count, item[0]))
    return [
        {"line": line, "category": category, "subject": subject or None, "count": spot.count, "last_day": spot.lately,
         "units": dict(spot.units.most_common())}
        for (line, category, subject), spot in found
    ]  # fmt: skip


@dataclass
class Counted:
    """How often, how often lately, and to which departments."""

    count: int = 0
    lately: int = 0
    units: Counter[str] = field(default_factory=Counter)

    def add(self, unit: str, lately: bool) -> None:
        self.count += 1
        self.lately += lately
        self.units.update([unit] if unit else [])


def _subject(state: Mapping[str, Any]) -> str:
    """What it happened to: the thing or person the complaint names, else what the order system says."""
    named = state.get("references") or {}
    return next((f"{name}/{named[name]}" for name in HAPPENS_TO if name in named), str(state.get("subject") or ""))


def satisfaction(
    rows: Iterable[Mapping[str, Any]],
    unit_of: Callable[[str, str], str],
    target_of: Callable[[str], int | None],
    unit: str | None = None,
) -> list[dict[str, Any]]:
    """What those who were asked answered, 0 to 100: the mean per line and department, the lowest first."""
    scores: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in rows:
        state = each.get("state", {})
        line = state.get("line", "")
        of = unit_of(line, state.get("queue", ""))
        if state.get("score") is not None and unit in (None, of):
            scores[line, of].append(state["score"])
    found = [(sum(given) / len(given), len(given), *key) for key, given in scores.items()]
    return [
        {"line": line, "unit": of, "answered": answered, "mean": round(mean, 1), "target": target_of(line),
         "below_target": mean < (target_of(line) or 0)}
        for mean, answered, line, of in sorted(found)
    ]  # fmt: skip
