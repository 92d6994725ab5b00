"""All words of all rules in one automaton: found in one pass, whatever their number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ahocorasick

from shared.policy.forms import BUT_NOT, forms
from shared.policy.signals import Part, Say, is_chain, parse_say

Span = tuple[int, int]
Hits = dict[int, list[Span]]

_WORD_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True)
class Composite:
    """A member of a list that is several parts: found once they stand together."""

    number: int
    parts: tuple[tuple[int, ...], ...]
    relations: tuple[str, ...]


class Lexicon:
    """Numbers every list and phrase, and finds where their words stand in a comparable text."""

    def __init__(self, lists: Mapping[str, Sequence[str]], phrases: Iterable[str]) -> None:
        self.numbers: dict[str, int] = {}
        self.sizes: dict[int, int] = {}
        lists = {**lists, **_taken_back(lists)}
        chained = {name: [parse_say(m) for m in members if is_chain(m)] for name, members in lists.items()}
        inside = [p.phrase for says in chained.values() for say in says for p in say.parts if p.phrase]
        entries: dict[str, dict[tuple[int, bool], None]] = {}
        for name, members in [*lists.items(), *((phrase_name(p), (p,)) for p in dict.fromkeys([*phrases, *inside]))]:
            number = self.numbers.setdefault(name, len(self.numbers))
            for member in members:
                self.sizes[number] = self.sizes.get(number, 0) + 1
                for text, open_end in () if is_chain(member) or member.startswith(BUT_NOT) else forms(member):
                    entries.setdefault(text, {})[(number, open_end)] = None
                    self.sizes[number] += 1
        self._fill(entries)
        self.taken_back = {
            self.numbers[f"-{name}"]: number for name, number in self.numbers.items() if f"-{name}" in lists
        }
        self.composites: dict[int, list[Composite]] = {}
        for name, says in chained.items():
            for say in says:
                self._compose(self.numbers[name], say)

    def part(self, part: Part) -> tuple[int, ...]:
        """The numbers of what a part of a signal may be."""
        names = part.lists or (phrase_name(part.phrase),)
        return tuple(self.numbers[name] for name in names if name in self.numbers)

    def rarest(self, parts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
        """The part with the fewest words: the cheapest to wait for."""
        return min(parts, key=lambda numbers: sum(self.sizes.get(n, 0) for n in numbers))

    def _compose(self, number: int, say: Say) -> None:
        composite = Composite(number, tuple(self.part(part) for part in say.parts), say.relations)
        for trigger in self.rarest(composite.parts):
            self.composites.setdefault(trigger, []).append(composite)

    def _fill(self, entries: Mapping[str, Mapping[tuple[int, bool], None]]) -> None:
        self._automaton: Any = ahocorasick.Automaton()
        for text, owners in entries.items():
            whole_word = text[-1] in _WORD_LETTERS
            free: list[int] = []
            closed: list[int] = []
            for number, open_end in owners:
                (closed if whole_word and not open_end else free).append(number)
            self._automaton.add_word(text, (len(text), text[0] in _WORD_LETTERS, free, closed))
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
            if left and start and text[start - 1] in _WORD_LETTERS:
                continue
            for number in free:
                hits.setdefault(number, []).append((start, end))
            if closed and (end == length or text[end] not in _WORD_LETTERS):
                for number in closed:
                    hits.setdefault(number, []).append((start, end))
        for spans in hits.values():
            spans.sort()
        return hits


def _taken_back(lists: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """What lists say they do not mean, as lists of their own; no list of a pack can have such a name."""
    said = {n: tuple(m.removeprefix(BUT_NOT) for m in members if m.startswith(BUT_NOT)) for n, members in lists.items()}
    return {f"-{name}": members for name, members in said.items() if members}


def phrase_name(phrase: str) -> str:
    """The name under which a rule's own phrase is numbered; no list can have it."""
    return f"={phrase}"
