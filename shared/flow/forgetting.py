"""An erasure within one thing: what goes with the person, and what stays because it is nobody's words."""

from datetime import datetime
from typing import Any

from shared.flow.deadletters import blank_page
from shared.flow.replay import drop_sealed
from shared.flow.telling import ATTEMPT
from shared.flow.thing import Thing

PERSON = "needs-person"
"""The clock of a thing that has something kept for a person."""


def forget(thing: Thing[Any], now: datetime) -> dict[str, dict[str, Any]]:
    """Nothing sealed is told or ordered again, and nobody reads what was kept of the person: the pages, blanked.

    What a provider answered is nobody's words, and may say that money was moved: it stays kept.
    """
    drop_sealed(thing)
    answers = [kept for kept in thing.person if kept.get("answer_to")]
    gone = [kept for kept in thing.person if not kept.get("answer_to")]
    pages = [*thing.fed, *(kept["page"] for kept in gone)]
    thing.person, thing.fed = answers, []
    for kept in gone:
        _do_without(thing, kept["event"], now)
    if not answers:
        thing.stop_clock(PERSON)
    return {page: blank_page(thing.id, page) for page in pages}


def _do_without(thing: Thing[Any], event: str, now: datetime) -> None:
    """A kept tick strikes again, and what has no answer is asked for again: nobody can feed them any more."""
    clock_name, slash, _ = event.removeprefix(f"{thing.id}/").rpartition("/")
    if slash and event.startswith(f"{thing.id}/") and clock_name not in thing.clocks:
        thing.set_clock(clock_name, now)
    answered = {kept.get("answer_to") for kept in thing.person}
    for effect in thing.attempts:
        if thing.pending(effect) and ATTEMPT + effect not in thing.clocks and effect not in answered:
            thing.set_clock(ATTEMPT + effect, now)
