"""What is known of others is followed, also when the fact that brought it comes late or stands on a stopped lane."""

from collections.abc import Iterable

from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.world import World


def findings_are_assessed(world: World, reading: Reading) -> Iterable[Broken]:
    """A claim that knows of a finding has assessed it, or keeps a record for a person."""
    if "compensation" not in world.stores:
        return
    for id, document in world.stores["compensation"].things.items():
        case = document["heard"].get(f"triage/{id}", {}).get("state") or {}
        known = (case.get("finding") or {}).get("number", 0)
        assessed = document["state"].get("claim", {}).get("finding", 0)
        if known > assessed and not document["person"] and not document.get("erased"):
            yield id, f"compensation knows of finding {known} and has assessed {assessed}"


RULES = (findings_are_assessed,)
