"""The figures of a campaign, for people to read and as JSON to keep."""

import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.faults.campaign.accepted import Accepted
from tests.faults.campaign.faults import Fault, Faults
from tests.faults.campaign.gauges import Gauges
from tests.faults.campaign.verdict import Verdict

SHOWN = 10
Row = tuple[str, int, str, str, str]


def figures(
    accepted: Accepted, faults: Faults, gauges: Gauges, verdict: Verdict, spans: dict[str, float]
) -> dict[str, Any]:
    """Everything measured, by name; times in seconds."""
    return {
        "accepted": len(accepted.complaints),
        "second_bodies": len(accepted.others),
        "callers_met": dict(accepted.counts),
        "lost": len(verdict.lost),
        "told_twice_with_different_content": len(verdict.contradictory),
        "paid": verdict.paid,
        "paid_twice": len(verdict.paid_twice),
        "other_breaches": len(verdict.broken),
        "left_unsettled": len(verdict.unsettled),
        "ended_by_themselves": faults.ended_alone,
        "faults": len(faults.done),
        "longest_stand_still": {
            lane: {"seconds": round(still.seconds, 1), "where": still.part, "while": still.while_}
            for lane, still in sorted(gauges.lanes().items())
        },
        "recovery": [
            dict(zip(("kind", "times", "median", "longest", "not"), row, strict=True)) for row in recovery(faults.done)
        ],
        "held_up": [
            f"after {each.target} {each.how}: {', '.join(each.held_up)}" for each in faults.done if each.held_up
        ],
        "spans": {name: round(seconds, 1) for name, seconds in spans.items()},
        "audit": {row["rule"]: [row["counted"], row["broken"]] for row in verdict.rules},
    }


def recovery(done: list[Fault]) -> list[Row]:
    """By kind of fault: how often, and how long after its end everything went on again."""
    kinds: dict[str, list[float | None]] = defaultdict(list)
    for fault in done:
        kinds[fault.kind].append(fault.recovered_s)
    rows: list[Row] = []
    for kind, times in sorted(kinds.items()):
        known = [seconds for seconds in times if seconds is not None]
        median = f"{statistics.median(known):.1f}" if known else "-"
        longest = f"{max(known):.1f}" if known else "-"
        rows.append((kind, len(times), median, longest, str(len(times) - len(known))))
    return rows


def show(told: dict[str, Any], verdict: Verdict, folder: Path) -> None:
    """Prints the figures and the first breaches, and keeps all of them beside the logs."""
    print("\nWhat came of it")
    for name in (
        "accepted", "lost", "told_twice_with_different_content", "paid", "paid_twice", "other_breaches",
        "left_unsettled", "second_bodies", "faults",
    ):  # fmt: skip
        print(f"  {name.replace('_', ' '):<36}{told[name]:>10,}")
    print("\nLongest stand-still with records waiting")
    for lane, still in told["longest_stand_still"].items():
        print(f"  {lane:<10}{still['seconds']:>7} s  {still['where']}, {still['while']}")
    print("\nRecovery after the end of a fault     times   median s  longest s  not in time")
    for row in told["recovery"]:
        print(f"  {row['kind']:<34}{row['times']:>7}{row['median']:>11}{row['longest']:>11}{row['not']:>9}")
    print("\nCPU and memory      CPU s   ms a complaint   most MB")
    for part, used in told["usage"].items():
        print(f"  {part:<14}{used['cpu_s']:>11,.1f}{used['ms_a_complaint']:>17,.1f}{used['most_mb']:>10,.0f}")
    print("\nRecords on the log, and for each complaint")
    for topic, count in told["records"].items():
        if count:
            print(f"  {topic:<42}{count:>12,}{count / max(1, told['accepted']):>8.2f}")
    print("\nAudit")
    for rule, (counted, broken) in told["audit"].items():
        print(f"  {counted:>10,}{broken:>8}  {rule}")
    for name in ("lost", "contradictory", "paid_twice", "broken", "unsettled"):
        found: list[str] = getattr(verdict, name)
        for each in found[:SHOWN]:
            print(f"  {name}: {each}")
    for each in told["held_up"][:SHOWN]:
        print(f"  not in time {each}")
    for each in told["ended_by_themselves"]:
        print(f"  ended by itself: {each}")
    everything = {**told, "breaches": {name: value for name, value in vars(verdict).items() if name != "rules"}}
    (folder / "figures.json").write_text(json.dumps(everything, ensure_ascii=False, indent=1), "utf-8")
