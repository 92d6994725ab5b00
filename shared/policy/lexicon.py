"""All words of all rules in one automaton: found in one pass, whatever their number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ahocorasick

from shared.policy.forms import BUT_NOT, forms
from shared.policy.signals import Part, Say, is_chain, parse_say

Span = tuple[int, int]
Hits = dict[int, list[Span]]
# Whose words: numbers of lists, and whether any ending may follow.
Owners = tuple[tuple[int, bool], ...]
# A word's length, whether it begins like a Latin word, whose it is anywhere, and whose as a whole word only.
Entry = tuple[int, bool, tuple[int, ...], tuple[int, ...]]

_WORD_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True)
class Composite:
    """A member of a list that is several parts: found once they stand together."""

    number: int
    parts: tuple[tuple[int, ...], ...]
    relations: tuple[str, ...]


class Lexicon:
    """Numbers every list and phrase, and finds where their words stand in a comparable text.

    Rules of several lines share one: phrases are added, none is taken away, and those of other rules do no harm.
    """

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self.numbers: dict[str, int] = {}
        self.sizes: dict[int, int] = {}
        self._owners: dict[str, Owners] = {}
        self._entries: dict[tuple[int, bool, bool, Owners], Entry] = {}
        # Words that are not in the automaton yet.
        self._new: dict[str, None] = {}
        self._automaton: Any = ahocorasick.Automaton()
        lists = {**lists, **_taken_back(lists)}
        for name, members in lists.items():
            self._number(name, members)
        chained = {name: [parse_say(m) for m in members if is_chain(m)] for name, members in lists.items()}
        self.learn(p.phrase for says in chained.values() for say in says for p in say.parts if p.phrase)
        self.taken_back = {
            self.numbers[f"-{name}"]: number for name, number in self.numbers.items() if f"-{name}" in lists
        }
        self.composites: dict[int, list[Composite]] = {}
        for name, says in chained.items():
            for say in says:
                self._compose(self.numbers[name], say)

    def learn(self, phrases: Iterable[str]) -> None:
        """Finds these phrases as well from now on."""
        for phrase in phrases:
            if phrase_name(phrase) not in self.numbers:
                self._number(phrase_name(phrase), (phrase,))

    def _number(self, name: str, members: Sequence[str]) -> None:
        number = self.numbers[name] = len(self.numbers)
        self.sizes[number] = 0
        for member in members:
            written = () if is_chain(member) or member.startswith(BUT_NOT) else forms(member)
            self.sizes[number] += 1 + len(written)
            for text, open_end in written:
                owner, others = (number, open_end), self._owners.get(text, ())
                if owner not in others:
                    self._new[text] = None
                    self._owners[text] = (*others, owner)

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

    @property
    def automaton(self) -> Any:
        """All words, ready to be looked for."""
        if self._new:
            for text in [*_beginnings(self._new), *self._new]:
                kind = len(text), text[0] in _WORD_LETTERS, text[-1] in _WORD_LETTERS, self._owners[text]
                if kind not in self._entries:
                    self._entries[kind] = _entry(*kind)
                self._automaton.add_word(text, self._entries[kind])
            self._automaton.make_automaton()
            self._new = {}
        return self._automaton

    def find(self, text: str) -> Hits:
        """Where each list's words stand: {number: [(start, end)…]} in reading order."""
        hits: Hits = defaultdict(list)
        if not self._owners:
            return hits
        length = len(text)
        for last, (size, left, free, closed) in self.automaton.iter(text):
            end = last + 1
            start = end - size
            if left and start and text[start - 1] in _WORD_LETTERS:
                continue
            span = start, end
            for number in free:
                hits[number].append(span)
            if closed and (end == length or text[end] not in _WORD_LETTERS):
                for number in closed:
                    hits[number].append(span)
        for spans in hits.values():
            if len(spans) > 1:
                spans.sort()
        return dict(hits)


@lru_cache(maxsize=8)
def lexicon(lists: tuple[tuple[str, tuple[str, ...]], ...]) -> Lexicon:
    """The lexicon of these lists, one for all rules that have the same."""
    return Lexicon(dict(lists))


def _entry(size: int, left: bool, right: bool, owners: Owners) -> Entry:
    """What the automaton tells of a word: its length, and whose it is."""
    free = tuple(number for number, open_end in owners if open_end or not right)
    return size, left, free, tuple(number for number, open_end in owners if right and not open_end)


def _beginnings(texts: Iterable[str]) -> list[str]:
    """One text for each first letter, the most frequent first: in this order the automaton looks through them."""
    often = Counter(text[0] for text in texts)
    one = {text[0]: text for text in texts}
    return [one[letter] for letter, _ in often.most_common()]


def _taken_back(lists: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """What lists say they do not mean, as lists of their own; no list of a pack can have such a name."""
    said = {n: tuple(m.removeprefix(BUT_NOT) for m in members if m.startswith(BUT_NOT)) for n, members in lists.items()}
    return {f"-{name}": members for name, members in said.items() if members}


def phrase_name(phrase: str) -> str:
    """The name under which a rule's own phrase is numbered; no list can have it."""
    return f"={phrase}"
