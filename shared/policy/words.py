"""`words/*.yaml`: named lists of words and phrases that rules speak of; a line's list adds to the shared one."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import Field

from shared.policy.documents import Dated, Document
from shared.policy.faults import Fault
from shared.policy.forms import BUT_NOT, forms
from shared.policy.packs import Pack
from shared.policy.sections import Section
from shared.policy.signals import is_chain, parse_say

WordName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Phrase = Annotated[str, Field(min_length=1, max_length=1000)]


class WordLists(Dated):
    """Lists by name. A phrase may hold alternatives in brackets, "(车门|门)打不开"; "(很|)" may be left out.

    Letters match whole words; `*` at the end also takes any ending ("bleed*"). "but not …" takes back what the
    other phrases of the list find inside it.
    """

    words: dict[WordName, tuple[Phrase, ...]]


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
                    _read(phrase)
                except ValueError as fault:
                    mend = "close every bracket; split long phrases into several"
                    yield document.fault(("words", name, index), f"'{phrase}': {fault}", mend)


def _read(phrase: str) -> None:
    if phrase.startswith(BUT_NOT):
        forms(phrase.removeprefix(BUT_NOT))
    else:
        _ = parse_say(phrase) if is_chain(phrase) else forms(phrase)


SECTION = Section("words", "words/*.yaml", WordLists, "lists of words for rules", _check)
