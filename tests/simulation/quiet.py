"""Whether anything is left to do in a world, and when something will be."""

from shared import clock
from shared.flow.fold import PERSON
from tests.simulation.groups import Group
from tests.simulation.world import T0, World


def lag(world: World, group: Group) -> int:
    """Records of a group's topics not committed, as far as the members know: a commit may land late."""
    records = world.broker.records
    return sum(len(records.get(part, ())) - at for member in group.members for part, at in member.owned().items())


def behind(world: World, group: Group) -> bool:
    """Whether it lags at all."""
    for member in group.members:
        for part, at in member.owned().items():
            records = world.broker.records.get(part)
            if records is not None and len(records) > at:
                return True
    return False


def quiet(world: World) -> bool:
    """Everything on the log is decided, published and committed; stopped lanes stand."""
    for group in world.groups.values():
        _, service, *_, lane = group.name.split(".")
        stopped = lane == "standard" and "effects" not in group.name and world.switches[service].reasons.get(lane)
        if not group.members or not group.calm() or (not stopped and behind(world, group)):
            return False
    return True


def waits(world: World) -> str:
    """What is not quiet, in words."""
    found = []
    for name, group in sorted(world.groups.items()):
        if not group.members:
            found.append(f"{name} has no members")
        elif not group.calm():
            found.append(f"{name} rebalances")
        elif behind_by := lag(world, group):
            found.append(f"{name} lags by {behind_by}")
    return "; ".join(found) or "a stopped lane"


def next_due(world: World) -> float | None:
    """When the first clock strikes, in seconds from the start; a person called often enough is not waited for."""
    dues = [
        due
        for store in world.stores.values()
        for thing in store.things.values()
        for name, due in thing["clocks"].items()
        if name != PERSON or thing["person"][0]["level"] < 2
    ]
    return (min(dues) - clock.to_ms(T0)) / 1000 if dues else None
