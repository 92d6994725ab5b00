"""Finds the parts of a signal in a telling, each standing to its neighbour as the signal asks."""

from collections.abc import Iterable, Iterator

from shared.policy.lexicon import Hits, Span
from shared.policy.signals import ANYWHERE, RIGHT_AFTER, SAME_CLAUSE, SAME_SENTENCE, SOON_AFTER
from shared.policy.telling import Telling

# How far apart parts may stand, in characters (Latin letters count a third).
REACH = {RIGHT_AFTER: 4, SOON_AFTER: 12, SAME_CLAUSE: 24, SAME_SENTENCE: 60, ANYWHERE: 100_000}
IN_ORDER = (RIGHT_AFTER, SOON_AFTER)
MAX_TRIED = 40

Parts = tuple[tuple[int, ...], ...]


def all_stand(hits: Hits, parts: Parts) -> bool:
    """Whether every part stands somewhere: without that nothing needs to be looked for."""
    for numbers in parts:
        for number in numbers:
            if number in hits:
                break
        else:
            return False
    return True


def chains(telling: Telling, parts: Parts, relations: tuple[str, ...]) -> Iterator[list[Span]]:
    """Spans for all parts, once for each place of the part that stands least often."""
    hits = telling.hits
    found: list[list[Span]] = []
    for numbers in parts:
        single = len(numbers) == 1
        spans = hits.get(numbers[0], []) if single else sorted(s for n in numbers for s in hits.get(n, []))
        if not spans:
            return
        found.append(spans)
    if len(found) == 1:
        for span in found[0]:
            yield [span]
        return
    anchor = min(range(len(found)), key=lambda part: len(found[part]))
    if len(found) == 2:
        yield from _pairs(telling, found, relations[0], anchor)
        return
    for span in found[anchor]:
        chain = _extend(telling, found, relations, {anchor: span})
        if chain:
            yield chain


def _pairs(telling: Telling, found: list[list[Span]], relation: str, anchor: int) -> Iterator[list[Span]]:
    """Two spans for each place of the part `anchor`: what most signals are, without trying in turn."""
    for fixed in found[anchor]:
        for span in _near(telling, found[1 - anchor], relation, fixed):
            if span[1] <= fixed[0] or fixed[1] <= span[0]:
                one, other = (span, fixed) if anchor else (fixed, span)
                if _stand(telling, relation, one, other):
                    yield [one, other]
                    break


def _extend(
    telling: Telling, found: list[list[Span]], relations: tuple[str, ...], chosen: dict[int, Span]
) -> list[Span]:
    """Spans for all parts, each standing to its neighbour as asked; empty when there are none."""
    if len(chosen) == len(found):
        return [chosen[part] for part in range(len(found))]
    low, high = min(chosen), max(chosen)
    part, neighbour = (low - 1, low) if low else (high + 1, high)
    relation = relations[min(part, neighbour)]
    fixed = chosen[neighbour]
    for span in _near(telling, found[part], relation, fixed):
        one, other = (span, fixed) if part < neighbour else (fixed, span)
        if _apart(span, chosen.values()) and _stand(telling, relation, one, other):
            done = _extend(telling, found, relations, {**chosen, part: span})
            if done:
                return done
    return []


def _near(telling: Telling, spans: list[Span], relation: str, fixed: Span) -> list[Span]:
    if relation == ANYWHERE:
        return spans[:MAX_TRIED]
    reach = 3 * REACH[relation] + 40
    return telling.within(spans, fixed[0] - reach, fixed[1] + reach)


def _apart(span: Span, others: Iterable[Span]) -> bool:
    return all(span[1] <= other[0] or other[1] <= span[0] for other in others)


def _stand(telling: Telling, relation: str, one: Span, other: Span) -> bool:
    """Whether `other`, written after `one` in the rule, stands to it as asked."""
    if relation == ANYWHERE:
        return True
    if relation in IN_ORDER and other[0] < one[1]:
        return False
    if telling.distance(one, other) > REACH[relation]:
        return False
    if relation == SAME_SENTENCE:
        return abs(telling.sentence(one[0]) - telling.sentence(other[0])) <= 1
    return telling.clause(one[0]) == telling.clause(other[0])
