"""Complaints accepted a second over HTTP against a bare endpoint: `python -m tests.benchmarks.door`.

Three by turns: intake as it is deployed (its stage decides what it accepted, in the same process), intake with its
lanes stopped (the door alone), and a bare Starlette endpoint that seals the same and produces the same bytes.
"""

import argparse
import asyncio
import random
import socket
import sys
import time

from deploy.local.channels import Channel, add_channel
from deploy.local.processes import Server, free_port
from shared.kafka.topics import Topic
from shared.mongo.client import database
from shared.mongo.lanes import MongoSwitch
from tests.benchmarks.complaints import INTEGRATION, Posts
from tests.benchmarks.field import STANDARD, Field
from tests.benchmarks.figures import Rounds, Run, centile, mark
from tests.benchmarks.system import System, processor_s, system

WARM_S, DRAIN_S, IDLE_S = 2.0, 120.0, 0.05
"""Seconds of load before a run counts (after a pause the same work costs a third more for a while), and that intake
may need to be done; processor seconds within half a second that are nothing."""
WHOLE, DOOR, BARE = "intake, deciding as well", "intake, the door alone", "bare Starlette"


def bare(one: System) -> Server:
    """The bare endpoint, started."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.peers.starlette_bare", one.kafka, "redress.bare.standard"]
    return Server(
        "bare", [*command, str(port)], port=port, folder=one.folder, answers=lambda: _listens(port),
        env=one.environment,
    ).start()  # fmt: skip


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


async def load(port: int, channel: Channel, pid: int, seconds: float, at_once: int, name: str) -> tuple[Run, Posts]:
    """Accepted a second, and the server's processor time for each."""
    posts = Posts(port, channel.api_key)
    began, cpu = time.monotonic(), processor_s(pid)
    await asyncio.gather(*(posts.caller(f"{name}-{n}", began + seconds) for n in range(at_once)))
    took = time.monotonic() - began
    return Run(len(posts.took) / took, (processor_s(pid) - cpu) / len(posts.took) * 1e6), posts


async def lanes(one: System, stop: bool) -> None:
    """Stops or resumes intake's lanes, and waits until it has nothing left to do: what a run before left to decide
    is no part of the next."""
    switch = MongoSwitch(database(one.mongo, "redress_intake"))
    for lane in ("express", "standard"):
        await (switch.stop(lane, "a benchmark of the door") if stop else switch.resume(lane))
    await asyncio.sleep(1.5)
    pid, until, idle = one.services["intake"].pid, time.monotonic() + DRAIN_S, 0
    while idle < 3:
        if time.monotonic() > until:
            raise RuntimeError("intake is not done with what was told before")
        before = processor_s(pid)
        await asyncio.sleep(0.5)
        idle = idle + 1 if processor_s(pid) - before < IDLE_S else 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.door", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--at-once", type=int, default=16)
    told = parser.parse_args()
    with system() as one:
        Field(one.kafka).topics(Topic("redress.bare.standard", STANDARD))
        one.start("intake")
        channel, rounds, took = add_channel(one.mongo, INTEGRATION), Rounds(), dict[str, list[float]]()
        time.sleep(3)
        with bare(one) as peer:
            ways = {WHOLE: one.services["intake"], DOOR: one.services["intake"], BARE: peer}
            for number in range(-1, told.rounds):
                for name in random.sample(list(ways), 3):
                    asyncio.run(lanes(one, name != WHOLE))
                    run_name = f"{number}-{list(ways).index(name)}"
                    server = ways[name].port, channel, ways[name].pid
                    asyncio.run(load(*server, WARM_S, told.at_once, f"warm-{run_name}"))
                    run, posts = asyncio.run(load(*server, told.seconds, told.at_once, run_name))
                    if number < 0:
                        continue
                    rounds.add(name, run)
                    took.setdefault(name, []).extend(posts.took)
                    print(f"  round {number + 1}  {name:26} {run.rate:7,.0f}/s {run.cpu_us:6.0f} us", flush=True)
    print(rounds.table(BARE))
    for name, each in took.items():
        print(f"{name}: answered in p50 {centile(each, 50):.1f} ms, p99 {centile(each, 99):.1f} ms")
    print(mark("accepted a second, the door alone to bare", rounds.ratios(DOOR, BARE), 0.6))
    print(mark("accepted a second, deciding as well to bare", rounds.ratios(WHOLE, BARE), 0.6))


if __name__ == "__main__":
    main()
