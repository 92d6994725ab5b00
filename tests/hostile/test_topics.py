"""Wrong records on every consumed topic: each is buried untouched or a person's, and honest ones are decided."""

from datetime import timedelta

import orjson
import pytest

from shared import clock
from shared.contracts import intake, triage
from shared.flow.batch import Batch
from shared.flow.codec import ORDER
from shared.flow.records import Record
from shared.flow.understand import understand
from shared.ids import complaint_id
from shared.outbound.signing import sign
from tests.hostile.corpus import genuine
from tests.hostile.effort import chance, times
from tests.hostile.field import Field, StrictStore, effects, untouched
from tests.hostile.mutations import PERHAPS, SURELY, put
from tests.services.intake.house import told
from tests.simulation import services

SERVICES = {
    "intake": (lambda: services.intake_service(services.integrations()), {}),
    "triage": (services.triage_service, effects("order_lookup", "protective_action")),
    "compensation": (services.compensation_service, effects("payout", "grant")),
    "notify": (services.notify_service, effects("message")),
}
WRONG = times(500, 2_000)
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


def renamed(record: Record, id: str) -> Record:
    """The same said of another complaint, as the first thing said of it."""
    headers = record.headers
    for name, value in (("ce_subject", id), ("ce_partitionkey", id), ("ce_sequence", "1"), ("ce_id", f"x/{id}/1")):
        headers = put(headers, name, value.encode())
    return record._replace(key=id.encode(), headers=headers)


BEGINS = {
    "triage": intake.ComplaintReceived,
    "compensation": triage.FindingRecorded,
    "notify": intake.ComplaintReceived,
}


@pytest.mark.parametrize("name", BEGINS)
async def test_what_is_told_of_others_between_wrong_records_is_decided_all_the_same(name: str) -> None:
    rng, field = chance(f"between/{name}"), await field_of(name)
    corpus, wanted = heard(field), BEGINS[name].TYPE.encode()
    first = next(r for r in corpus if r.header("ce_type") == wanted and r.topic.endswith(".standard"))
    names = [complaint_id("hostile", f"{name}-{n}") for n in range(60)]
    for id in names:
        for _ in range(5):
            _, mutation = rng.choice([*SURELY.items(), *PERHAPS.items()])
            field.put(mutation(rng.choice(corpus), rng))
        field.put(renamed(first, id))
    await field.work()
    assert not [id for id in names if not field.store.things[id]["heard"]]
    assert not [id for id in names if field.store.things[id]["person"]]


async def test_signed_complaints_between_wrong_entries_are_taken() -> None:
    rng, field = chance("between/intake"), await field_of("intake")
    entries = [record for record in heard(field) if record.topic.startswith(OPEN)]
    for count in range(200):
        _, mutation = rng.choice([*SURELY.items(), *PERHAPS.items()])
        field.put(mutation(rng.choice(entries), rng))
        if count % 4 == 0:
            body = orjson.dumps(told(line="ride_hailing", text=f"number {count}"))
            headers = {"integration": "hotline", **sign([services.SECRET], f"m{count}", field.time, body)}
            carried = tuple((name, text.encode()) for name, text in headers.items())
            field.put(Record("redress.channels.standard", 0, 0, field.time, f"honest-{count}".encode(), body, carried))
    await field.work()
    taken = [complaint_id("hotline", f"honest-{count}") in field.store.things for count in range(0, 200, 4)]
    assert all(taken) and not field.dead()


async def test_a_stranger_from_tomorrow_is_refused_and_not_waited_for() -> None:
    field = await field_of("intake")
    field.service.channels[OPEN].__self__.integrations.read_at = clock.now()  # type: ignore[attr-defined]
    field.time = clock.now() + timedelta(days=1)
    field.put(Record("redress.channels.standard", 0, 0, field.time, b"k", b"{}", (("integration", b"stranger"),)))
    await field.work()
    (receipt,) = field.broker.all("redress.receipts")
    assert orjson.loads(receipt.value or b"")["happened"]["reason"].startswith("unauthenticated")


async def test_what_strangers_publish_unreadably_does_not_count_towards_stopping_the_lane() -> None:
    service = services.intake_service(services.integrations())
    unread = [
        Record(topic, 0, n, clock.now(), None, None, unreadable="a header name is no UTF-8")
        for topic in ("redress.channels.standard", "redress.triage.standard") for n in range(60)
    ]  # fmt: skip
    plan = await Batch(service, StrictStore(), {}, 0).work(unread)
    assert (sum(plan.dead), sum(plan.failed)) == (120, 60)
