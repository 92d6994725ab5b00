"""Draws the portraits of a telling that the second opinion judges: the whole text, and sentence by sentence."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from shared.policy.lexicon import Span
from shared.policy.matching import Fired
from shared.policy.second_opinion import Portrait
from shared.policy.telling import Telling

# How often words of a list must stand in a text to count once more.
TIMES = (1, 2, 4)
MIN_SENTENCE = 6
# Shorter texts are judged as a whole only: their sentences lean on one another.
MIN_WHOLE = 60
# Of longer texts the first and the last sentences are judged one by one.
MAX_SENTENCES = 60


def portraits(
    telling: Telling, fired: Sequence[Fired], lists: Mapping[int, str]
) -> tuple[Portrait, Iterator[Portrait]]:
    """The whole and its sentences, drawn when asked for; none when there is only one.

    `lists` names the lists by number.
    """
    hits = telling.hits
    found = [(lists[number], hits[number]) for number in sorted(lists.keys() & hits.keys())]
    spoke = {one.rule.id: one.spans for one in fired if one.rule.safety and one.spans}
    whole = Portrait(telling.text, _marks([(name, len(spans)) for name, spans in found], spoke))
    return whole, _sentences(telling, found, spoke)


def _sentences(
    telling: Telling, found: Iterable[tuple[str, Sequence[Span]]], spoke: Mapping[str, Sequence[Span]]
) -> Iterator[Portrait]:
    sentences = telling.sentence_spans()
    if len(sentences) < 2 or len(telling.text) < MIN_WHOLE:
        return
    if len(sentences) > MAX_SENTENCES:
        sentences = [*sentences[: MAX_SENTENCES // 2], *sentences[-MAX_SENTENCES // 2 :]]
    counts = _by_sentence(sentences, found)
    rules = _by_sentence(sentences, [(id, spans[:1]) for id, spans in spoke.items()])
    for (start, end), lists, told in zip(sentences, counts, rules, strict=True):
        if end - start >= MIN_SENTENCE:
            yield Portrait(telling.text[start:end], _marks(lists.items(), told), start)


def _by_sentence(sentences: Sequence[Span], found: Iterable[tuple[str, Sequence[Span]]]) -> list[dict[str, int]]:
    """How often each name stands in each of these sentences."""
    starts, ends = zip(*sentences, strict=True)
    counts: list[dict[str, int]] = [{} for _ in sentences]
    for name, spans in found:
        for place, _ in spans:
            number = bisect_right(starts, place) - 1
            if place < ends[number]:
                one = counts[number]
                one[name] = one[name] + 1 if name in one else 1
    return counts


def _marks(counts: Iterable[tuple[str, int]], rules: Iterable[str]) -> tuple[str, ...]:
    most = TIMES[-1]
    lists = [mark for name, count in counts for mark in _list_marks(name, count if count < most else most)]
    spoke = [f"rule:{id}" for id in rules]
    return (*lists, *spoke, "rule:any") if spoke else tuple(lists)


@cache
def _list_marks(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"list:{name}:{times}" for times in TIMES if count >= times)
