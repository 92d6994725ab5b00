"""The demo on a terminal: bars and tables that move while it plays."""

import asyncio
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from deploy.local.scenario import report
from deploy.local.scenario.plain import ACTS
from deploy.local.scenario.play import Play
from deploy.local.scenario.played import Outcome, Played, overtaking
from deploy.local.scenario.road import drawn

PARTS = 9
STAGES = (
    ("accepted", ""),
    ("received", "intake.received"),
    ("triaged", "triage.triaged"),
    ("found", "triage.finding-recorded"),
    ("offered", "compensation.offered"),
    ("agreed", "compensation.accepted"),
    ("delivered", "compensation.paid"),
    ("resolved", "triage.resolved"),
)
LINES = {
    "ride_hailing": "ride hailing",
    "sharing_economy": "sharing",
    "farm_aftersales": "farm machinery",
    "high_speed_rail": "high-speed rail",
    "driving_school": "driving school",
}


class Screen:
    """Draws with rich."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self.console.print(
            Panel(
                "Complaints of five lines, from every channel to their outcome.\n"
                "Everything runs on this machine: a Kafka-protocol broker, a MongoDB-protocol store, partner systems,\n"
                "four services. People act through the same HTTP a real desk would use.",
                title="[bold]Redress[/]", title_align="left", width=min(108, self.console.width),
            )
        )  # fmt: skip
        self._start = Progress(
            TextColumn("starting"), BarColumn(30), MofNCompleteColumn(), TextColumn("{task.description}"),
            TimeElapsedColumn(), console=self.console, transient=True,
        )  # fmt: skip
        self._task = self._start.add_task("broker", total=PARTS)
        self._start.start()
        self._act = ""

    def starting(self, name: str) -> None:
        """One more part answers."""
        self._start.update(self._task, advance=1, description=name)

    def started(self, seconds: float) -> None:
        self._start.stop()
        self.console.print(f"[green]✓[/] everything answers after {seconds:.1f} s")

    def act(self, name: str) -> None:
        self._act = name

    async def follow(self, play: Play) -> None:
        """Until cancelled: draws how everything stands, ten times a second."""
        with Live(console=self.console, auto_refresh=False) as live:
            try:
                while True:
                    live.update(self._now(play), refresh=True)
                    await asyncio.sleep(0.1)
            finally:
                live.update(self._now(play), refresh=True)

    def _now(self, play: Play) -> Group:
        parts: list[Any] = [_cases(play.outcome)]
        if self._act in ("burst", "audit"):
            parts.append(_burst(play))
        if self._act == "audit":
            parts.append(Text(f"{ACTS['audit']}: waiting for rest, then reading every topic and store", "bold"))
        return Group(*parts)

    def close(self) -> None:
        """Gives the terminal back, also when it did not start."""
        self._start.stop()

    # The end -----------------------------------------------------------------------------------

    def end(self, outcome: Outcome) -> None:
        """Tables, sentences, the picture, the verdict."""
        for block in (report.cases(outcome), report.sentences(outcome), report.refusals(outcome)):
            self.console.print(_table(block))
        overtook = overtaking(outcome.danger, outcome.burst)
        if overtook:
            self.console.print(Panel("\n".join(report.overtaken(overtook)), title="A danger behind a burst",
                                     title_align="left", width=min(108, self.console.width)))  # fmt: skip
        self.console.print("\n[bold]The road[/]")
        self.console.print(drawn(outcome), markup=False, no_wrap=True, overflow="crop")
        self.console.print(_table(report.audit(outcome)))
        well = not outcome.faults()
        self.console.print(f"\n{report.verdict(outcome)}", style="bold green" if well else "bold red", markup=False)


def _table(block: report.Block) -> Table:
    many = any("\n" in cell for row in block.rows for cell in row)
    table = Table(title=f"\n{block.title}", title_justify="left", title_style="bold", header_style="dim",
                  box=box.SIMPLE_HEAD, leading=1 if many else 0)  # fmt: skip
    for name in block.columns:
        numeric = name in ("counted", "broken", "time")
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for number, row in enumerate(block.rows):
        wrong = bool(block.well) and not block.well[number]
        table.add_row(*(Text(cell) for cell in row), style="red" if wrong else "")
    return table


def _cases(outcome: Outcome) -> Table:
    table = Table(title=ACTS["cases"], title_justify="left", title_style="bold", header_style="dim", box=None)
    for name in ("", "line", "told by", "reference", "so far", ""):
        table.add_column(name, no_wrap=True)
    for one in outcome.cases:
        table.add_row(*_row(one))
    return table


def _row(one: Played) -> list[Any]:
    reference = one.told.reference if one.told else ""
    line = LINES.get(str(one.case.told["line"]), "")
    return [one.case.name, line, one.case.channel.replace("_", " "), reference, _bar(one), _mark(one)]


def _bar(one: Played) -> Text:
    """A dot for each stage passed, and the name of the last."""
    passed = [bool(one.told)] + [bool(one.story.of(fact)) for _, fact in STAGES[1:]]
    names = [name for (name, _), there in zip(STAGES, passed, strict=True) if there]
    dots = "".join("●" if there else "·" for there in passed)
    ended = str(one.story.of_teller("triage").get("status", "")) == "closed"
    last = "closed" if ended else names[-1] if names else ""
    return Text.assemble((dots, "green" if one.well else "cyan"), f" {last}")


def _mark(one: Played) -> Text:
    if one.well:
        return Text(f"✓ {one.took_s:.1f} s", "green")
    return Text("✗ " + (one.faults[0] if one.faults else ""), "red") if one.faults else Text("")


def _burst(play: Play) -> Group:
    burst, danger = play.outcome.burst, play.outcome.danger
    accepted, triaged = report.burst_now(burst)
    rows = Progress(TextColumn("{task.description:<22}"), BarColumn(44), MofNCompleteColumn())
    rows.add_task("ordinary: accepted", total=play.count, completed=accepted)
    rows.add_task("ordinary: triaged", total=play.count, completed=triaged)
    overtook = overtaking(danger, burst)
    text = Text("danger:  ", "bold red")
    if overtook:
        text.append(f"triaged after {overtook.triaged_s:.2f} s, protective action after {overtook.protected_s:.2f} s")
    elif danger.told:
        text.append("accepted")
    return Group(Text(f"\n{ACTS['burst']}", "bold"), rows, text, Text(f"         {_bar(danger)}"))
