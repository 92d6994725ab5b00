"""Troubles that lie in wait for the worst moment: a time drawn at random hardly ever meets it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from shared.flow.codec import TICK
from shared.flow.records import Outgoing, Record
from tests.simulation.plan import SERVICES, Trouble
from tests.simulation.seen import ENDED
from tests.simulation.staff import FINDINGS, Staff
from tests.simulation.world import World

CUT_S, HELD_S = 1.0, 4.0
"""How long publishing fails, and until when what was fetched before is held back: a rebalance fits between."""
WAITS_S, LEADERLESS_S = 60.0, 20.0
CROWD = 40
COPIES = 12


def lie_in_wait(world: World, trouble: Trouble) -> None:
    """Springs when its moment comes, if it comes before calm does."""
    if set(SERVICES) - set(world.services):
        return
    if trouble.what == "danger after the finding":
        world.loop.create_task(_danger_after_the_finding(world))
    elif trouble.what == "out after a deed":
        _out_after_a_deed(world, trouble)
    else:
        way = _UNTOLD[trouble.what]
        world.when_told.append(lambda service, thing: service == trouble.service and way(world, service, thing))


def _stopped_untold(world: World, service: str, thing: dict[str, Any]) -> bool:
    """Written and not published, every replica dies, and whoever is started finds the lane stopped.

    In every other seed it cannot read at once what was decided, since that has no leader meanwhile.
    """
    if thing["replay"] and world.plan.seed % 2:
        world.leader_away((thing["replay"][-1]["topic"], thing["replay"][-1]["partition"]), LEADERLESS_S)
    world.stop_lane(service, "by hand")
    for replica in world.live(service):
        world.kill(replica, "written and untold")
    return True


def _stopped_in_a_crowd(world: World, service: str, thing: dict[str, Any]) -> bool:
    """The same over a fact of somebody else, when everybody repeats themselves before the inbox."""
    inbox, came_on = f"redress.{service}.inbox.standard", thing["replay"][-1]["topic"] if thing["replay"] else ""
    stood = [record for (topic, _), records in world.broker.records.items() if topic == inbox for record in records]
    if not stood or ".inbox." in came_on or not came_on.endswith(".standard"):
        return False
    _crowd(world, inbox, stood)
    return _stopped_untold(world, service, thing)


def _crowd(world: World, inbox: str, stood: Sequence[Record]) -> None:
    for n in range(min(CROWD, COPIES * len(stood))):
        record = stood[n % len(stood)]
        world.broker.append(Outgoing(inbox, (record.key or b"").decode(), record.value, record.headers))


def _cut_off(world: World, service: str, thing: dict[str, Any]) -> bool:
    """A service's publishing fails, its groups rebalance, what it had fetched comes after that; then it dies."""
    live = world.live(service)
    if not any(log.lag() for replica in live for log in replica.logs.values()):
        return False
    for replica in live:
        for log in replica.logs.values():
            log.cut_off(CUT_S, HELD_S, lambda replica=replica: world.kill(replica, "committed"))
            log.members.rebalance()
    return True


def _out_after_a_deed(world: World, trouble: Trouble) -> None:
    """What was ordered cannot be committed; once it is carried out nobody runs until the provider has forgotten it."""
    service = trouble.service
    groups = {f"redress.{service}.{lane}" for lane in ("express", "standard")}
    world.broker.uncoordinated |= groups

    def back() -> None:
        world.down.discard(service)
        world.wanted(service)

    def give_up() -> None:
        if spring in world.when_done:
            world.when_done.remove(spring)
            world.broker.uncoordinated -= groups

    def spring(whose: str) -> bool:
        if whose != service:
            return False
        world.down.add(service)
        for replica in world.live(service):
            world.kill(replica, "done and not committed")
        world.broker.uncoordinated -= groups  # who is started meanwhile by another trouble is not to run in circles
        world.loop.after(trouble.lasts, back)
        return True

    world.when_done.append(spring)
    world.loop.after(WAITS_S, give_up)


async def _danger_after_the_finding(world: World) -> None:
    """A finding is told on a lane that stands, and the danger told after it on express comes first."""
    world.stop_lane("compensation", "by hand")
    cases = world.stores["triage"].things
    id = await world.until(lambda: next((id for id, thing in cases.items() if _open(thing)), ""))
    if not id:
        return
    line = cases[id]["state"]["line"]
    staff, (table, facts) = Staff(world, world.calls, line), FINDINGS[line]
    await staff.triage(id, "finding", {"result": "upheld", "tables": [table], "facts": facts, "cause": "found"})
    await world.until(lambda: cases[id]["state"].get("finding"))
    await staff.triage(id, "safety", {"safety": "confirmed", "reason_code": "seen"})


def _open(thing: dict[str, Any]) -> bool:
    state = thing["state"]
    return thing["lane"] == "standard" and state.get("line") in FINDINGS and state.get("status") not in ENDED


_UNTOLD: Mapping[str, Callable[[World, str, dict[str, Any]], bool]] = {
    "stopped untold": _stopped_untold,
    "stopped untold, inbox crowded": _stopped_in_a_crowd,
    "cut off from the log": _cut_off,
}


class BelatedTicks:
    """A ticker that stood still between its look and its append: its tick lands when the clock is to strike anew."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, str], tuple[int, Outgoing]] = {}

    def before(self, message: Outgoing) -> list[Outgoing]:
        """What lands just before a message."""
        if dict(message.headers).get("ce_type") != TICK.encode():
            return []
        tick = orjson.loads(message.value or b"{}")
        due, name = tick.get("due"), (message.topic, message.key_bytes.decode(), str(tick.get("clock")))
        if not isinstance(due, int):
            return []
        former = self._last.get(name)
        self._last[name] = due, message
        return [former[1]] if former is not None and former[0] < due else []
