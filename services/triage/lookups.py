"""Facts of the order system: asked for when a complaint names an order, kept in the case, never taken from a claim."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.triage.domain import Case, OrderFacts, complaint_of
from shared import ids
from shared.contracts.triage import IdentityVerified
from shared.flow.messages import Answered, Do, Tell, Telling
from shared.flow.thing import Thing

KIND = "order_lookup"
NAMES = ("order", "ticket", "job", "booking", "session", "trip", "delivery", "rental")
"""References that name one order, job or journey, the likeliest first."""
VERIFIED = "identity_verified"
MOST_FACTS, LONGEST = 60, 200


def look_up(thing: Thing[Case]) -> list[Telling]:
    """Asks once for every order named; the effect's clock repeats it until somebody answers."""
    orders = {name: thing.state.references[name] for name in NAMES if name in thing.state.references}
    wanted = [
        Do(effect_of(reference), KIND, {"reference": reference, "line": thing.state.line})
        for reference in orders.values()
    ]
    return [do for do in wanted if not thing.begun(do.effect)]


def effect_of(reference: str) -> str:
    """The name of the look-up of one reference."""
    return f"order/{ids.digest('order', reference)[:12]}"


def answered(thing: Thing[Case], answer: Answered, now: datetime) -> list[Telling]:
    """The order's facts stand in the case; it may also say that whoever complained is who ordered."""
    case = thing.state
    reference = next((r for r in case.references.values() if effect_of(r) == answer.effect), None)
    if reference is None or any(order.reference == reference for order in case.orders):
        return []
    body = answer.body
    known = answer.verdict == "done" and body.get("line", case.line) == case.line
    facts = _facts(body.get("facts")) if known else {}
    order = OrderFacts(reference=reference, known=known, subject=str(body.get("subject") or "")[:LONGEST], facts=facts)
    case.orders.append(order)
    case.subject = case.subject or (order.subject if known else "")
    if facts.get(VERIFIED) is True:
        return verify(case, "order_system", now)
    return []


def order_of(case: Case, names: Sequence[str] = NAMES) -> str | None:
    """The order a case is about: one the order system knows before one that is only claimed."""
    named = [case.references[name] for name in names if name in case.references]
    known = {order.reference for order in case.orders if order.known}
    return next((reference for reference in named if reference in known), named[0] if named else None)


def verify(case: Case, by: str, now: datetime) -> list[Telling]:
    """Whoever complained is who they say they are."""
    if case.identity_verified:
        return []
    case.identity_verified = True
    case.mark("verified", now)
    return [Tell(IdentityVerified(by=by), who=by)]


def _facts(given: Any) -> dict[str, Any]:
    """Typed values under plain names; amounts are text, so a number with a fraction is none."""
    plain = given if isinstance(given, dict) else {}
    kept = {
        str(name): value[:LONGEST] if isinstance(value, str) else value
        for name, value in plain.items()
        if isinstance(value, str | bool | int) and str(name).isidentifier()
    }
    return dict(list(kept.items())[:MOST_FACTS])


def supplied(thing: Thing[Case]) -> dict[str, Any]:
    """What partner systems say: the order system when it was asked, and by events, which count where both speak."""
    facts: dict[str, Any] = {}
    for order in thing.state.orders:
        facts |= order.facts
    return facts | complaint_of(thing).supplied
