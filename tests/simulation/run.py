"""One seed from its plan to its findings: faults, then calm, then time until every complaint has come to its end."""

import asyncio
import contextlib
import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from shared.flow import history
from shared.testing.virtual import Stuck, VirtualLoop
from tests.simulation.ambushes import BelatedTicks
from tests.simulation.calls import Calls
from tests.simulation.cast import effects_of, make
from tests.simulation.complainants import Complainant
from tests.simulation.ops import Ops
from tests.simulation.plan import SERVICES, Plan, plan
from tests.simulation.quiet import next_due, quiet, waits
from tests.simulation.restoring import restore
from tests.simulation.rules import Broken, held
from tests.simulation.rules.all import AT_LAST, WHILE_STOPPED
from tests.simulation.troubles import befall
from tests.simulation.virtual_time import quiet_logs, virtual_time
from tests.simulation.world import World

CALM_S = 4000.0
HORIZON_S = 40 * 86_400.0


@dataclass(slots=True)
class Outcome:
    """What a seed came to."""

    seed: int
    broken: list[Broken] = field(default_factory=list)
    world: World | None = None
    steps: int = 0
    told: int = 0


class Unfinished(Exception):
    """Calm reigns, and something that should have happened has not."""


def run(seed: int, story: bool = False, services: Iterable[str] = SERVICES, change: Any = None) -> Outcome:
    """Runs a seed; `change` may alter its plan."""
    made = plan(seed)
    if change is not None:
        change(made)
    loop = VirtualLoop(seed)
    outcome = Outcome(seed)
    before = history.KEPT, history.PAGE
    if made.short_pages:
        history.KEPT, history.PAGE = 6, 3
    try:
        with virtual_time(loop):
            loop.run(_live(loop, made, outcome, story, tuple(services)))
    except Stuck as stuck:
        outcome.broken.append(("", f"stuck: {stuck}"))
    finally:
        history.KEPT, history.PAGE = before
    outcome.steps = loop.steps
    return outcome


async def _live(loop: VirtualLoop, made: Plan, outcome: Outcome, story: bool, services: tuple[str, ...]) -> None:
    world = outcome.world = World(loop, made, make, services)
    world.story = [] if story else None
    calls = world.calls = Calls(world)
    world.effects = effects_of(world)
    world.ops = Ops(world)
    if made.belated_ticks:
        world.broker.before = BelatedTicks().before
    for service in services:
        world.wanted(service)
    people = [loop.create_task(Complainant(world, calls, n).live()) for n in range(made.complaints)]
    people.append(loop.create_task(world.ops.throw()))
    troubles = [loop.create_task(befall(world, trouble)) for trouble in made.troubles]
    if made.restoring is not None:
        people.append(loop.create_task(restore(world, made.restoring)))
    await asyncio.sleep(made.faults_until)
    while world.down:
        await asyncio.sleep(600.0)
    _calm(world)
    try:
        await _quiet(world, "while faults had just ended")
        outcome.broken += held(world, WHILE_STOPPED)
        await _resumed(world)
        await _to_the_end(world, people)
        outcome.broken += held(world, AT_LAST)
    except Unfinished as late:
        outcome.broken += [("", str(late)), *held(world, AT_LAST)]
    for task in (*people, *troubles):
        _defects_of(task, outcome)
    outcome.broken += world.defects
    outcome.broken += [("", f"nobody awaited: {fault['exception']!r}") for fault in loop.faults if _counts(fault)]


def _defects_of(task: "asyncio.Task[Any]", outcome: Outcome) -> None:
    if task.done() and not task.cancelled() and task.exception() is not None:
        outcome.broken.append(("", f"a person met a defect: {task.exception()!r}"))
    task.cancel()


def _counts(fault: dict[str, Any]) -> bool:
    from shared.flow.errors import Transient

    return not isinstance(fault["exception"], Transient | asyncio.CancelledError)


def _calm(world: World) -> None:
    """Faults end: servers are back, who was frozen goes on, who was killed is started; what is stopped stays so."""
    world.note("calm")
    world.faulty = False
    world.net.weather.left = 0
    world.when_told, world.when_done = [], []
    world.broker.uncoordinated.clear()
    world.broker.leaderless.clear()
    world.log_away(False)
    for service in world.services:
        world.store_away(service, False)
        for replica in world.live(service):
            world.thaw(replica)
            if replica.make.version != world.versions[service]:
                world.kill(replica, "an old version, and the roll-out is over")
        world.wanted(service)


async def _quiet(world: World, when: str) -> None:
    until = world.loop.time() + CALM_S
    await world.loop.idle(world.loop.time() + 60.0)
    while not quiet(world):
        if world.loop.time() > until:
            raise Unfinished(f"not quiet {when}: {waits(world)}")
        await world.loop.idle(world.loop.time() + 5.0)


async def _resumed(world: World) -> None:
    """Lanes run again; one that finds too much garbage stops anew, and is resumed until it is through."""
    while world.ops.resume():
        await _quiet(world, "after the lanes were resumed")


async def _to_the_end(world: World, people: list["asyncio.Task[Any]"]) -> None:
    """Time runs on from clock to clock until nothing is due and nobody wants anything."""
    while world.loop.time() < HORIZON_S:
        await _quiet(world, "at last")
        await _resumed(world)
        if world.ops.feed_again():
            await _quiet(world, "after what was kept was fed again")
        due = min(next_due(world) or HORIZON_S, HORIZON_S)
        if all(task.done() for task in people) and due >= HORIZON_S:
            return
        await asyncio.sleep(max(30.0, min(due - world.loop.time(), 20_000.0)))


def out_of_sight() -> None:
    """For a process that runs many seeds: no collector in the middle of one, and what all share is not looked at."""
    with quiet_logs():
        run(0)
    gc.collect()
    gc.freeze()
    gc.disable()


def swept() -> None:
    """What a seed left goes: its world is full of circles."""
    gc.collect()


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Out of the collector's sight for a while; who runs more than some dozen seeds sweeps in between."""
    out_of_sight()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
