"""Finds which of many letter sequences stand in texts: all runs of letters of a text are looked up at once."""

import re
from collections.abc import Sequence
from typing import Any

import ahocorasick
import numpy as np

from shared.policy.key_table import Keys, KeyTable, Numbers

# Runs of up to so many letters are looked up; longer sequences are a few words, which an automaton finds.
LONGEST = 5
# So many bits of a run's key tell each letter; five letters are told by one key.
BITS = 12
_LETTERS = 0x110000
# What a letter's number is multiplied by at each place of a run, and what of the run its last letters are.
_PLACES = np.array([1 << BITS * place for place in reversed(range(LONGEST))], np.uint64)
_ENDS = np.array([[(1 << BITS * size) - 1] for size in range(1, LONGEST + 1)], np.uint64)
_BEFORE = "\0" * (LONGEST - 1)
_FEW_WORDS = re.compile(r"[a-z' ]{6}")
# Stands between texts that are looked through together, in no sequence.
_BETWEEN = "\0"


class SequenceIndex:
    """Sequences, numbered by their place among those it is made from. Raises ValueError for too many letters."""

    def __init__(self, sequences: Sequence[str]) -> None:
        sized: list[list[tuple[str, int]]] = [[] for _ in range(LONGEST + 1)]
        self._long: Any = ahocorasick.Automaton()
        for number, text in enumerate(sequences):
            if len(text) > LONGEST:
                self._long.add_word(text, number)
            else:
                sized[len(text)].append((text, number))
        if self._long:
            self._long.make_automaton()
        together = ["".join(text for text, _ in each) for each in sized]
        letters = sorted(set().union(*together))
        if len(letters) >= 1 << BITS or _BETWEEN in letters:
            raise ValueError(f"sequences of {len(letters)} different letters, of which fewer than {1 << BITS} are told")
        # A letter of no sequence is told by 0: a run that begins with some has the key of what follows them.
        self._letter = np.zeros(_LETTERS, np.uint64)
        self._letter[list(map(ord, letters))] = np.arange(1, len(letters) + 1)
        keys = [self._runs(text)[size - 1, size - 1 :: size] for size, text in enumerate(together) if text]
        numbers = [number for each in sized for _, number in each]
        self._table = KeyTable(np.concatenate([*keys, np.zeros(0, np.uint64)]), np.array(numbers, np.int64))

    def found(self, text: str) -> Numbers:
        """The numbers of the sequences in a text, each once, in their order."""
        numbers, _ = self._table.look_up(self._runs(text).ravel())
        if _FEW_WORDS.search(text):
            longer = [number for _, number in self._longer(text)]
            numbers = np.concatenate((numbers, np.array(longer, np.int64)))
        return _each_once(numbers)

    def found_in_each(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """The same for several texts at once: places of texts, in order, and numbers of sequences in them."""
        together = _BETWEEN.join(texts) + _BETWEEN
        numbers, known = self._table.look_up(self._runs(together).ravel())
        owner = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
        owners = owner.take(known % len(owner))
        if _FEW_WORDS.search(together):
            longer = np.array(self._longer(together), np.int64).reshape(-1, 2)
            owners = np.concatenate((owners, owner.take(longer[:, 0])))
            numbers = np.concatenate((numbers, longer[:, 1]))
        both = _each_once(owners << 32 | numbers)
        return both >> 32, both & 0xFFFFFFFF

    def _longer(self, text: str) -> list[tuple[int, int]]:
        """Where longer sequences end, and their numbers."""
        return list(self._long.iter(text)) if self._long else []

    def _runs(self, text: str) -> Keys:
        """The keys of all runs of one letter, of two, and so on, for each letter the one that ends with it."""
        codes = np.frombuffer((_BEFORE + text).encode("utf-32-le", "surrogatepass"), np.uint32)
        runs: Keys = _ENDS & np.correlate(self._letter.take(codes), _PLACES)
        return runs


def _each_once(numbers: Numbers) -> Numbers:
    numbers.sort()
    if len(numbers) < 2:
        return numbers
    first = np.empty(len(numbers), bool)
    first[0] = True
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    return numbers[first]
