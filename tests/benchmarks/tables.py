"""Speed of the decision tables: assessments with their whole explanation as JSON, and loading a large table.

Run by hand: `python -m tests.benchmarks.tables`. Each figure is the median of many short rounds, in processor time of
one core, with the slowest and fastest round beside it.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

from services.compensation.table_section import SECTION
from services.compensation.tables import Tables, assess, tables_of
from shared.policy.packs import SHIPPED
from shared.policy.policy import Policy
from shared.policy.shelf import load_policy
from tests.services.compensation.tables.writing import pack_of, table

ON = date(2026, 11, 22)
ROUNDS, CALLS = 60, 1_000


def ten_rows() -> str:
    """A ladder of ten rows over four facts, the last row deciding."""
    facts = (
        "  price: {type: money}\n  late: {type: duration, unit: min}\n"
        "  exempt: {type: yes_no, default: no}\n  cabin: {type: choice, values: [low, high], default: low}"
    )
    rows = ["  - {id: exempt, when: {exempt: yes}, due: nothing, REASON}"]
    for at in range(8):
        when = f"late: {at * 10}..<{at * 10 + 10}"
        due = f"[{{compensation: {{share: {at + 1}%, of: price}}}}]"
        rows.append(f"  - {{id: from_{at * 10}, when: {{{when}}}, due: {due}, REASON}}")
    last = "{by: cabin, is: {low: {share: 25%, of: price}, high: {share: 50%, of: price}}}"
    rows.append(f"  - {{id: from_80, due: [{{compensation: {last}}}], REASON}}")
    example = "  - {facts: {price: 100, late: 80}, row: from_80, due: [{compensation: 25}]}"
    return table(facts, "\n".join(rows), example)


def many_rows(count: int) -> str:
    """A ladder of many rows over two facts."""
    facts = "  price: {type: money}\n  late: {type: integer, unit: min}\n  cabin: {type: choice, values: [low, high]}"
    half = count // 2
    rows = [
        f"  - {{id: {cabin}_{at}, when: {{cabin: {cabin}, late: {at}..{'' if at == half - 1 else at}}}, "
        f"due: [{{compensation: {{share: {at % 99 + 1}%, of: price}}}}], REASON}}"
        for cabin in ("low", "high")
        for at in range(half)
    ]
    return table(
        facts, "\n".join(rows), "  - {facts: {price: 100, late: 5, cabin: low}, row: low_5, due: [{compensation: 6}]}"
    )


def per_call(run: Callable[[], Any], calls: int = CALLS, rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Median, fastest and slowest seconds per call."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(calls):
            run()
        found.append((time.process_time() - start) / calls)
    return statistics.median(found), min(found), max(found)


def rate(name: str, tables: Tables, table: str, facts: dict[str, Any]) -> None:
    middle, fast, slow = per_call(lambda: orjson.dumps(assess(tables, table, facts, ON)))
    size = len(orjson.dumps(assess(tables, table, facts, ON)))
    print(f"{name:44} {1 / middle:9,.0f} /s   ({1 / slow:,.0f} to {1 / fast:,.0f})   {size:,} bytes of JSON")


def main() -> None:
    small = tables_of(Policy([pack_of(ten_rows())]))
    rate("ten rows, the last decides", small, "test.table", {"price": "59.85", "late": 95, "cabin": "high"})
    rate("ten rows, the fifth decides", small, "test.table", {"price": "59.85", "late": 35})
    shipped = tables_of(load_policy([SHIPPED], [SECTION]))
    rate("eu_rail.delay, 7 rows", shipped, "eu_rail.delay", {"price": "59.85", "delay_min": 60})
    refund = {"fare": "553", "hours_before_departure": 23}
    rate("cn_rail.refund, 11 rows, 9 facts, 2 remedies", shipped, "cn_rail.refund", refund)
    text = many_rows(500)
    middle, fast, slow = per_call(lambda: pack_of(text), calls=1, rounds=15)
    name = "500 rows load, checks and example included"
    print(f"{name:44} {middle * 1000:9.0f} ms   ({fast * 1000:.0f} to {slow * 1000:.0f})")
    large = tables_of(Policy([pack_of(text)]))
    rate("500 rows, the 250th decides", large, "test.table", {"price": "59.85", "late": 249, "cabin": "low"})


if __name__ == "__main__":
    main()
