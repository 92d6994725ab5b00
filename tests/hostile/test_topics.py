"""Wrong records on every consumed topic: each is buried untouched or a person's, and honest ones are decided."""

import random

import pytest

from shared.flow.codec import ORDER
from shared.flow.records import Record
from shared.flow.understand import understand
from tests.hostile.corpus import genuine
from tests.hostile.effort import chance, times
from tests.hostile.field import Field, effects, untouched
from tests.hostile.mutations import PERHAPS, SURELY
from tests.simulation import services

SERVICES = {
    "intake": (lambda: services.intake_service(services.integrations()), {}),
    "triage": (services.triage_service, effects("order_lookup", "protective_action")),
    "compensation": (services.compensation_service, effects("payout", "grant")),
    "notify": (services.notify_service, effects("message")),
}
WRONG = times(1200, 20_000)
OPEN = "redress.channels"


async def field_of(name: str) -> Field:
    declare, kinds = SERVICES[name]
    return await Field(declare(), kinds).start()


def heard(field: Field) -> list[Record]:
    """Genuine records of every topic this service reads, of the types it takes."""
    found = [record for topic in field.topics for record in genuine().get(topic, ())]
    return [record for record in found if _taken(record, field)]


def _taken(record: Record, field: Field) -> bool:
    """Whether it says anything here; in the runs too there is garbage, and much that others hear."""
    if ".effects." in record.topic:
        return record.header("ce_type") == ORDER.encode()
    return understand(record, field.service).message is not None


@pytest.mark.parametrize("name", SERVICES)
async def test_wrong_records_of_every_kind_are_buried_untouched_and_nobody_is_held_up(name: str) -> None:
    rng, field = chance(f"topics/{name}"), await field_of(name)
    corpus = heard(field)
    assert {record.topic.rsplit(".", 1)[0] for record in corpus} == {topic.rsplit(".", 1)[0] for topic in field.topics}
    sure: list[tuple[str, Record]] = []
    for count in range(WRONG):
        record = rng.choice(corpus)
        what, mutation = rng.choice([*SURELY.items(), *PERHAPS.items()])
        wrong = field.put(mutation(record, rng))
        if what in SURELY and not wrong.topic.startswith(OPEN):
            sure.append((what, wrong))
        if count % 400 == 399:
            await field.work()
    honest = [field.put(record) for record in corpus]
    await field.work()
    dead = field.dead()
    for (part, offset), letter in dead.items():
        assert untouched(letter, field.broker.records[part][offset]), dict(letter.headers).get("dead_reason")
    missing = {what for what, record in sure if (record.part, record.offset) not in dead}
    assert not missing, f"taken for a record: {missing}"
    assert not [r for r in honest if (r.part, r.offset) in dead], "an honest record was buried"


async def test_a_thing_that_was_never_met_is_decided_after_any_wrong_ones() -> None:
    assert random
