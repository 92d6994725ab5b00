"""A store restored from an earlier copy, run apart from all else: `make simulate RESTORE=1`, or 2 without a rewind.

With the rewind: nobody of the service runs, its store becomes the copy, its groups go back to before the copy was
made, its epoch rises, and it starts, the standard lane only once express has drained. Without: only the store is
exchanged, as whoever knows no better would do it.
"""

import asyncio
import pickle
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.simulation.plan import SERVICES, Plan
from tests.simulation.replica import SESSION_S
from tests.simulation.world import T0, World

BEFORE_S = 60.0
"""How far before the copy the groups go back: more than the brokers' clocks stand apart."""


@dataclass(frozen=True, slots=True)
class Restoring:
    """Which service's store is copied when, restored when, in seconds from the start, and whether it is rewound."""

    service: str
    copied_at: float
    restored_at: float
    rewinds: bool


def restoring(plan: Plan, rewinds: bool) -> None:
    """Chooses for a seed; a copy is some minutes to two days old when it is needed."""
    rng = random.Random(plan.seed)
    copied_at = plan.faults_until * rng.random()
    age = rng.choice((60.0, 3600.0, 2 * 86_400.0)) * (0.2 + rng.random())
    plan.restoring = Restoring(rng.choice(SERVICES), copied_at, copied_at + age, rewinds)


async def restore(world: World, asked: Restoring) -> None:
    """Copies a store, lets time pass, and puts the copy back."""
    await asyncio.sleep(asked.copied_at)
    service, store = asked.service, world.stores[asked.service]
    copy = pickle.dumps((store.things, store.pages, store._packed))
    world.note("store", service, "copied")
    await asyncio.sleep(asked.restored_at - asked.copied_at)
    world.down.add(service)
    for replica in world.live(service):
        world.kill(replica, "its store is restored")
    await asyncio.sleep(2 * SESSION_S)
    store.things, store.pages, store._packed = pickle.loads(copy)
    store._due.clear()
    world.note("store", service, "restored")
    if asked.rewinds:
        rewind(world, service, asked.copied_at - BEFORE_S)
    world.down.discard(service)
    if asked.rewinds:
        world.stop_lane(service, "rewound")
    world.wanted(service)
    if asked.rewinds:
        await _drained(world, service)
        world.stop_lane(service, None)


async def _drained(world: World, service: str) -> None:
    """Until express has no lag, as an operator watches it; not for ever."""
    for _ in range(600):
        await asyncio.sleep(1.0)
        express = [replica.logs["express"] for replica in world.live(service)]
        if express and all(log.owned() and log.lag() == 0 for log in express):
            return


def rewind(world: World, service: str, to: float) -> None:
    """As `redress rewind SERVICE --to TIME`: offsets to the first record since then, and the next epoch."""
    since = T0 + timedelta(seconds=to)
    committed = world.broker.committed
    for group in [group for name, group in world.groups.items() if name.split(".")[1] == service]:
        for part in [part for whose, part in committed if whose == group.name]:
            records = world.broker.records.get(part, [])
            first: Any = next((record.offset for record in records if record.time >= since), len(records))
            committed[group.name, part] = min(first, committed[group.name, part])
    world.epochs[service] = world.epochs.get(service, 0) + 1
    world.note("store", service, "rewound")
