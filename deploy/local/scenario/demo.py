"""`redress demo`: starts everything, plays the script, shows what became of each, stops everything."""

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Protocol

from deploy.local.processes import NotStarted
from deploy.local.run import Run
from deploy.local.scenario.plain import Plain
from deploy.local.scenario.play import Play, add_integrations
from deploy.local.scenario.played import Outcome
from deploy.local.scenario.script import Script, read_script
from shared.ops.running import run_folder


class Showing(Protocol):
    """Who shows it: a terminal or a pipe."""

    def starting(self, name: str) -> None: ...
    def started(self, seconds: float) -> None: ...
    def act(self, name: str) -> None: ...
    async def follow(self, play: Play) -> None: ...
    def end(self, outcome: Outcome) -> None: ...
    def close(self) -> None: ...


def demo(args: argparse.Namespace) -> int:
    """0 when each case ended as it should, the audit found nothing and everything stopped; else 1."""
    began = time.monotonic()
    folder = run_folder() / f"demo-{os.getpid()}"
    script, showing = read_script(), _showing()
    run = Run(folder, orders=script.orders)
    try:
        outcome = _perform(run, script, showing, args.burst, began)
    except NotStarted as fault:
        showing.close()
        print(fault, file=sys.stderr)
        return 1
    finally:
        showing.close()
        run.stop()
    outcome.failed += not_stopped(run)
    outcome.whole_s = time.monotonic() - began
    showing.end(outcome)
    return _leave(folder, bool(outcome.faults()) or args.keep, outcome)


def _perform(run: Run, script: Script, showing: Showing, burst: int, began: float) -> Outcome:
    run.start(showing.starting)
    channels = add_integrations(run)
    started = time.monotonic() - began
    showing.started(started)

    async def perform() -> Outcome:
        play = Play(run, channels, script, burst)
        following = asyncio.create_task(showing.follow(play))
        try:
            return await play.play(showing.act)
        finally:
            await asyncio.sleep(0.25)  # for a last look
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following

    outcome = asyncio.run(perform())
    outcome.started_s = started
    return outcome


def not_stopped(run: Run) -> list[str]:
    """Servers that still run, and services that did not end by themselves."""
    alive = [f"{server.name} still runs" for server in run.servers if server.alive]
    cut = [f"{one.name} ended with {one.exit_code}" for one in run.services.values() if one.exit_code != 0]
    return alive + cut


def _leave(folder: Path, keep: bool, outcome: Outcome) -> int:
    if keep:
        print(f"logs: {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if outcome.faults() else 0


def _showing() -> Showing:
    if not sys.stdout.isatty():
        return Plain()
    from deploy.local.scenario.screen import Screen

    return Screen()
