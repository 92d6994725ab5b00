"""All words of all rules in one automaton: found in one pass, whatever their number."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import ahocorasick

from shared.policy.words import forms

Span = tuple[int, int]
Hits = dict[int, list[Span]]

_LETTER = re.compile(r"[a-z0-9]")


class Lexicon:
    """Numbers every list and phrase, and finds where their words stand in a comparable text."""

    def __init__(self, lists: Mapping[str, Iterable[str]], phrases: Iterable[str]) -> None:
        self.numbers: dict[str, int] = {}
        self.sizes: dict[int, int] = {}
        entries: dict[str, dict[tuple[int, bool], None]] = {}
        for name, members in [*lists.items(), *((phrase_name(p), (p,)) for p in phrases)]:
            number = self.numbers.setdefault(name, len(self.numbers))
            for member in members:
                for text, open_end in forms(member):
                    entries.setdefault(text, {})[(number, open_end)] = None
                    self.sizes[number] = self.sizes.get(number, 0) + 1
        self._automaton: Any = ahocorasick.Automaton()
        for text, owners in entries.items():
            left = bool(_LETTER.match(text[0]))
            right = bool(_LETTER.match(text[-1]))
            closed = tuple(number for number, open_end in owners if right and not open_end)
            free = tuple(number for number, open_end in owners if open_end or not right)
            self._automaton.add_word(text, (len(text), left, free, closed))
        if entries:
            self._automaton.make_automaton()

    def find(self, text: str) -> Hits:
        """Where each list's words stand: {number: [(start, end)…]} in reading order."""
        hits: Hits = {}
        if not self._automaton:
            return hits
        length = len(text)
        for last, (size, left, free, closed) in self._automaton.iter(text):
            start, end = last + 1 - size, last + 1
            if left and start and _LETTER.match(text[start - 1]):
                continue
            for number in free:
                hits.setdefault(number, []).append((start, end))
            if closed and (end == length or not _LETTER.match(text[end])):
                for number in closed:
                    hits.setdefault(number, []).append((start, end))
        for spans in hits.values():
            spans.sort()
        return hits


def phrase_name(phrase: str) -> str:
    """The name under which a rule's own phrase is numbered; no list can have it."""
    return f"={phrase}"
