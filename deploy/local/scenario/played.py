"""What became of everything the demo played: cases, the overtaking, refusals, counts, the audit."""

import statistics
from dataclasses import dataclass, field
from typing import Any

from deploy.local.scenario.script import Case, Malformed
from deploy.local.scenario.telling import Told
from deploy.local.scenario.watch import Story
from shared.ops.checked import Checked


@dataclass
class Played:
    """One case under way or ended. `took_s`: from its telling to its end."""

    case: Case
    told: Told | None = None
    story: Story = field(default_factory=Story)
    took_s: float | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        return self.took_s is not None and not self.faults


@dataclass
class Burst:
    """The ordinary complaints before the danger, and what the danger did among them. Times in ms since 1970."""

    told: list[Told] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)

    def triaged(self) -> list[tuple[float, int]]:
        """(accepted, triaged) of those triaged so far."""
        both = zip(self.told, self.stories, strict=True)
        return [(told.at_ms, at) for told, story in both if (at := story.first_ms("triage.triaged")) is not None]

    def answered(self) -> int:
        """How many were acknowledged to the complainant, or it was said why not."""
        return sum(bool(story.of("notify.delivered") or story.of("notify.skipped")) for story in self.stories)


@dataclass(frozen=True)
class Overtaking:
    """Seconds from acceptance: the danger's road, and the ordinary ones' wait to be triaged."""

    triaged_s: float
    protected_s: float
    before: int
    waiting_when_triaged: int
    waiting_when_protected: int
    median_s: float
    last_s: float

    @property
    def well(self) -> bool:
        """The danger was sent last and did not wait its turn."""
        return self.waiting_when_triaged > 0 and self.triaged_s < self.median_s


def overtaking(danger: Played, burst: Burst) -> Overtaking | None:
    """Measured on the log; None while the danger has not got that far."""
    triaged = danger.story.first_ms("triage.triaged")
    protected = danger.story.first_ms("triage.protective-action-acknowledged")
    ordinary = burst.triaged()
    if danger.told is None or triaged is None or protected is None or not ordinary:
        return None
    waits = [(at - accepted) / 1000 for accepted, at in ordinary]
    not_yet = len(burst.told) - len(ordinary)
    return Overtaking(
        triaged_s=(triaged - danger.told.at_ms) / 1000,
        protected_s=(protected - danger.told.at_ms) / 1000,
        before=len(burst.told),
        waiting_when_triaged=not_yet + sum(at > triaged for _, at in ordinary),
        waiting_when_protected=not_yet + sum(at > protected for _, at in ordinary),
        median_s=statistics.median(waits),
        last_s=max(waits),
    )


@dataclass
class Refusal:
    """Something malformed and how it was answered."""

    malformed: Malformed
    said: str = ""
    well: bool = False


@dataclass
class Outcome:
    """All of a demo."""

    cases: list[Played]
    danger: Played
    burst: Burst = field(default_factory=Burst)
    refusals: list[Refusal] = field(default_factory=list)
    duplicate: str = ""
    audit: list[Checked] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    letters: list[dict[str, Any]] = field(default_factory=list)
    books: dict[str, Any] = field(default_factory=dict)
    started_s: float = 0.0
    whole_s: float = 0.0
    failed: list[str] = field(default_factory=list)

    def all_cases(self) -> list[Played]:
        return [*self.cases, self.danger]

    def faults(self) -> list[str]:
        """Everything that is not as it should be; empty when the demo ended well."""
        found = [f"{one.case.name}: {fault}" for one in self.all_cases() for fault in one.faults]
        found += [f"{one.case.name}: has no end" for one in self.all_cases() if one.took_s is None]
        found += [f"{one.malformed.name}: {one.said}" for one in self.refusals if not one.well]
        found += [f"audit: {one.rule}: {breach}" for one in self.audit for breach in one.breaches[:5]]
        overtook = overtaking(self.danger, self.burst)
        if overtook is None or not overtook.well:
            found.append("the danger did not overtake the burst")
        return found + self.failed
