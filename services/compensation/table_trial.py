"""What changed tables would have paid on past inputs: per row, in total, who gets less and by how much."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.compensation.tables import Assessment, CannotAssess, Entry, Tables, assess_by, tables_of
from shared.money import plain
from shared.policy.policy import Policy

Json = dict[str, Any]


def takes(item: Mapping[str, Any]) -> bool:
    """Past inputs of tables name one."""
    return "table" in item


def try_on(items: Sequence[Mapping[str, Any]], before: Policy, after: Policy) -> Iterable[Json]:
    """One object per input whose result changes, then the summary.

    An input is worked out by the version in force on its day and by the newest changed version of that table, so
    that a version that begins tomorrow can be tried on yesterday's cases. Of a table that is not shipped the version
    before the newest counts as `before`; of one with a single version `before` is None, and only the summary says so.
    """
    old, new = tables_of(before), tables_of(after)
    tally: dict[str, _Tally] = {}
    for item in items:
        table = str(item.get("table"))
        is_new = table in new.ids and table not in old.ids
        earlier = _version_before(new, table) if is_new else None
        was = _outcome(new, earlier, item) if earlier else {} if is_new else _outcome(old, None, item)
        now = _outcome(new, _changed(old, new, table), item)
        change = tally.setdefault(table, _Tally()).add(was, now)
        if change is not None:
            yield {"id": item.get("id"), "table": table, "before": was or None, "after": now, "difference": change}
    yield {"summary": {table: tally[table].as_json() for table in sorted(tally)}}


def _changed(old: Tables, new: Tables, table: str) -> Entry | None:
    known = {entry.document.digest for entry in old.versions(table)}
    fresh = [entry for entry in new.versions(table) if entry.document.digest not in known]
    return max(fresh, key=lambda entry: entry.document.content.in_force.start, default=None)


def _version_before(tables: Tables, table: str) -> Entry | None:
    """The version before the newest, of a table that is not shipped and brings both."""
    versions = sorted(tables.versions(table), key=lambda entry: entry.document.content.in_force.start)
    return versions[-2] if len(versions) > 1 else None


def _outcome(tables: Tables, chosen: Entry | None, item: Mapping[str, Any]) -> Json:
    facts = item.get("facts")
    try:
        on = date.fromisoformat(str(item.get("on")))
        entry = chosen or tables.find(str(item.get("table")), on)
        found: Assessment = assess_by(tables, entry, facts if isinstance(facts, dict) else {}, on)
    except CannotAssess as fault:
        return {"error": fault.detail}
    except ValueError:
        return {"error": "'on' is not a date like 2026-11-22"}
    return {"row": found["row"], "version": found["version"], "remedies": found["remedies"]}


def worth(outcome: Json) -> dict[str, Decimal]:
    """What the complainant gets, by currency or unit; of a choice the greatest. A fee counts against it only
    where nothing is paid back beside it.
    """
    flat = [r for remedy in outcome.get("remedies", ()) for r in _greatest(remedy)]
    paid = [r for r in flat if r["kind"] != "fee" and ("amount" in r or "quantity" in r)]
    fees = [r for r in flat if r["kind"] == "fee" and not any("amount" in p for p in paid)]
    found: dict[str, Decimal] = {}
    for sign, remedies in ((1, paid), (-1, fees)):
        for remedy in remedies:
            unit = str(remedy.get("currency") or remedy.get("unit"))
            found[unit] = found.get(unit, Decimal(0)) + sign * Decimal(remedy.get("amount") or remedy["quantity"])
    return found


def _greatest(remedy: Json) -> list[Json]:
    if "one_of" not in remedy:
        return [remedy]
    best: dict[str, Json] = {}
    for option in remedy["one_of"]:
        unit = option.get("currency") or option.get("unit") or ""
        size = Decimal(option.get("amount") or option.get("quantity") or 0)
        if unit not in best or size > Decimal(best[unit].get("amount") or best[unit].get("quantity") or 0):
            best[unit] = option
    return list(best.values())


class _Tally:
    """Counts of one table."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.rows: dict[str, Counter[str]] = {}
        self.totals: dict[str, dict[str, Decimal]] = {}
        self.notes: dict[str, str] = {}

    def add(self, was: Json, now: Json) -> dict[str, str] | None:
        """Notes one input; what changes for its complainant, by unit, or None when nothing does.

        `was` is empty where there was no such table.
        """
        self.count["tried"] += 1
        for side, outcome in (("before", was), ("after", now)):
            if any("one_of" in remedy for remedy in outcome.get("remedies", ())):
                self.notes["of_a_choice"] = "its greatest worth is counted"
            if not outcome:
                self.notes["new"] = "there was no table of this name before"
            elif "error" in outcome:
                self.count[f"not_answered_{side}"] += 1
            else:
                self.rows.setdefault(outcome["row"], Counter())[side] += 1
        one, other = worth(was), worth(now)
        change: dict[str, str] = {}
        for unit in sorted({*one, *other}):
            before, after = one.get(unit, Decimal(0)), other.get(unit, Decimal(0))
            total = self.totals.setdefault(unit, dict.fromkeys(("before", "after", "less", "more"), Decimal(0)))
            total["before"] += before
            total["after"] += after
            if was and "error" not in was and "error" not in now and before != after:
                total["less" if after < before else "more"] += abs(after - before)
                change[unit] = plain(after - before)
        if any(text.startswith("-") for text in change.values()):
            self.count["gets_less"] += 1
        elif change:
            self.count["gets_more"] += 1
        same = was.get("row") == now.get("row") and was.get("remedies") == now.get("remedies")
        self.count["unchanged" if same and was.get("error") == now.get("error") else "changed"] += 1
        return None if same and was.get("error") == now.get("error") else change

    def as_json(self) -> Json:
        rows = {row: {"before": count["before"], "after": count["after"]} for row, count in sorted(self.rows.items())}
        totals = {unit: {key: plain(value) for key, value in sums.items()} for unit, sums in self.totals.items()}
        return {**self.notes, **dict(self.count), "rows": rows, "totals": totals}
