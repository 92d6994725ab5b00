"""`python -m tests.faults.campaign`: the whole campaign; exit 0 only with nothing lost, contradictory or paid twice."""

import argparse
import asyncio
import contextlib
import json
import logging
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from pathlib import Path
from typing import Any

from deploy.local.channels import Channel, add_channel
from deploy.local.processes import NotStarted, Server
from shared.ops.running import run_folder
from tests.faults.campaign import report, told, verdict
from tests.faults.campaign.accepted import Accepted
from tests.faults.campaign.faults import Faults
from tests.faults.campaign.gauges import Gauges
from tests.faults.campaign.integrations import SENDERS
from tests.faults.campaign.load import Load
from tests.faults.campaign.people import People
from tests.faults.campaign.rolling import Rolling
from tests.faults.campaign.system import System
from tests.faults.campaign.usage import Usage

PROGRESS_S, QUIET_S = 5.0, 6.0


def main(argv: list[str] | None = None) -> int:
    """Runs it in a folder of its own, which keeps logs, lists and figures; data only with --keep."""
    args = _arguments(argv)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that servers go away is what this is about
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # asked to end is interrupted
    folder = args.folder or run_folder() / "faults"
    shutil.rmtree(folder, ignore_errors=True)
    system = System(folder, told.orders(), args.store_in)
    try:
        with system.brokers():
            _say("three brokers are up")
            system.start()
            _say("store, partners and two replicas of each service are up")
            channels = [add_channel(system.mongo, sender.id) for sender in SENDERS]
            return asyncio.run(Campaign(system, args).run(channels))
    except NotStarted as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: everything is stopped", file=sys.stderr)
        return 130
    finally:
        if not args.keep:
            stores = system.folder / "rust-store"
            if args.store_in:
                stores = system.store_folder
                with contextlib.suppress(FileNotFoundError):
                    shutil.copy(system.store.log, system.folder)
            for data in (*system.folder.glob("kafka-*/data"), stores):
                shutil.rmtree(data, ignore_errors=True)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.campaign", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long faults are made")
    parser.add_argument("--rate", type=float, default=60.0, help="complaints a second, in all")
    parser.add_argument("--most", type=int, default=200_000, help="complaints at most")
    parser.add_argument("--drain-minutes", type=float, default=20.0, help="how long the end may take")
    parser.add_argument("--seed", type=int, default=1, help="another order of faults and complaints")
    parser.add_argument("--calm", action="store_true", help="no faults: what the machine can do")
    parser.add_argument("--folder", type=Path, help="a folder of its own, made anew")
    parser.add_argument("--store-in", type=Path, help="the store's files elsewhere, for instance on a RAM disk")
    parser.add_argument("--keep", action="store_true", help="keep the brokers' and the store's data")
    return parser.parse_args(argv)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class Campaign:
    """The parts of one campaign, and the way from the first complaint to the verdict."""

    def __init__(self, system: System, args: argparse.Namespace) -> None:
        self.system, self.args = system, args
        self.accepted = Accepted(system.folder / "accepted")
        self.people = People(system, self.accepted, args.seed)
        self.gauges = Gauges(system)
        self.faults = Faults(system, self.gauges, args.seed)
        self.rolling = Rolling(system, self.faults)
        self.usage = Usage()
        self.spans: dict[str, float] = {}

    async def run(self, channels: Sequence[Channel]) -> int:
        """The exit status."""
        load = Load(self.system, channels, self.accepted, self.people, self.args.seed)
        began = time.monotonic()
        until = began + 60 * self.args.minutes
        beside = (self.gauges.run(), self.faults.supervise(), self._progress(load, began))
        async with _running(*beside):
            work = [load.run(self.args.rate, until, self.args.most)]
            if not self.args.calm:
                work += [self.faults.run(until), self._replace(began)]
            await asyncio.gather(*work)
            self.spans["faults"] = time.monotonic() - began
            self.gauges.now = "draining"
            drained = await self._drain(load)
            self.spans["drain"] = time.monotonic() - began - self.spans["faults"]
        try:
            return await self._judge(drained)
        finally:
            await self.gauges.close()

    async def _replace(self, began: float) -> None:
        """The rolling replacement comes at a third of the time."""
        third = 60 * self.args.minutes / 3
        await asyncio.sleep(max(0.0, began + third - time.monotonic()))
        _say("rolling replacement begins")
        await self.rolling.run(min(30.0, third / 6))
        _say("rolling replacement done")

    async def _drain(self, load: Load) -> bool:
        """Everything told is accepted, nothing waits on any lane, everybody who is owed money has it."""
        self.system.doors.set("open")
        self.people.hurry = True
        until = time.monotonic() + 60 * self.args.drain_minutes
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(load.finish(), 60 * self.args.drain_minutes)
        busy_at = time.monotonic()
        while time.monotonic() < until and time.monotonic() - busy_at < QUIET_S:
            stale = self.gauges.sampled_at < busy_at and time.monotonic() - busy_at > QUIET_S / 2
            if load.waiting or self.gauges.behind or stale or self.people.open_ends():
                busy_at = time.monotonic()
            await asyncio.sleep(0.5)
        await self.people.end()
        return time.monotonic() < until

    async def _judge(self, drained: bool) -> int:
        """Prints what came of it."""
        found = verdict.Verdict(contradictory=list(self.accepted.contradictions), broken=list(self.accepted.refused))
        if not drained:
            found.broken.append("it did not drain in time")
        _say("redress audit")
        began = time.monotonic()
        verdict.sort_out(found, *await verdict.audit(self.system, self.accepted.joined()))
        self.spans["audit"] = time.monotonic() - began
        await verdict.money(found, self.system, self.accepted, self.people)
        await verdict.messages(found, self.system, self.accepted)
        found.broken += [
            f"{each}: the new field did not outlive an older replica" for each in await self.rolling.lost()
        ]
        figures = report.figures(self.accepted, self.faults, self.gauges, found, self.spans)
        figures["new_field_watched_on"] = {service: len(seen) for service, seen in self.rolling.seen.items()}
        figures["records"] = await self.gauges.ends()
        figures["usage"] = self.usage.figures(figures["accepted"])
        figures["people"] = dict(self.people.counts)
        report.show(figures, found, self.system.folder)
        print(json.dumps({name: figures[name] for name in ("spans", "people", "callers_met", "new_field_watched_on")}))
        return 0 if found.well else 1

    def parts(self) -> dict[str, Server]:
        """Every process of the run but this one."""
        return {**self.system.servers(), "partners": self.system.partners, "proxy": self.system.proxy}

    async def _progress(self, load: Load, began: float) -> None:
        before = 0
        while True:
            await asyncio.sleep(PROGRESS_S)
            accepted = len(self.accepted.complaints)
            cpu = self.usage.note(self.parts())
            rate, before = (accepted - before) / PROGRESS_S, accepted
            people = f"paid {len(self.people.settled):,}/{len(self.people.tasks):,}"
            behind = f"behind {self.gauges.behind:,} {self.gauges.furthest}"
            _say(
                f"{time.monotonic() - began:5.0f} s  accepted {accepted:,} ({rate:.0f}/s)  not yet {load.waiting}  "
                f"{behind}  {people}  faults {len(self.faults.done)}  cpu {cpu:.2f}  {self.gauges.now}"
            )


@contextlib.asynccontextmanager
async def _running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """These run beside the block; one that fails is said at the end, and all are ended with it."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                print(f"a part of the campaign ended: {ended!r}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
