"""Figures of interleaved runs: medians, spread, and ratios taken inside the same round."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Run:
    """One run of one program: records a second, and the client's processor time per record in microseconds."""

    rate: float
    cpu_us: float
    rss_mb: float = 0.0


@dataclass
class Rounds:
    """Runs by name, one of each name in a round; ratios are paired, because the machine's speed drifts."""

    runs: dict[str, list[Run]] = field(default_factory=dict)

    def add(self, name: str, run: Run) -> None:
        self.runs.setdefault(name, []).append(run)

    def ratios(self, name: str, against: str) -> list[float]:
        """Records a second of `name` for each of `against` in the same round."""
        return [one.rate / other.rate for one, other in zip(self.runs[name], self.runs[against], strict=False)]

    def cpu_ratios(self, name: str, against: str) -> list[float]:
        return [one.cpu_us / other.cpu_us for one, other in zip(self.runs[name], self.runs[against], strict=False)]

    def table(self, against: str) -> str:
        """A Markdown table, the fastest first."""
        lines = [
            f"| program | runs | facts/s, median (min-max) | x {against}, paired | client CPU µs/fact |",
            "|---|---|---|---|---|",
        ]
        rate = {name: statistics.median(run.rate for run in runs) for name, runs in self.runs.items()}
        for name in sorted(self.runs, key=lambda name: -rate[name]):
            runs = self.runs[name]
            lines.append(
                f"| {name} | {len(runs)} | {spread([run.rate for run in runs], ',.0f')} "
                f"| {spread(self.ratios(name, against))} | {spread([run.cpu_us for run in runs], '.1f')} |"
            )
        return "\n".join(lines)


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """Median (lowest-highest)."""
    return f"{statistics.median(values):{form}} ({min(values):{form}}-{max(values):{form}})"


def centile(values: Sequence[float], which: int) -> float:
    """The value that `which` of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * which // 100)]


def mark(what: str, values: Sequence[float], reach: float, *, at_most: bool = False) -> str:
    """One line: what was measured, median and spread, and whether the mark is reached."""
    median = statistics.median(values)
    good = median <= reach if at_most else median >= reach
    return f"{what}: {spread(values)}, asked {'<=' if at_most else '>='} {reach}: {'reached' if good else 'MISSED'}"


def rows(head: Sequence[str], cells: Sequence[Mapping[str, str]]) -> str:
    """A Markdown table of cells by column name."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(cell[name] for name in head) + " |" for cell in cells)])
