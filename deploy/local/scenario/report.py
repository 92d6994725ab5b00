"""What the demo tells in the end, as rows of words: the same on a terminal and in a pipe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.local.scenario import ends
from deploy.local.scenario.played import Burst, Outcome, Overtaking, Played
from services.notify.wording import remedy

TABLES_SHOWN = ("cn_rail.refund", "eu_rail.delay", "cn_rail.luggage", "driving.short_hours", "sharing.delivery_delay")


BAR = 48
EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


@dataclass(frozen=True)
class Block:
    """A titled list of rows; `well` per row where a row can be wrong."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    well: Sequence[bool] = ()


def cases(outcome: Outcome) -> Block:
    """One row a case."""
    columns = ("case", "told by", "lane", "decided by", "remedy", "messages", "outcome", "time")
    played = outcome.all_cases()
    return Block("What became of each", columns, [_case(one) for one in played], [one.well for one in played])


def _case(one: Played) -> list[str]:
    case, story = one.story.of_teller("triage"), one.story
    triaged = story.of("triage.triaged")
    rules = triaged[0].happened["rules"][:1] if triaged else []
    given = [remedy(each, "en") for each in ends.delivered(story)]
    sent = [*ends.messages(story), *(f"{name} (no contact)" for name in ends.skipped(story))]
    return [
        f"{one.case.name}\n{one.told.reference if one.told else '-'}",
        f"{one.case.channel.replace('_', ' ')}\n{one.case.by}",
        f"{ends.lane(story)}\n{case.get('priority', '')}",
        "\n".join([*rules, *(part for row in ends.rows(story) for part in row.split("/"))]),
        "\n".join(given),
        "\n".join(sent),
        _ended(case, one),
        f"{one.took_s:.1f} s" if one.took_s else "",
    ]


def _ended(case: Mapping[str, Any], one: Played) -> str:
    words = [str(case.get("status", "not accepted"))]
    words += [f"safety {case['safety']}"] if case.get("safety", "none") != "none" else []
    words += [f"{len(case['actions'])} protective actions"] if case.get("actions") else []
    words += ["✓ as it should" if one.well else "✗ NOT as it should"]
    return "\n".join(words)


def sentences(outcome: Outcome) -> Block:
    """What the complainant reads of what is owed, by table, in the language they wrote."""
    rows = []
    for one in outcome.cases:
        language = one.case.told.get("language", "zh-Hans")
        told = {
            (each["table"], each["sentences"].get(language, ""))
            for each in one.story.of_teller("compensation").get("remedies", [])
            if each["table"] in TABLES_SHOWN
        }
        rows += [[table, sentence] for table, sentence in sorted(told)]
    return Block("What is owed, in the complainant's words", ("table", "sentence"), rows)


def refusals(outcome: Outcome) -> Block:
    """Bad input and its answers."""
    rows = [[one.malformed.name, one.said] for one in outcome.refusals]
    rows.append(["the tablet's batch with a duplicate in it", outcome.duplicate])
    well = [one.well for one in outcome.refusals] + [True]
    return Block("Bad input, and the same twice", ("sent", "answered"), rows, well)


def audit(outcome: Outcome) -> Block:
    """Every rule that must always be true."""
    rows = [[each.rule, f"{each.counted:,}", str(len(each.breaches))] for each in outcome.audit]
    return Block("Always true", ("rule", "counted", "broken"), rows, [not each.breaches for each in outcome.audit])


def overtaken(told: Overtaking) -> list[str]:
    """The danger and the burst from acceptance on, drawn to scale."""
    steps = (
        ("danger", told.triaged_s, "triaged"),
        ("", told.protected_s, "protective action acknowledged"),
        ("ordinary", told.median_s, "half of them triaged"),
        ("", told.last_s, "the last triaged"),
    )
    longest = max(seconds for _, seconds, _ in steps)
    lines = [f"{who:<9} {_bar(seconds / longest):<{BAR}} {seconds:5.2f} s  {what}" for who, seconds, what in steps]
    return [
        *lines,
        f"{told.before} were told before the danger; {told.waiting_when_triaged} of them still waited when it was",
        f"triaged, {told.waiting_when_protected} when somebody had taken action.",
    ]


def _bar(share: float) -> str:
    eighths = max(1, round(share * BAR * 8))
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8]


def burst_now(burst: Burst) -> tuple[int, int]:
    """(accepted, triaged) so far."""
    return len(burst.told), sum(bool(story.of("triage.triaged")) for story in burst.stories)


def verdict(outcome: Outcome) -> str:
    """The last line."""
    faults = outcome.faults()
    if faults:
        return f"{len(faults)} not as it should be:\n" + "\n".join(f"  - {fault}" for fault in faults)
    count = len(outcome.all_cases())
    return (
        f"All {count} complaints ended as they should, the danger overtook {len(outcome.burst.told)} others, "
        f"{len(outcome.audit)} rules hold, everything is stopped. {outcome.whole_s:.0f} s."
    )
