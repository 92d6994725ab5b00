"""What changed rules would do to past complaints: changed, gained, lost, with precision and recall where labelled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from shared.policy import reading, rule_checks
from shared.policy.outcome import Reading
from shared.policy.policy import Policy

Json = dict[str, Any]
MOST_IDS = 50
_SHOWN = ("safety", "lane", "priority", "kind", "category", "detail")


def takes(item: Mapping[str, Any]) -> bool:
    """Past complaints bring a text."""
    return isinstance(item.get("text"), str) and "table" not in item


@dataclass
class _Right:
    """Dangers found, missed and wrongly raised among labelled texts."""

    found: int = 0
    missed: int = 0
    false: int = 0

    def add(self, danger: bool, read: Reading) -> None:
        raised = read.safety != "none"
        self.found += danger and raised
        self.missed += danger and not raised
        self.false += raised and not danger

    def as_json(self) -> Json:
        raised, dangers = self.found + self.false, self.found + self.missed
        return {
            "recall": round(self.found / dangers, 4) if dangers else None,
            "precision": round(self.found / raised, 4) if raised else None,
        }


@dataclass
class _Wrong:
    """The ids of complaints wrongly raised and of dangers missed, the first of each."""

    false_alarms: list[Any] = field(default_factory=list)
    missed: list[Any] = field(default_factory=list)

    def add(self, id: Any, danger: bool, read: Reading) -> None:
        ids = self.missed if danger else self.false_alarms
        if danger != (read.safety != "none") and len(ids) < MOST_IDS:
            ids.append(id)


def try_on(items: Sequence[Mapping[str, Any]], before: Policy, after: Policy) -> Iterable[Json]:
    """One object per complaint read otherwise than before, then the summary.

    The summary names the lines no pack speaks for, and the first labelled complaints read wrongly by the change.

    A complaint is read as of its own day (`on`, today unless given), and by changed rules that begin later as
    of their first day; labels are `safety_critical`, if there.
    """
    begin = _begin(before, after)
    counts = {"read": 0, "changed": 0, "danger gained": 0, "danger lost": 0, "labelled": 0}
    right, wrong, unknown = {"before": _Right(), "after": _Right()}, _Wrong(), set[str]()
    for item in items:
        day, line = _day(item), item.get("line")
        was, now = _read(before, item, day), _read(after, item, max(day, begin))
        counts["read"] += 1
        unknown |= {line} - {*after.lines} if isinstance(line, str) else set()
        label = item.get("safety_critical")
        if isinstance(label, bool):
            counts["labelled"] += 1
            right["before"].add(label, was)
            right["after"].add(label, now)
            wrong.add(item.get("id"), label, now)
        counts["danger gained"] += was.safety == "none" != now.safety
        counts["danger lost"] += now.safety == "none" != was.safety
        if any(getattr(was, name) != getattr(now, name) for name in _SHOWN):
            counts["changed"] += 1
            yield {"id": item.get("id"), "before": _short(was), "after": _short(now)} | _rules(was, now)
    shares = {name: each.as_json() for name, each in right.items()} | asdict(wrong) if counts["labelled"] else {}
    alone = {"read_by_shared_rules_alone": sorted(unknown)[:MOST_IDS]} if unknown else {}
    yield {"summary": counts | shares | alone}


def _begin(before: Policy, after: Policy) -> date:
    """The day from which everything changed is in force."""
    kinds = ("rules", "words")
    known = {d.digest for pack in before.packs for kind in kinds for d in pack.of(kind)}
    fresh = [d for pack in after.packs for kind in kinds for d in pack.of(kind) if d.digest not in known]
    return max((document.content.in_force.start for document in fresh), default=date.min)


def _read(policy: Policy, item: Mapping[str, Any], on: date) -> Reading:
    line, signals = item.get("line"), item.get("signals")
    words = [str(signal) for signal in signals] if isinstance(signals, list) else []
    return reading.read(policy, line if isinstance(line, str) else None, on, str(item["text"]), words)


def _day(item: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(str(item.get("on")))
    except ValueError:
        return datetime.now(UTC).date()


def _short(read: Reading) -> Json:
    return {name: getattr(read, name) for name in _SHOWN}


def _rules(was: Reading, now: Reading) -> Json:
    """The rules that speak only now, and those that no longer do."""
    return {
        "rules_gained": [rule for rule in now.rules if rule not in was.rules],
        "rules_lost": [rule for rule in was.rules if rule not in now.rules],
    }


SECTION = replace(rule_checks.SECTION, takes=takes, try_on=try_on)
