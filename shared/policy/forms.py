"""Every way of writing a phrase, made comparable."""

from collections.abc import Sequence
from functools import cache

from shared.policy.normal import normalise

MAX_FORMS = 2000
# Members of a list that take back what another member finds inside them begin so.
BUT_NOT = "but not "


@cache
def forms(phrase: str) -> tuple[tuple[str, bool], ...]:
    """Every way of writing a phrase: (comparable text, whether any ending may follow). Raises ValueError."""
    written, end = _sequence(phrase, 0, 0)
    if end < len(phrase):
        raise ValueError("a bracket is not closed, or closed twice")
    plain = _comparable([text.rstrip("*").strip() for text in written])
    if not all(plain):
        raise ValueError("one of its ways of writing is empty")
    if any("*" in text.rstrip("* ") for text in written):
        raise ValueError("* stands at the end: only the last word takes any ending")
    return tuple(dict.fromkeys(zip(plain, [text.endswith("*") for text in written], strict=True)))


def _comparable(written: Sequence[str]) -> list[str]:
    """Each made comparable: line by line at once, unless some change their length or hold lines themselves."""
    together = "\n".join(written)
    normal = normalise(together).text
    if len(normal) == len(together) and normal.count("\n") == len(written) - 1:
        return normal.split("\n")
    return [normalise(text).text for text in written]


def _ways(phrase: str, place: int, depth: int) -> tuple[list[str], int]:
    """What stands in a bracket, one way after another, and where the bracket ends."""
    found: list[str] = []
    while True:
        written, place = _sequence(phrase, place, depth)
        found += written
        if place >= len(phrase):
            raise ValueError("a bracket is not closed")
        if phrase[place] == ")":
            return found, place + 1
        place += 1


def _sequence(phrase: str, place: int, depth: int) -> tuple[list[str], int]:
    """The ways of writing what stands side by side, up to the end of its bracket or alternative."""
    if depth > 8:
        raise ValueError("brackets stand deeper in one another than 8")
    done = [""]
    while place < len(phrase) and not (phrase[place] == ")" or (phrase[place] == "|" and depth)):
        if phrase[place] == "(":
            ways, place = _ways(phrase, place + 1, depth + 1)
        else:
            end = min((i for i in (phrase.find(c, place) for c in "()|") if i >= 0), default=len(phrase))
            end = max(end, place + 1)
            ways, place = [phrase[place:end]], end
        if len(done) * len(ways) > MAX_FORMS:
            raise ValueError(f"more than {MAX_FORMS} ways of writing it")
        done = [begun + way for begun in done for way in ways]
    return done, place
