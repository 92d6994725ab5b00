"""Every complaint accepted comes to its end, or waits for somebody or something that is named."""

import json
from collections.abc import Iterable

from shared.contracts.intake import ComplainantErased
from tests.simulation import services
from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.seen import ENDED
from tests.simulation.world import World


def complaints_end(world: World, reading: Reading) -> Iterable[Broken]:
    """A case for each complaint, ended or with an owner or a clock; each open case has one of these."""
    if "triage" not in world.stores:
        return
    cases = world.stores["triage"].things
    for id, complaint in world.stores["intake"].things.items():
        if id[0] != "c" or not complaint["state"].get("complaint", {}).get("received"):
            continue
        case = cases.get(id)
        if case is None:
            yield id, "a complaint received has no case"
            continue
        state = case["state"]
        if state["status"] in ENDED or complaint.get("erased"):
            continue
        if not state.get("owner") and not case["clocks"] and not case["person"]:
            yield id, f"the case is {state['status']} with neither owner nor clock"


def erased_is_gone(world: World, reading: Reading) -> Iterable[Broken]:
    """Nothing sealed is left of who was erased, in any document or page."""
    for id, complaint in world.stores.get("intake", next(iter(world.stores.values()))).things.items():
        if not complaint.get("erased"):
            continue
        for service, store in world.stores.items():
            held = [store.things.get(id), *(page for page in store.pages.values() if page.get("thing") == id)]
            for document in held:
                if document is not None and services.SEALED in json.dumps(document, default=_bytes):
                    yield id, f"{service} still holds sealed parts of an erased complaint in {document['_id']}"
            knows = ComplainantErased.TYPE in world.declared(service).hears or service == "intake"
            if knows and (document := store.things.get(id)) is not None and not document.get("erased"):
                yield id, f"{service} does not know that it was erased"


def messages_end(world: World, reading: Reading) -> Iterable[Broken]:
    """No message waits for ever, and what a complainant answered to the survey stands with triage too."""
    cases = world.stores["triage"].things if "triage" in world.stores else {}
    for id, letters in world.stores["notify"].things.items() if "notify" in world.stores else ():
        for message in (*letters["state"].get("messages", {}).values(), *letters["state"].get("later", {}).values()):
            if message["state"] == "waiting":
                yield id, f"the message {message['template']} still waits"
        score, case = letters["state"].get("survey"), cases.get(id)
        if score is not None and case is not None and not case.get("erased") and case["state"]["score"] != score:
            yield id, f"the survey was answered {score}, and triage holds {case['state']['score']}"
    for told in world.calls.told.values():
        scores = {body["score"] for status, body in told.answers if status == 200 and "score" in body}
        stood = world.stores["notify"].things.get(told.thing, {"state": {}})["state"].get("survey") if scores else None
        if scores and told.service == "notify" and scores != {stood}:
            yield told.thing, f"the survey was answered {scores}, and {stood} stands"


def _bytes(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


RULES = (complaints_end, erased_is_gone, messages_end)
