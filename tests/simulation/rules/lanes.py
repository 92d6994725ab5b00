"""Danger overtakes: what is express stays so, concerns everything of its case, and waits for nothing ordinary."""

from collections.abc import Iterable

from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.seen import marks
from tests.simulation.world import World


def facts_only_rise(world: World, reading: Reading) -> Iterable[Broken]:
    """A thing's facts go on its lane, and once on express they stay there."""
    for source, facts in reading.facts.items():
        risen = 0
        for number in sorted(facts):
            lane = facts[number].attributes["lane"]
            if lane == "express":
                risen = risen or number
            elif risen:
                yield source.split("/", 1)[1], f"{source} told {risen} on express and {number} on standard"
            for place in facts[number].places:
                if place.topic.rsplit(".", 1)[-1] in ("express", "standard") and not place.topic.endswith(lane):
                    yield source.split("/", 1)[1], f"{source} {number} of lane {lane} stands on {place.topic}"


def express_is_heard(world: World, reading: Reading) -> Iterable[Broken]:
    """Every express fact has been decided by everyone it concerns and raised them, whatever stands stopped."""
    for service, store in world.stores.items():
        declared = world.declared(service)
        topics = set(declared.topics("express"))
        for source, facts in reading.facts.items():
            for number, on_log in facts.items():
                hears = declared.hears.get(on_log.type)
                if hears is None or not any(place.topic in topics for place in on_log.places):
                    continue
                fact = reading.fact(on_log)
                if hears.since is not None and fact.time < hears.since:
                    continue
                for target in hears.targets(fact):
                    yield from _reached(service, store.things.get(target), target, source, number, hears.raises)


def _reached(
    service: str, document: dict | None, target: str, source: str, number: int, raises: bool
) -> Iterable[Broken]:
    waiting = {kept["event"] for kept in (document or {}).get("person", ())}
    if document is None:
        yield target, f"{service} has no document for express fact {source} {number}"
    elif f"fact {source} {number}" not in marks(document) and f"{source}/{number}" not in waiting:
        if not document.get("erased"):
            yield target, f"{service} has not decided express fact {source} {number}"
    elif raises and document["lane"] != "express":
        yield target, f"{service} heard express fact {source} {number} and is on {document['lane']}"


def open_orders_are_express(world: World, reading: Reading) -> Iterable[Broken]:
    """What a thing on express still waits for was ordered on express."""
    newest: dict[str, str] = {}
    for record, data in reading.orders:
        if record.topic.endswith(".express"):
            newest[data["key"]] = record.topic
    for service, store in world.stores.items():
        for id, document in store.things.items():
            for effect, attempt in document["attempts"].items():
                kept = any(kept["event"].startswith(attempt["key"]) for kept in document["person"])
                # what was kept of an erased thing is gone, and its clock asks again, on express
                asked_again = document.get("erased") and f"attempt/{effect}" in document["clocks"]
                open = "answer" not in attempt and "topic" not in attempt and not kept and not asked_again
                if document["lane"] == "express" and open and attempt["key"] not in newest:
                    yield id, f"{service}: {effect} of a thing on express was never ordered on express"


RULES = (facts_only_rise, express_is_heard, open_orders_are_express)
