"""What must hold after every run: the list "always true", and the numbers of every reader."""

from collections.abc import Callable, Iterable, Sequence

from tests.simulation.reading import Reading
from tests.simulation.world import World

Broken = tuple[str, str]
"""The thing a rule was broken for, and how."""
Rule = Callable[[World, Reading], Iterable[Broken]]


def held(world: World, rules: Sequence[Rule]) -> list[Broken]:
    """What the rules find."""
    reading = Reading(world)
    return [broken for rule in rules for broken in rule(world, reading)]
