"""The language of signals: what must stand together, and how near, for a rule to speak."""

import re
from dataclasses import dataclass
from functools import lru_cache

from shared.policy.forms import forms

# How one part stands to the part before it, nearest first.
RIGHT_AFTER, SOON_AFTER, SAME_CLAUSE, SAME_SENTENCE, ANYWHERE = "~", "...", "+", "&", "&&"

_BETWEEN = re.compile(r"\s+(~|\.\.\.|\+|&&|&)\s+")
_LEFT_OVER = re.compile(r"(?:^|\s)(?:~|\.\.\.|\+|&&|&)(?:\s|$)")
_LISTS = re.compile(r"\{([a-z0-9_| ]+)\}\Z")
MAX_PARTS = 5


@dataclass(frozen=True)
class Part:
    """One thing to be said: any word of these lists, or one of the phrase's own ways of writing."""

    lists: tuple[str, ...] = ()
    phrase: str = ""


@dataclass(frozen=True)
class Say:
    """Parts in the order written; `relations[i]` is how part i+1 stands to part i."""

    parts: tuple[Part, ...]
    relations: tuple[str, ...]


@lru_cache(maxsize=10_000)
def parse_say(text: str) -> Say:
    """Reads "{brakes} ... {fail}"; raises ValueError saying what is wrong.

    `~` right after, a syllable or two between; `...` soon after, in the same clause; `+` in the same clause;
    `&` in the same or the next sentence; `&&` anywhere. `{a|b}` is any word of the lists a or b; anything
    else is a phrase, with (one|other).
    """
    pieces = _BETWEEN.split(text.strip())
    parts = tuple(_part(piece.strip()) for piece in pieces[::2])
    if len(parts) > MAX_PARTS:
        raise ValueError(f"more than {MAX_PARTS} parts; make it two signals")
    return Say(parts, tuple(pieces[1::2]))


def _part(text: str) -> Part:
    if not text or _LEFT_OVER.search(text):
        raise ValueError("nothing stands beside ... + & or &&")
    lists = _LISTS.match(text)
    if lists:
        return Part(lists=tuple(name.strip() for name in lists.group(1).split("|")))
    if "{" in text or "}" in text:
        raise ValueError("a list stands alone: put ... + & or && between it and other words")
    forms(text)
    return Part(phrase=text)


def is_chain(text: str) -> bool:
    """Whether a member of a list is several parts rather than one phrase."""
    return "{" in text or _BETWEEN.search(text) is not None
