"""How a lane makes room: it writes less at once when that takes long, and gives turns of the event loop to others."""

import asyncio

FORGETS = 0.99
BREATHS = 12
"""Turns of the loop given at once: a fact of the other lane takes dozens on its way, and would wait for each."""


async def give_turns() -> None:
    """Lets everybody else go on; whoever works long without waiting for anything calls it in between."""
    for _ in range(BREATHS):
        await asyncio.sleep(0)


class WriteTime:
    """Whether a write took too long for what it held.

    What a write costs however little it holds (a disk that syncs, a busy server) is no reason to hold less: more and
    smaller writes would cost it more often, and a lane that is behind would never catch up. That cost is learned from
    writes of up to `few` things, and forgotten little by little so that it is learned again.
    """

    def __init__(self, target_s: float, few: int) -> None:
        self.target_s, self.few = target_s, few
        self.least_s = 0.0

    def slow(self, things: int, seconds: float) -> bool:
        """Takes one write into account; `things` documents written in so many seconds."""
        if 0 < things <= self.few:
            self.least_s = (self.least_s + seconds) / 2 if self.least_s else seconds
        else:
            self.least_s *= FORGETS
        return seconds > 1.5 * self.least_s + self.target_s
