"""Whether a case ended as it should: what was expected, held against what was seen."""

from collections.abc import Mapping
from typing import Any

from deploy.local.scenario.people import acknowledged
from deploy.local.scenario.script import Ends
from deploy.local.scenario.watch import Story


def reached(ends: Ends, story: Story) -> bool:
    """Whether there is nothing more to wait for."""
    return (
        story.of_teller("triage").get("status") == ends.status
        and len(messages(story)) >= len(ends.messages)
        and len(skipped(story)) >= len(ends.skipped)
        and "resolved" in [name for _, name in story.outcomes]
    )


def faults(ends: Ends, story: Story) -> list[str]:
    """Each way in which it ended otherwise."""
    case = story.of_teller("triage")
    wanted: Mapping[str, tuple[Any, Any]] = {
        "status": (ends.status, case.get("status")),
        "lane": (ends.lane, lane(story)),
        "safety": (ends.safety, case.get("safety")),
        "priority": (ends.priority or case.get("priority"), case.get("priority")),
        "category": (ends.category or case.get("category"), case.get("category")),
        "escalation level": (ends.escalation_level, case.get("escalation_level")),
        "rows": (sorted(ends.rows), sorted(rows(story))),
        "delivered": (_sorted(ends.delivered), _sorted(delivered(story))),
        "messages": (sorted(ends.messages), sorted(messages(story))),
        "skipped": (sorted(ends.skipped), sorted(skipped(story))),
        "protective actions": (set(ends.actions), acknowledged(story) - {"call_complainant"}),
        "outcomes": (list(range(1, len(story.outcomes) + 1)), [number for number, _ in sorted(story.outcomes)]),
    }
    return [f"{name}: {seen} instead of {should}" for name, (should, seen) in wanted.items() if should != seen]


def _sorted(remedies: list[dict[str, Any]]) -> list[str]:
    return sorted(str(sorted(each.items())) for each in remedies)


def lane(story: Story) -> str:
    """The lane it ended on."""
    return "express" if any(fact.express for fact in story.facts) else "standard"


def rows(story: Story) -> list[str]:
    """The rows of the tables that decided."""
    return [f"{fact.happened['table']}/{fact.happened['row']}" for fact in story.of("compensation.assessed")]


def delivered(story: Story) -> list[dict[str, Any]]:
    """What was paid, granted or said."""
    return [fact.happened["delivered"] for fact in story.of("compensation.paid")]


def messages(story: Story) -> list[str]:
    """The messages that went out, by name."""
    return [fact.happened["template"] for fact in story.of("notify.delivered")]


def skipped(story: Story) -> list[str]:
    """The messages that did not, each with its reason in the fact."""
    return [fact.happened["template"] for fact in story.of("notify.skipped")]
