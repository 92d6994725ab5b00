"""Safety first: never lowered by a machine, never closed over, never without somebody."""

from collections.abc import Iterable

from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.seen import ENDED, IN_DANGER
from tests.simulation.world import World

RANK = {"none": 0, "cleared": 0, "suspected": 1, "confirmed": 2}


def ratchet(world: World, reading: Reading) -> Iterable[Broken]:
    """From number to number danger only rises, unless a named person cleared it; and nothing ends while it lasts."""
    for source, facts in reading.facts.items():
        teller, thing = source.split("/", 1)
        if teller != "triage":
            continue
        before = 0
        for number in sorted(facts):
            fact = facts[number]
            stands = fact.data.get("stands") or {}
            rank = RANK[stands.get("safety", "none")] if stands else before
            cleared = fact.type == "redress.triage.safety-cleared.v1"
            if rank < before and not (cleared and str(fact.data["happened"].get("by", "")).startswith("staff:")):
                yield thing, f"triage {number} ({fact.type}) lowers safety from {before} to {rank}"
            if stands.get("safety") in IN_DANGER and stands.get("status") in ENDED:
                yield thing, f"triage {number} ({fact.type}) has {stands['status']} while {stands['safety']}"
            before = rank


def danger_is_express(world: World, reading: Reading) -> Iterable[Broken]:
    """Whatever hangs on a case in danger is on express in every service that has it."""
    if "triage" not in world.stores:
        return
    for id, case in world.stores["triage"].things.items():
        if case["state"].get("safety") not in IN_DANGER:
            continue
        for service, store in world.stores.items():
            document = store.things.get(id)
            if document is not None and document["lane"] != "express":
                yield id, f"the case is in danger and {service} works on it on {document['lane']}"


RULES = (ratchet, danger_is_express)
