"""The history of a thing: each entry holds the hash of the one before, so a quiet change shows."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from shared import clock
from shared.flow.thing import Thing

KEPT, PAGE = 200, 100
"""Past KEPT entries, the oldest move to pages of PAGE."""


def digest(before: str, entry: dict[str, Any]) -> str:
    """SHA-256 over the hash before and the entry without its own."""
    return _digest(before, {k: v for k, v in entry.items() if k != "hash"})


def _digest(before: str, entry: dict[str, Any]) -> str:
    return hashlib.sha256(before.encode() + orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)).hexdigest()


def note(thing: Thing[Any], at: datetime, who: str, what: str, rules: str, number: int, content: Any) -> str:
    """Appends what happened, who did it and under which rule version; the new newest hash."""
    before = thing.history[-1]["hash"] if thing.history else ""
    of = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    entry: dict[str, Any] = {"n": number, "at": clock.to_ms(at), "who": who, "what": what, "rules": rules, "of": of}
    newest = entry["hash"] = _digest(before, entry)
    thing.history.append(entry)
    return newest


def pages_of(thing: Thing[Any], loaded_entries: int) -> dict[str, dict[str, Any]]:
    """Pages to keep first; takes from the document only entries it already had when loaded."""
    pages: dict[str, dict[str, Any]] = {}
    while len(thing.history) > KEPT and loaded_entries >= PAGE:
        cut, thing.history = thing.history[:PAGE], thing.history[PAGE:]
        thing.pages += 1
        loaded_entries -= PAGE
        id = f"{thing.id}#history-{thing.pages}"
        pages[id] = {"_id": id, "thing": thing.id, "page": thing.pages, "entries": cut}
    return pages


def whole(document: Mapping[str, Any], pages: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every entry of a document's history, oldest first: those on its pages, by number, then its own."""
    older = [entry for number in sorted(pages) for entry in pages[number]["entries"]]
    return [*older, *document.get("history", ())]


def broken_at(entries: Sequence[dict[str, Any]]) -> int | None:
    """The index of the first entry whose hash does not follow from the one before; None when whole.

    Give what `whole` gives.
    """
    before = ""
    for index, entry in enumerate(entries):
        if entry.get("hash") != digest(before, entry):
            return index
        before = entry["hash"]
    return None
