"""What could not be read or decided is not lost: its bytes lie where somebody finds them, and it stops nobody else."""

from collections.abc import Iterable

from shared.flow.fold import PERSON
from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.world import World


def garbage_is_buried(world: World, reading: Reading) -> Iterable[Broken]:
    """Each piece of garbage lies on a dead topic, its bytes untouched, or was answered on the receipts."""
    buried = {(record.key, record.value) for record in reading.dead}
    for message in world.ops.thrown:
        if message.topic.startswith("redress.channels"):
            continue
        if (message.key_bytes, message.value) not in buried and _concerned_anybody(message.topic, message.headers):
            yield "", f"garbage on {message.topic} was not buried: {message.value!r}"


def _concerned_anybody(topic: str, headers: tuple[tuple[str, bytes], ...]) -> bool:
    """A readable type that nobody hears passes; whatever else stands on a topic is for its reader."""
    type = dict(headers).get("ce_type", b"").decode()
    return ".inbox." in topic or not type


def a_person_is_asked(world: World, reading: Reading) -> Iterable[Broken]:
    """A thing with a record kept is on express, has a clock running, and the bytes on their page."""
    for service, store in world.stores.items():
        for id, document in store.things.items():
            for kept in document["person"]:
                if kept["page"] not in store.pages:
                    yield id, f"{service} keeps {kept['at']} for a person, and its page is not there"
            if document["person"] and (document["lane"] != "express" or PERSON not in document["clocks"]):
                yield id, f"{service} keeps a record for a person, on {document['lane']}, clocks {document['clocks']}"


def nothing_waits_for_a_person(world: World, reading: Reading) -> Iterable[Broken]:
    """Once fed again to a mended release, nothing decidable is left."""
    for service, store in world.stores.items():
        for id, document in store.things.items():
            for kept in document["person"]:
                if kept["reason"].startswith("a defect while deciding"):
                    yield id, f"{service} was fed {kept['event']} again, and still keeps it"


WHILE_KEPT = (a_person_is_asked,)
RULES = (*WHILE_KEPT, garbage_is_buried, nothing_waits_for_a_person)
