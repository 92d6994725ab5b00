"""What came from outside: nothing accepted is lost, nothing is done twice, each answer is the one that stands."""

from collections import Counter
from collections.abc import Iterable

from shared import clock
from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.seen import asked_mark, marks
from tests.simulation.world import World

MOST_TICKS = 16


def accepted_is_there(world: World, reading: Reading) -> Iterable[Broken]:
    """Every request a caller was told is taken stands in its thing and was decided, with the answer it was given."""
    for told in world.calls.told.values():
        document = world.stores[told.service].things.get(told.thing)
        known = [r for r in (document or {}).get("requests", ()) if (r["id"], r["fp"]) == (told.id, told.fingerprint)]
        gone = (document or {}).get("erased") and world.ops.defect_in(told.thing, asked_mark(told.id, told.fingerprint))
        if gone and not known:
            continue  # what was kept for a person went with the person
        if told.taken and len(known) != 1:
            yield told.thing, f"request {told.id} was taken and stands {len(known)} times in {told.service}"
            continue
        if not known:
            continue
        answer = known[0]["answer"] or {"status": 202, "body": {}}
        for status, body in told.answers:
            if (status, body) != (answer["status"], answer["body"]) and not body.items() <= answer["body"].items():
                yield told.thing, f"request {told.id} was answered {status} {body}, and {answer} stands"
        applied = asked_mark(told.id, told.fingerprint) in marks(document or {})
        refused = answer["status"] in (410, 422)
        if not applied and not refused:
            yield told.thing, f"request {told.id} stands in {told.service} and was never decided"


def decided_once(world: World, reading: Reading) -> Iterable[Broken]:
    for service, store in world.stores.items():
        for id, document in store.things.items():
            for mark, times in Counter(marks(document)).items():
                if times > 1:
                    yield id, f"{service} decided {times} times: {mark}"
            newer = sum(name.endswith(" *") for name in document["state"].get("seen", ()))
            if newer != document["state"].get("novel", 0):
                yield (
                    id,
                    f"{service}: a newer version counted {newer} decisions, {document['state'].get('novel')} stand",
                )


def clocks_strike_in_time(world: World, reading: Reading) -> Iterable[Broken]:
    """No clock stands that should have struck; none was ticked again and again after its time had come."""
    now = world.now_ms()
    for service, store in world.stores.items():
        for id, document in store.things.items():
            for name, due in document["clocks"].items():
                if due < now - 600_000:
                    yield id, f"{service}: clock {name} should have struck {(now - due) // 1000} s ago"
    looks = {  # a crowd of copies at one moment is nobody's second look
        (record.topic, data["thing"], str(data["clock"]), data["due"], record.time)
        for record, data in reading.ticks
        if isinstance(data.get("due"), int) and clock.to_ms(record.time) >= data["due"]
    }
    ticks = Counter(look[:4] for look in looks)
    for (topic, thing, name, due), times in ticks.items():
        if times > MOST_TICKS:
            yield thing, f"{times} ticks on {topic} for one clock {name} at {clock.from_ms(due)}"


RULES = (accepted_is_there, decided_once, clocks_strike_in_time)
