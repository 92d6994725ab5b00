"""Numbers by key in flat tables: many keys are looked up at once, each in one place."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]

# No key: where nothing stands.
_NOTHING = np.uint64(0xFFFFFFFFFFFFFFFF)
_BELOW_PLACE = np.uint64(20)
# Tables at their fullest (a key for four places) took 40 rounds.
_ROUNDS, _TURNS = 400, 5


class KeyTable:
    """A perfect hash (hash and displace): keys fall into groups, and a group is moved by what gives each key a place.

    Keys are below 2**63, each once; raises ValueError otherwise.
    """

    def __init__(self, keys: Keys, numbers: Numbers) -> None:
        bits = max(4, (4 * len(keys)).bit_length())
        self._last = np.uint64((1 << bits) - 1)
        self._by_group = np.uint64(64 - max(1, bits - 3))
        chance = np.random.default_rng(11)
        for _ in range(_TURNS):
            self._turn = chance.integers(1 << 63, 1 << 64, dtype=np.uint64) | np.uint64(1)
            if self._place(keys, numbers, chance):
                return
        raise ValueError("the same key twice")

    def _place(self, keys: Keys, numbers: Numbers, chance: np.random.Generator) -> bool:
        """Whether a place was found for every key."""
        size, groups = int(self._last) + 1, 1 << (64 - int(self._by_group))
        self._moved = np.zeros(groups, np.uint64)
        self._keys = np.full(size, _NOTHING)
        self._numbers = np.zeros(size, np.int64)
        turned = keys * self._turn
        group, start = (turned >> self._by_group).astype(np.int64), turned >> _BELOW_PLACE
        for _ in range(_ROUNDS):
            tried = chance.integers(size, size=groups, dtype=np.uint64)
            places = (start + tried[group]) & self._last
            taken = (self._keys[places] != _NOTHING) | (np.bincount(places, minlength=size)[places] > 1)
            stuck = np.zeros(groups, bool)
            stuck[group[taken]] = True
            open = stuck[group]
            done = ~open
            self._moved[group[done]] = tried[group[done]]
            self._keys[places[done]], self._numbers[places[done]] = keys[done], numbers[done]
            keys, numbers, group, start = keys[open], numbers[open], group[open], start[open]
            if not len(keys):
                return True
        return False

    def look_up(self, keys: Keys) -> tuple[Numbers, NDArray[np.intp]]:
        """The numbers of those keys that are known, in their order, and where among the keys they stand."""
        turned = keys * self._turn
        places = ((turned >> _BELOW_PLACE) + self._moved.take(turned >> self._by_group)) & self._last
        (known,) = (self._keys.take(places) == keys).nonzero()
        return self._numbers.take(places.take(known)), known
