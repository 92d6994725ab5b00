"""One telling as rules see it: words found, clauses and sentences, and what is not meant as it stands."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import accumulate

from shared.policy.lexicon import Hits, Lexicon, Span
from shared.policy.normal import Normal

# Lists of the shared words that say how something is meant.
FIGURE, DENIAL, DENIAL_GAP, DENIAL_AFTER = "figure", "denial", "denial_gap", "denial_after"
SETTLED, PAST, NOW_ABOUT, ONGOING = "settled", "past", "now_about", "ongoing"
PUBLISHER, REPLY, SUPPOSED, ASKING = "publisher", "stock_reply", "supposed", "asking"
CONTEXT_LISTS = (
    *(FIGURE, DENIAL, DENIAL_GAP, DENIAL_AFTER),
    *(SETTLED, PAST, NOW_ABOUT, ONGOING),
    *(PUBLISHER, REPLY, SUPPOSED, ASKING),
)

_SENTENCE = re.compile(r"[。!?\n;]+|\.(?=[\s\"']|$)")
_CLAUSE = re.compile(
    r"(?=[。!?\n;()~—.,、: 但可不然结bthay])"  # no other letter needs to be tried
    r"(?:[。!?\n;()~—]+|\.(?=[\s\"']|$)|[,、](?!\d)|:(?!\d)| - "
    r"|但是|但|可是|不过|然而|结果|\b(?:but|then|however|although|though|because|yet)\b)"
)
_QUOTE = re.compile(r'"([^"]{1,400})"')
_ASCII_WORD = re.compile(r"[a-z]")

_NONE: frozenset[int] = frozenset()

STEPS, STEPS_PER_CHARACTER = 50_000, 60


class TooMuch(Exception):
    """A text so full of signals that weighing them all would take too long: a person reads it."""


class Telling:
    """A text, where the lexicon's words stand in it, and how its parts lie to one another."""

    def __init__(self, normal: Normal, lexicon: Lexicon) -> None:
        self.normal, self.text = normal, normal.text
        self._numbers = lexicon.numbers
        self.hits: Hits = lexicon.find(normal.text)
        self.steps = STEPS + STEPS_PER_CHARACTER * len(normal.text)
        self._sentences_with: dict[str, frozenset[int]] = {}

    def take_back(self, taken_back: Mapping[int, int]) -> None:
        """Drops what a list says it does not mean; `taken_back` leads from such words to their list."""
        for number in taken_back.keys() & self.hits.keys():
            self._drop(self.hits.pop(number), [taken_back[number]])

    def mask(self) -> None:
        """Drops what stands inside a figure of speech: nobody dies of 笑死."""
        figures = self.hits.pop(self._numbers.get(FIGURE, -1), None)
        if figures:
            self._drop(figures, list(self.hits))

    def _drop(self, covers: list[Span], numbers: Iterable[int]) -> None:
        """Drops the words of these lists that stand inside one of `covers`."""
        starts = [start for start, _ in covers]
        reach = list(accumulate((end for _, end in covers), max))
        for number in numbers:
            kept = [span for span in self.hits.get(number, ()) if not _covered(span, starts, reach)]
            if kept:
                self.hits[number] = kept
            else:
                self.hits.pop(number, None)

    def of(self, name: str) -> list[Span]:
        """Where words of this list stand."""
        return self.hits.get(self._numbers.get(name, -1), [])

    def within(self, spans: list[Span], start: int, end: int) -> list[Span]:
        """Those of `spans` (in reading order) that begin in [start, end); each look costs a step."""
        if not spans:
            return spans
        found = spans[bisect_left(spans, (start, 0)) : bisect_left(spans, (end, 0))]
        self.steps -= 1 + len(found)
        if self.steps < 0:
            raise TooMuch
        return found

    def sentences_with(self, name: str) -> frozenset[int]:
        """The numbers of the sentences in which words of this list stand."""
        if name not in self._sentences_with:
            spans = self.of(name)
            self._sentences_with[name] = frozenset([self.sentence(start) for start, _ in spans]) if spans else _NONE
        return self._sentences_with[name]

    @cached_property
    def _clauses(self) -> list[int]:
        return [found.start() for found in _CLAUSE.finditer(self.text)]

    @cached_property
    def _sentences(self) -> list[int]:
        return [found.start() for found in _SENTENCE.finditer(self.text)]

    def clause(self, place: int) -> int:
        """The number of the clause this place stands in."""
        return bisect_right(self._clauses, place)

    def sentence(self, place: int) -> int:
        """The number of the sentence this place stands in."""
        return bisect_right(self._sentences, place)

    def sentence_spans(self) -> list[Span]:
        """Where every sentence stands, marks that end it left to the next, in reading order."""
        starts = [0, *self._sentences]
        return list(zip(starts, [*self._sentences, len(self.text)], strict=True))

    def distance(self, one: Span, other: Span) -> int:
        """Characters between two spans; Latin letters count a third, as words there are longer."""
        start, end = (one[1], other[0]) if one[0] <= other[0] else (other[1], one[0])
        if end <= start:
            return 0
        between = end - start
        return between // 3 if between > 3 and _ASCII_WORD.search(self.text, start, end) else between

    @cached_property
    def quotes(self) -> list[Span]:
        return [found.span(1) for found in _QUOTE.finditer(self.text)]


def _covered(span: Span, starts: list[int], reach: list[int]) -> bool:
    """Whether the span lies inside a figure; `reach` is how far figures begun so far extend."""
    before = bisect_right(starts, span[0])
    return before > 0 and reach[before - 1] >= span[1]
