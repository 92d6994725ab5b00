"""`words/*.yaml`: named lists of words and phrases that rules speak of; a line's list adds to the shared one."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import Field

from shared.policy.documents import Dated, Document
from shared.policy.faults import Fault
from shared.policy.normal import normalise
from shared.policy.packs import Pack
from shared.policy.sections import Section

MAX_FORMS = 400

WordName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Phrase = Annotated[str, Field(min_length=1, max_length=300)]

_GROUP = re.compile(r"\(([^()]*)\)")


class WordLists(Dated):
    """Lists by name. A phrase may hold alternatives in brackets, "(车门|门)打不开"; "(很|)" may be left out.

    Letters match whole words; `*` at the end also takes any ending ("bleed*").
    """

    words: dict[WordName, tuple[Phrase, ...]]


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


def lists_of(documents: Iterable[Document[Any]]) -> dict[str, tuple[str, ...]]:
    """The lists of several files put together: phrases of the same name add up."""
    together: dict[str, tuple[str, ...]] = {}
    for document in documents:
        for name, phrases in document.content.words.items():
            together[name] = (*together.get(name, ()), *phrases)
    return together


def _check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    for document in documents:
        for name, phrases in document.content.words.items():
            for index, phrase in enumerate(phrases):
                try:
                    forms(phrase)
                except ValueError as fault:
                    mend = "close every bracket; split long phrases into several"
                    yield document.fault(("words", name, index), f"'{phrase}': {fault}", mend)


SECTION = Section("words", "words/*.yaml", WordLists, "lists of words for rules", _check)
