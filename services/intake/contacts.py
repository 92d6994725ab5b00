"""What only notify may open, on its own topic: how to reach who complained, and who was ordered; and its end. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.intake.domain import Complaint, State
from shared.contracts.intake import ComplainantErased, ContactTold
from shared.flow.messages import Tell, Telling
from shared.flow.thing import Thing

CONTACTS = "redress.contacts"
GONE_AGAIN = {"contact-gone-1": timedelta(hours=1), "contact-gone-2": timedelta(days=1)}
"""A contact told by a replica that had not heard of the erasure yet is taken back once more."""


def tell_contact(complaint: Complaint, who: str) -> Sequence[Telling]:
    """All that is known, since the newest record alone is kept; nothing while nobody can be reached."""
    if complaint.contact is None:
        return []
    told = ContactTold(contact=complaint.contact, respondent=complaint.respondent)
    return [Tell(told, who=who, topic=CONTACTS)]


def gone() -> Tell:
    """Nobody is to be reached any more."""
    return Tell(ContactTold(contact=None), topic=CONTACTS)


def erase(thing: Thing[State], now: datetime) -> list[Telling]:
    """Everything personal goes, at once and again later."""
    if thing.erased:
        return []
    thing.erased = True
    kept = thing.state.complaint.stands
    kept.erased, kept.complainant, kept.external_id, kept.reachable = True, "", None, False
    thing.state.complaint = Complaint(received=thing.state.complaint.received, stands=kept)
    for name, after in GONE_AGAIN.items():
        thing.set_clock(name, now + after)
    return [Tell(ComplainantErased()), gone()]
