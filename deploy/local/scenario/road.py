"""The road drawn, with what went along it in this run."""

from collections.abc import Mapping
from typing import Any

from deploy.local.scenario.played import Outcome
from shared.contracts.catalog import SERVICES

WIDTH = 18


def drawn(outcome: Outcome) -> str:
    """A picture in plain characters; a column a service."""
    records = outcome.records
    accepted = sum(1 for one in outcome.all_cases() if one.told) + len(outcome.burst.told)
    outcomes = sum(count for topic, count in records.items() if topic.startswith("redress.outcomes."))
    columns = {
        "intake": (f"{accepted:,} complaints", "screen, seal"),
        "triage": (f"{_findings(outcome)} findings", "read, plan, clocks"),
        "compensation": (f"{_assessed(outcome)} assessments", "tables, offers"),
        "notify": (f"{len(outcome.letters):,} messages", f"{outcomes:,} outcomes"),
    }
    boxes = [
        "   ".join("┌" + "─" * WIDTH + "┐" for _ in SERVICES),
        "──▶".join(f"│{name:^{WIDTH}}│" for name in SERVICES),
        *("   ".join(f"│{columns[name][line]:^{WIDTH}}│" for name in SERVICES) for line in (0, 1)),
        "   ".join("└" + "─" * WIDTH + "┘" for _ in SERVICES),
        _lane("═", "express", records),
        _lane("─", "standard", records),
    ]
    return "\n".join([*_ways_in(outcome), *(f"  {line}" for line in boxes), "", f"  {_partners(outcome.books)}"])


def _ways_in(outcome: Outcome) -> list[str]:
    ways: dict[str, int] = {}
    for one in outcome.all_cases():
        ways[one.case.channel] = ways.get(one.case.channel, 0) + 1
    told = [f"{name.replace('_', ' ')} {count}" for name, count in sorted(ways.items())]
    return [f"  {' · '.join(told)} · burst {len(outcome.burst.told)}", "  │", "  ▼"]


def _lane(line: str, lane: str, records: Mapping[str, int]) -> str:
    counts = [records.get(f"redress.{name}.{lane}", 0) for name in SERVICES]
    cells = [f"{line * 2} {count:,} facts " for count in counts]
    return "   ".join(f"{cell:{line}<{WIDTH + 2}}" for cell in cells) + f"  {lane}"


def _findings(outcome: Outcome) -> int:
    return sum(len(one.story.of("triage.finding-recorded")) for one in outcome.all_cases())


def _assessed(outcome: Outcome) -> int:
    return sum(len(one.story.of("compensation.assessed")) for one in outcome.all_cases())


def _partners(books: Mapping[str, Any]) -> str:
    """What the partner simulator really did, each once."""
    names = (("payouts", "payouts"), ("grants", "grants"), ("protective_actions", "protective actions"))
    told = [f"{len(books.get(key, []))} {words}" for key, words in names]
    return f"partners carried out: {' · '.join(told)}, each under one key, once"
