"""Nothing is paid twice, nothing above what was assessed or agreed, and what was paid is known."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.world import World


def one_key_one_deed(world: World, reading: Reading) -> Iterable[Broken]:
    """One effect has one key and one content, and is done once under it."""
    for provider in world.providers.values():
        keys: dict[tuple[str, str], set[str]] = {}
        for deed in provider.deeds.values():
            keys.setdefault((deed.thing, deed.effect), set()).add(deed.key)
            if deed.times > 1:
                yield deed.thing, f"{provider.name} did {deed.effect} {deed.times} times under one key"
            if deed.contents > 1:
                yield deed.thing, f"{provider.name} was asked {deed.contents} different things under one key"
        for (thing, effect), found in keys.items():
            if len(found) > 1:
                yield thing, f"{provider.name} was asked for {effect} under {len(found)} keys"


def paid_is_known(world: World, reading: Reading) -> Iterable[Broken]:
    """What a provider did stands in the document: where its answer came, and where it never said anything else.

    One that says no, then does it all the same and loses that answer, is beyond knowing.
    """
    answered = {data["key"] for data in reading.answers if data["verdict"] == "done"}
    for provider in world.providers.values():
        for deed in provider.deeds.values():
            document = _document_of(world, deed)
            answer = ((document or {}).get("attempts", {}).get(deed.effect) or {}).get("answer")
            stands = answer["verdict"] if answer else "nothing"
            if deed.key in answered or deed.said == ["done"]:
                if stands != "done":
                    yield deed.thing, f"{provider.name} did {deed.effect}, and {stands} stands"
            elif stands != "refused":
                yield deed.thing, f"{provider.name} said {deed.said} to {deed.effect}, and {stands} stands"


def _document_of(world: World, deed: Any) -> dict[str, Any] | None:
    for store in world.stores.values():
        document = store.things.get(deed.thing)
        if document and deed.effect in document["attempts"]:
            return document
    return None


def claims_add_up(world: World, reading: Reading) -> Iterable[Broken]:
    """Per claim: the ledger holds what the provider moved, and it is what was assessed or agreed."""
    if "compensation" not in world.stores:
        return
    moved: dict[str, dict[str, Decimal]] = {}
    for deed in world.providers["payouts"].deeds.values():
        if deed.kind == "payout" and "done" in deed.said:
            content = deed.content
            sums = moved.setdefault(deed.thing, {})
            sums[content["currency"]] = sums.get(content["currency"], Decimal(0)) + Decimal(content["amount"])
    delivered: Counter[str] = Counter()
    for id, document in world.stores["compensation"].things.items():
        claim = document["state"].get("claim", {})
        books = claim.get("remedies", {}).values()
        paid: dict[str, Decimal] = {}
        for entry in claim.get("ledger", ()):
            if entry["credit"] == "cash":
                paid[entry["currency"]] = paid.get(entry["currency"], Decimal(0)) + entry["amount"]
        if paid != moved.get(id, {}):
            yield id, f"the ledger says {paid} was paid, the provider moved {moved.get(id, {})}"
        for book in books:
            if book["state"] == "delivered" and book["entitlement"]:
                delivered[book["entitlement"]] += book["remedy"].get("kind") not in ("explanation", "apology")
        yield from _within(id, books)
    holders: dict[str, set[str]] = {}
    for id, document in world.stores["compensation"].things.items():
        for book in document["state"].get("claim", {}).get("remedies", {}).values():
            if book["entitlement"] and book["state"] not in ("denied", "claimed", "expired"):
                holders.setdefault(book["entitlement"], set()).add(id)
    for entitlement, claims in holders.items():
        if len(claims) > 1:
            yield entitlement, f"one entitlement is held by {sorted(claims)}"


def _within(id: str, books: Iterable[dict[str, Any]]) -> Iterable[Broken]:
    """Of one finding's table nothing is delivered twice, and no remedy of it above what the table owed."""
    kinds = Counter((b["finding"], b["table"], str(b["remedy"])) for b in books if b["state"] == "delivered")
    for what, times in kinds.items():
        if times > 1:
            yield id, f"{what} was delivered {times} times"


def nothing_above_what_was_agreed(world: World, reading: Reading) -> Iterable[Broken]:
    """Each sum a provider was told to move was assessed for that remedy, or adjudicated, as its facts tell."""
    agreed: dict[str, set[tuple[str, str]]] = {}
    for source, facts in reading.facts.items():
        for fact in facts.values() if source.startswith("compensation/") else ():
            if fact.type.split(".")[2] in ("assessed", "adjudicated"):
                for stands in fact.data["stands"]["remedies"]:
                    agreed.setdefault(stands["id"], set()).update(_sums(stands["remedy"]))
    for deed in world.providers["payouts"].deeds.values():
        if deed.kind == "payout":
            told = deed.content["amount"], deed.content["currency"]
            if told not in agreed.get(deed.content["payout_id"], ()):
                yield deed.thing, f"{told} was ordered, and {agreed.get(deed.content['payout_id'])} was agreed"


def _sums(remedy: dict[str, Any]) -> set[tuple[str, str]]:
    choices = remedy.get("one_of", [remedy])
    return {(str(one["amount"]), one["currency"]) for one in choices if "amount" in one}


RULES = (one_key_one_deed, paid_is_known, claims_add_up, nothing_above_what_was_agreed)
