"""Every way of writing a phrase, made comparable."""

import re
from functools import cache

from shared.policy.normal import normalise

MAX_FORMS = 2000

_GROUP = re.compile(r"\(([^()]*)\)")


@cache
def forms(phrase: str) -> tuple[tuple[str, bool], ...]:
    """Every way of writing a phrase: (comparable text, whether any ending may follow). Raises ValueError."""
    if _GROUP.sub("", phrase).count("(") or _GROUP.sub("", phrase).count(")"):
        raise ValueError("a bracket is not closed, or brackets stand in brackets")
    written = _expand(phrase)
    found = []
    for text in written:
        open_end = text.endswith("*")
        plain = normalise(text.rstrip("*").strip()).text
        if not plain:
            raise ValueError("one of its ways of writing is empty")
        found.append((plain, open_end))
    return tuple(dict.fromkeys(found))


def _expand(phrase: str) -> list[str]:
    pieces = _GROUP.split(phrase)
    done = [""]
    for index, piece in enumerate(pieces):
        ways = piece.split("|") if index % 2 else [piece]
        done = [begun + way for begun in done for way in ways]
        if len(done) > MAX_FORMS:
            raise ValueError(f"more than {MAX_FORMS} ways of writing it")
    return done
