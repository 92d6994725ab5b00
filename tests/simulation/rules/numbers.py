"""The numbers of every teller and every reader: nothing told is missing, nothing is heard twice or never."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.flow import history
from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.seen import marks
from tests.simulation.world import World


def one_id_one_content(world: World, reading: Reading) -> Iterable[Broken]:
    return reading.contents


def told_is_on_the_log(world: World, reading: Reading) -> Iterable[Broken]:
    """Every number up to a document's own stands on the log, as its history says."""
    for service, store in world.stores.items():
        for id, document in store.things.items():
            facts = reading.facts.get(f"{service}/{id}", {})
            epoch = world.epochs.get(service, 0) * 2**32
            for entry in whole_history(store, document):
                number = entry["n"]
                if number not in facts:
                    yield id, f"{service} told {number} ({entry['what']}) and it is not on the log"
                elif facts[number].type != entry["what"]:
                    yield id, f"{service} told {entry['what']} as {number}, on the log stands {facts[number].type}"
            beyond = [number for number in facts if number > max(document["told"], epoch)]
            if beyond:
                yield id, f"{service} told up to {document['told']}, on the log stand {beyond}"
    known = {f"{service}/{id}" for service, store in world.stores.items() for id in store.things}
    for source in reading.facts:
        service, id = source.split("/", 1)
        if service in world.stores and source not in known:
            yield id, f"facts of {source} on the log, and no document"


def whole_history(store: Any, document: dict[str, Any]) -> list[dict[str, Any]]:
    """All entries of a thing, those on pages first."""
    id = document["_id"]
    pages = [store.pages.get(f"{id}#history-{n + 1}", {"entries": []}) for n in range(document["pages"])]
    return [entry for page in pages for entry in page["entries"]] + document["history"]


def chains_hold(world: World, reading: Reading) -> Iterable[Broken]:
    for service, store in world.stores.items():
        for id, document in store.things.items():
            entries = whole_history(store, document)
            if (at := history.broken_at(entries)) is not None:
                yield id, f"{service}: history broken at entry {at} of {len(entries)}"
            numbers = [entry["n"] for entry in entries]
            if numbers != sorted(set(numbers)) or (not world.epochs and numbers != list(range(1, len(numbers) + 1))):
                yield id, f"{service}: history numbers {numbers}"
            for entry in entries:
                fact = reading.facts.get(f"{service}/{id}", {}).get(entry["n"])
                if fact is not None and fact.data.get("chain", entry["hash"]) != entry["hash"]:
                    yield id, f"{service}: fact {entry['n']} carries another hash than the history"


def readers_heard_all(world: World, reading: Reading) -> Iterable[Broken]:
    """Each reader's numbers, holes and state follow from what is on the log; each fact was decided once."""
    for service, store in world.stores.items():
        expected = _expected(world, reading, service)
        for id, by_source in expected.items():
            document = store.things.get(id)
            if document is None:
                yield id, f"{service} never heard of {id}"
                continue
            for source, numbers in by_source.items():
                yield from _heard(service, document, source, numbers, reading)
            for source in document["heard"].keys() - by_source.keys():
                yield id, f"{service} heard {source}, of which nothing concerns it on the log"


def _expected(world: World, reading: Reading, service: str) -> dict[str, dict[str, set[int]]]:
    """Which numbers of which tellers each of a service's things must have heard."""
    declared = world.declared(service)
    topics = {topic for lane in ("express", "standard") for topic in declared.topics(lane)}
    found: dict[str, dict[str, set[int]]] = {}
    for source, numbers in reading.facts.items():
        for number, on_log in numbers.items():
            hears = declared.hears.get(on_log.type)
            if hears is None or not any(place.topic in topics for place in on_log.places):
                continue
            fact = reading.fact(on_log)
            if hears.since is not None and fact.time < hears.since:
                continue
            for target in hears.targets(fact):
                found.setdefault(target, {}).setdefault(source, set()).add(number)
    return found


def _heard(
    service: str, document: dict[str, Any], source: str, numbers: set[int], reading: Reading
) -> Iterable[Broken]:
    id, high = document["_id"], max(numbers)
    heard = document["heard"].get(source, {"high": 0, "holes": [], "state": {}})
    waiting = {kept["event"] for kept in document["person"]}
    aside = {number for number in numbers if f"{source}/{number}" in waiting}
    told_at = f"{service} of {source}"
    if heard["high"] != high:
        yield id, f"{told_at}: highest number heard is {heard['high']}, on the log {high}"
        return
    if document.get("erased"):
        aside |= {n for n in numbers if _within(n, heard["holes"])}  # kept for a person, it went with the person
    if _merged(heard["holes"]) != _gaps(numbers - aside, high, high in aside):
        yield id, f"{told_at}: holes {heard['holes'][:9]}, numbers {sorted(numbers)[-9:]}"
    decided = [mark for mark in marks(document) if mark.startswith(f"fact {source} ")]
    wanted = {f"fact {source} {number}" for number in numbers - aside}
    if len(decided) != len(set(decided)):
        yield id, f"{told_at}: decided twice: {sorted(mark for mark in decided if decided.count(mark) > 1)}"
    if set(decided) != wanted and not (document.get("erased") and set(decided) < wanted):
        yield id, f"{told_at}: decided {sorted(set(decided) ^ wanted)} though the log says otherwise"
    stood = max((n for n in numbers if reading.facts[source][n].data.get("stands")), default=None)
    if stood is not None and heard["state"] not in ({}, reading.facts[source][stood].data["stands"]):
        yield id, f"{told_at}: its state is not that of {stood}, the highest that tells one"


def _within(number: int, holes: Iterable[Sequence[int]]) -> bool:
    return any(low <= number <= up for low, up in holes)


def _merged(holes: Iterable[Sequence[int]]) -> list[list[int]]:
    """The same holes, those that touch as one."""
    found: list[list[int]] = []
    for low, up in sorted(holes):
        if found and low <= found[-1][1] + 1:
            found[-1][1] = max(found[-1][1], up)
        else:
            found.append([low, up])
    return found


def _gaps(known: set[int], high: int, open_at_high: bool) -> list[list[int]]:
    """What lies between the numbers known, up to the highest heard; that one too if it waits for a person."""
    last, found = 0, list[list[int]]()
    for number in [*sorted(known - {high}), high + open_at_high]:
        if number > last + 1:
            found.append([last + 1, number - 1])
        last = number
    return found


RULES = (one_id_one_content, told_is_on_the_log, chains_hold, readers_heard_all)
