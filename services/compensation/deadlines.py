"""How long a dispute may stand: 20 days of negotiation, 10 of mediation, and what silence comes to. Pure."""

from datetime import datetime, timedelta

from services.compensation.domain import Book, RemedyBook
from shared.contracts.compensation import Adjudicated, OfferRefused
from shared.flow.messages import Tell, Telling
from shared.flow.thing import Thing

NEGOTIATION, MEDIATION = timedelta(days=20), timedelta(days=10)
CLOCKS = {"negotiation": (("refused", "countered"), NEGOTIATION), "mediation": (("mediating",), MEDIATION)}
SILENCE = "silence"


def keep(thing: Thing[Book], now: datetime) -> None:
    """A clock for each remedy that is disputed, from the moment it is; none for any other."""
    for book in thing.state.claim.remedies.values():
        for name, (states, length) in CLOCKS.items():
            clock = f"{name}/{book.id}"
            if book.state not in states:
                thing.stop_clock(clock)
            elif thing.clock_due(clock) is None:
                thing.set_clock(clock, now + length)


def struck(thing: Thing[Book], clock: str, in_danger: bool) -> list[Telling]:
    """Nobody moved in time: our own silence is decided on the facts held, the complainant's lapses; never in danger."""
    name, _, id = clock.partition("/")
    book = thing.state.claim.remedies.get(id)
    if book is None or name not in CLOCKS or book.state not in CLOCKS[name][0] or in_danger:
        return []
    ours = book.state == "mediating" or (book.state == "countered" and book.proposed_by in ("", "complainant"))
    return _decided(book, name) if ours and "one_of" not in book.remedy else lapse(book, f"clock:{name}")


def _decided(book: RemedyBook, clock: str) -> list[Telling]:
    book.state, book.accepted_by = "adjudicated", f"clock:{clock}"
    happened = Adjudicated(remedy=book.id, by=SILENCE, decided=book.remedy)
    return [Tell(happened, who=book.accepted_by, rules=book.version)]


def lapse(book: RemedyBook, who: str) -> list[Telling]:
    """The complainant stayed silent: closed without prejudice; it may be accepted after all."""
    book.state, book.reason = "expired", SILENCE
    return [Tell(OfferRefused(remedy=book.id, by=SILENCE), who=who, rules=book.version)]
