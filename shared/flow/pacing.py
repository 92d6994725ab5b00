"""How much a lane writes at once: less when a write takes long for what it holds."""

FORGETS = 0.99


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
