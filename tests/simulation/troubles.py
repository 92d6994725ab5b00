"""What goes wrong at a time: servers away, processes killed and replaced, lanes stopped, partitions added."""

import asyncio
import random

from tests.simulation.ambushes import lie_in_wait
from tests.simulation.plan import AMBUSHES, Trouble
from tests.simulation.replica import Replica
from tests.simulation.world import World


async def befall(world: World, trouble: Trouble) -> None:
    """Lets one trouble come at its time and pass."""
    await asyncio.sleep(trouble.at)
    if not world.faulty:
        return
    service = trouble.service if trouble.service in world.services else world.services[0]
    world.befallen.append(trouble)
    world.note("trouble", trouble.what, service, trouble.lasts)
    live = world.live(service)
    if trouble.what == "kill" and live:
        world.kill(world.rng.choice(live), "trouble")
    elif trouble.what == "kill all":
        for replica in live:
            world.kill(replica, "trouble")
    elif trouble.what == "outage":
        await _out(world, trouble, service)
    elif trouble.what == "freeze" and live:
        world.freeze(world.rng.choice(live), trouble.lasts)
    elif trouble.what == "rebalance":
        world.rng.choice(sorted(world.groups.items()))[1].rebalance()
    elif trouble.what == "store away":
        await _away(world, trouble, service)
    elif trouble.what == "log away":
        world.log_away(True)
        await asyncio.sleep(trouble.lasts)
        world.log_away(False)
    elif trouble.what == "stop lane":
        await _stopped(world, trouble, service)
    elif trouble.what == "grow":
        grow(world, service)
    elif trouble.what in ("roll", "replace"):
        await roll(world, service, "new" if trouble.what == "roll" else world.versions[service])
    elif trouble.what == "leader away":
        parts = sorted(part for part in world.broker.records if part[0].split(".")[1] == service)
        for part in parts and random.Random(world.plan.seed).sample(parts, min(2, len(parts))):
            world.leader_away(part, trouble.lasts)
    elif trouble.what in AMBUSHES:
        lie_in_wait(world, trouble)


async def _out(world: World, trouble: Trouble, service: str) -> None:
    """Nobody of a service runs, for hours or days: longer than providers remember, or callers have patience."""
    world.down.add(service)
    for replica in world.live(service):
        world.kill(replica, "outage")
    await asyncio.sleep(trouble.lasts)
    world.down.discard(service)
    world.wanted(service)


async def _away(world: World, trouble: Trouble, service: str) -> None:
    world.store_away(service, True)
    await asyncio.sleep(trouble.lasts)
    world.store_away(service, False)


async def _stopped(world: World, trouble: Trouble, service: str) -> None:
    """A stop that lasts long lasts until the very end, when everything else is calm again."""
    world.stop_lane(service, "by hand")
    if trouble.lasts < 100:
        await asyncio.sleep(trouble.lasts)
        world.stop_lane(service, None)


def grow(world: World, service: str) -> None:
    """More partitions for one topic of a service; producers and consumers learn of it in their own time."""
    topics = sorted({part[0] for part in world.broker.records if part[0].split(".")[1] == service})
    if topics:
        topic = world.rng.choice(topics)
        world.broker.counts[topic] = world.broker.partitions(topic) + world.rng.randint(1, 2)
        world.note("grow", topic, world.broker.counts[topic])
        for group in world.groups.values():
            if any(topic in member.topics for member in group.members):
                world.loop.after(world.rng.random() * 30, group.rebalance)


async def roll(world: World, service: str, version: str) -> None:
    """Every replica is replaced by one of the version, one after the other; some drain, some are killed."""
    world.versions[service] = version
    for replica in world.live(service):
        await _replace(world, replica)
        await asyncio.sleep(world.rng.random() * 10)


async def _replace(world: World, replica: Replica) -> None:
    world.start(replica.make.service.name)
    if world.rng.random() < 0.7 and not replica.process.frozen:
        world.note("drain", replica.name)
        await replica.drain()
    world.kill(replica, "replaced")
