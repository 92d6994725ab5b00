"""Which rows can hold at all: gaps no row covers, rows that are never reached, rows that hold together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.compensation.table_axes import Axis

MAX_STEPS = 30_000
MAX_TOLD = 3


class TooEntangled(Exception):
    """The rows differ in too many facts at once to be checked in bounded time."""


@dataclass
class Cover:
    """What was found: cases that decide somewhere, gaps in words, pairs of rows that hold together, in words."""

    reached: int = 0
    gaps: list[str] = field(default_factory=list)
    together: dict[tuple[int, int], str] = field(default_factory=dict)


class Walk:
    """Walks all combinations of stretches, those alike taken together; bounded, and refused beyond the bound."""

    def __init__(self, axes: Sequence[Axis], rows: Sequence[int], unique: bool) -> None:
        self.rows, self.unique = rows, unique
        self.axes = sorted(axes, key=lambda axis: len({axis.masks[place] for place in axis.places}))
        self.free = [0] * (len(self.axes) + 1)
        self.free[-1] = (1 << len(rows)) - 1
        for at in range(len(self.axes) - 1, -1, -1):
            self.free[at] = self.free[at + 1] & ~self.axes[at].used
        self.found = Cover()
        self._seen: set[tuple[int, int]] = set()
        self._path: list[str] = []

    def walk(self) -> Cover:
        self._from(0, (1 << len(self.rows)) - 1)
        return self.found

    def _from(self, at: int, alive: int) -> None:
        if not alive:
            self._gap()
            return
        sure = alive & self.free[at]
        if sure and not self.unique:
            alive &= ((sure & -sure) << 1) - 1
        if self._settled(at, alive) or (at, alive) in self._seen:
            return
        self._seen.add((at, alive))
        if len(self._seen) > MAX_STEPS:
            raise TooEntangled
        axis = self.axes[at]
        alike: dict[int, int] = {}
        for place in axis.places:
            alike.setdefault(axis.masks[place] & alive, place)
        for mask, place in alike.items():
            self._path.append(axis.describe(place) if len(alike) > 1 else "")
            self._from(at + 1, mask)
            self._path.pop()

    def _settled(self, at: int, alive: int) -> bool:
        """Whether nothing that follows can change which case decides."""
        first = alive & -alive
        if self.unique:
            if at < len(self.axes) and not (alive == first and first & self.free[at]):
                return False
            self.found.reached |= alive
            self._overlap(alive)
            return True
        if not first & self.free[at]:
            return False
        self.found.reached |= first
        return True

    def _overlap(self, alive: int) -> None:
        held = sorted({self.rows[case] for case in range(alive.bit_length()) if alive >> case & 1})
        if len(held) > 1:
            self.found.together.setdefault((held[0], held[1]), self._where())

    def _gap(self) -> None:
        if len(self.found.gaps) < MAX_TOLD:
            self.found.gaps.append(self._where())

    def _where(self) -> str:
        return ", ".join(part for part in self._path if part) or "any facts"
