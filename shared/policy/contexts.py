"""How something is meant: denied, settled, quoted from a rule, supposed, or only asked about."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Literal

from shared.policy.lexicon import Span
from shared.policy.telling import (
    ASKING,
    DENIAL,
    DENIAL_AFTER,
    NOW_ABOUT,
    ONGOING,
    PAST,
    PUBLISHER,
    REPLY,
    SETTLED,
    SUPPOSED,
    Telling,
)

Context = Literal["denied", "settled", "quoted", "supposed", "asked"]

MAX_DENIAL_GAP = 36

# Nobody, and a place: 没有人在甲板上, nobody on the upper deck.
_NOBODY_THERE = re.compile(
    r"(?:(?:没有?|冇|无)人在[^\W\d_]{1,8}?(?:上|里|中|内)"
    r"|(?:nobody|no one|noone) (?:in|on|at|inside|aboard) (?:the|our|my|this|that) "
    r"(?:(?:upper|lower|front|back|rear|top|main|whole|entire|other|next"
    r"|car(?= deck)|train(?= station)|bus(?= stop)) )?"
    r"[a-z]+)"
)


@lru_cache(maxsize=64)
def gap_pattern(fillers: tuple[str, ...]) -> re.Pattern[str]:
    """What may stand between a denial and what it denies."""
    words = "|".join(sorted(map(re.escape, fillers), key=len, reverse=True))
    return re.compile(rf"(?:\s*(?:{words})\s*)*\s*\Z" if words else r"\s*\Z")


def is_meant(telling: Telling, spans: Sequence[Span], gap: re.Pattern[str], though: Collection[Context]) -> bool:
    """Whether these spans are meant as danger now; what is in `though` does not take that away."""
    sentences = {telling.sentence(span[0]) for span in spans}
    if "asked" not in though and _asked(telling, sentences):
        return False
    if "settled" not in though and _settled(telling, sentences, max(span[1] for span in spans)):
        return False
    if "supposed" not in though and _supposed(telling, spans):
        return False
    if "denied" not in though and any(_denied(telling, span, gap) for span in spans):
        return False
    return "quoted" in though or not _quoted(telling, spans)


def _denied(telling: Telling, span: Span, gap: re.Pattern[str]) -> bool:
    denials, denials_after = telling.of(DENIAL), telling.of(DENIAL_AFTER)
    clause = telling.clause(span[0]) if denials else 0
    for start, end in telling.within(denials, span[0] - MAX_DENIAL_GAP, span[0]):
        if end > span[0] or telling.clause(start) != clause:
            continue
        there = _NOBODY_THERE.match(telling.text, start, span[0])
        if gap.match(telling.text, end, span[0]) or (there and gap.match(telling.text, there.end(), span[0])):
            return True
    after = telling.within(denials_after, span[1], span[1] + 5)
    return any(telling.sentence(start) == telling.sentence(span[0]) for start, _ in after)


def _settled(telling: Telling, sentences: set[int], last: int) -> bool:
    if sentences & telling.sentences_with(ONGOING):
        return False
    settled = telling.sentences_with(SETTLED)
    if any(sentence in settled or sentence + 1 in settled for sentence in sentences):
        return True
    past = telling.sentences_with(PAST) & sentences
    return bool(past) and any(start > last for start, _ in telling.of(NOW_ABOUT)[-1:])


def _quoted(telling: Telling, spans: Sequence[Span]) -> bool:
    """Said by a rule, a notice, an advert, a stock answer: in quotation marks near it, or right behind it."""
    publishers, answers = telling.of(PUBLISHER), telling.of(REPLY)
    if not publishers and not answers:
        return False
    first = min(span[0] for span in spans)
    sentence = telling.sentence(first)
    inside = any(q[0] <= first and spans[-1][1] <= q[1] for q in telling.within(telling.quotes, first - 400, first + 1))
    for start, end in telling.within(publishers, first - 120, first + 120):
        close = end <= first and telling.clause(first) - telling.clause(start) <= 1
        if (close and telling.sentence(start) == sentence) or (inside and abs(telling.sentence(start) - sentence) <= 1):
            return True
    replies = telling.within(answers, first - 120, first + 120) if inside else ()
    return any(abs(telling.sentence(start) - sentence) <= 1 for start, _ in replies)


def _supposed(telling: Telling, spans: Sequence[Span]) -> bool:
    supposed = telling.of(SUPPOSED)
    if not supposed:
        return False
    first = min(span[0] for span in spans)
    clause = telling.clause(first)
    words = telling.within(supposed, first - 80, first)
    return any(end <= first and telling.clause(start) == clause for start, end in words)


def _asked(telling: Telling, sentences: Iterable[int]) -> bool:
    asking = telling.sentences_with(ASKING)
    return any(sentence in asking for sentence in sentences)
