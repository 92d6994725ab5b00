"""The demo in a pipe: plain lines, one thing a line."""

import asyncio

from deploy.local.scenario import report
from deploy.local.scenario.play import Play
from deploy.local.scenario.played import Outcome, overtaking
from deploy.local.scenario.road import drawn

ACTS = {
    "cases": "Everybody complains",
    "burst": "A burst of ordinary complaints, and a danger behind it",
    "audit": "What must always be true",
}


class Plain:
    """Prints as things happen."""

    def __init__(self) -> None:
        self._play: Play | None = None
        self._shown: set[str] = set()

    def starting(self, name: str) -> None:
        """One more part answers."""
        print(f"started: {name}", flush=True)

    def started(self, seconds: float) -> None:
        print(f"ready after {seconds:.1f} s", flush=True)

    def act(self, name: str) -> None:
        """The next act begins; what ended in the one before is told first."""
        self._ended()
        print(f"\n{ACTS[name]}", flush=True)

    async def follow(self, play: Play) -> None:
        """Until cancelled: a line for every case that ends."""
        self._play = play
        while True:
            self._ended()
            await asyncio.sleep(0.2)

    def _ended(self) -> None:
        for one in self._play.outcome.all_cases() if self._play else ():
            if one.case.name not in self._shown and (one.took_s is not None or one.faults):
                self._shown.add(one.case.name)
                reference = one.told.reference if one.told else "-"
                print(f"  {one.case.name}: {reference} {'ended' if one.well else 'went wrong'}", flush=True)

    def close(self) -> None:
        """Nothing is left open."""

    def end(self, outcome: Outcome) -> None:
        """All of it, a row a line."""
        self._block(report.cases(outcome))
        self._block(report.sentences(outcome))
        self._block(report.refusals(outcome))
        overtook = overtaking(outcome.danger, outcome.burst)
        print("\nA danger behind a burst")
        for line in report.overtaken(overtook) if overtook else ["not measured"]:
            print(f"  {line}")
        print(f"\nThe road\n{drawn(outcome)}")
        self._block(report.audit(outcome))
        print(f"\n{report.verdict(outcome)}")

    def _block(self, block: report.Block) -> None:
        print(f"\n{block.title}\n  {' | '.join(block.columns)}")
        for row in block.rows:
            print("  " + " | ".join(cell.replace("\n", ", ") for cell in row))
