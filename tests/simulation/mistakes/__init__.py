"""The mistakes of the flow's protocol that can be planted, by the words of `docs/simulation.md`."""

from tests.simulation.mistakes import asking, delivery, lanes, names, timing
from tests.simulation.mistakes.registry import MISTAKES, planted

__all__ = ["MISTAKES", "asking", "delivery", "lanes", "names", "planted", "timing"]
