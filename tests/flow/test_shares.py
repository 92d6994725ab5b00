"""A batch goes in shares: nothing of that shows in what is written and told."""

from shared.flow.batch import Batch
from shared.flow.errors import Transient
from shared.flow.work import SHARE, shares
from tests.flow.bench import Bench
from tests.flow.toy import said

MANY = 3 * SHARE + 5


def of_one_partition(bench: Bench, count: int, to: list[str]) -> None:
    for number in range(count):
        bench.put(said(f"w{number}", 1, f"c{number}", to=to))


async def records_of(bench: Bench):
    stage = await bench.stage()
    found = []
    while more := await stage.log.fetch(1000, 0.0):
        found += more
    return stage, found


async def test_facts_of_many_complaints_that_concern_one_thing_are_all_heard_by_it_and_each_is_told_once():
    bench = Bench()
    of_one_partition(bench, MANY, ["shared", "own"])
    stage, records = await records_of(bench)
    plan = await Batch(bench.service, bench.store, stage.log.owned(), 0).work(records)
    for thing in ("shared", "own"):
        assert sorted(bench.thing(thing)["state"]["words"]) == sorted(f"w{n}" for n in range(MANY))
        assert len(bench.thing(thing)["history"]) == MANY or bench.thing(thing)["pages"]
    assert len({dict(message.headers)["ce_id"] for message in plan.out}) == len(plan.out) == 2 * MANY
    assert plan.conflicts == 0


async def test_what_is_to_be_published_stands_in_the_order_of_the_records():
    bench = Bench()
    of_one_partition(bench, MANY, [])
    stage, records = await records_of(bench)
    plan = await Batch(bench.service, bench.store, stage.log.owned(), 0).work(records)
    assert [message.key for message in plan.out] == [(record.key or b"").decode() for record in records]


async def test_when_the_store_goes_away_in_the_middle_the_batch_is_done_again_and_every_fact_is_told_once():
    bench = Bench()
    of_one_partition(bench, MANY, [])
    writes = 0

    def goes_away(_: object) -> None:
        nonlocal writes
        writes += 1
        if writes == 2:
            raise Transient("store away")

    bench.store.before_write = goes_away
    await bench.run(await bench.stage(), turns=30)
    assert writes > 2 and len(bench.store.things) == MANY
    told = [fact["id"] for fact in bench.told()]
    assert len(told) == len(set(told)) == MANY


async def test_records_of_one_key_are_in_one_share_however_far_apart_they_stand():
    bench = Bench()
    for number in range(2 * SHARE):
        bench.put(said("often", number + 1, "c1"), said("once", 1, f"d{number}"))
    _, records = await records_of(bench)
    found = shares(records)
    assert sorted(index for share in found for index in share) == list(range(len(records)))
    holding = [share for share in found if any(records[index].key == b"c1" for index in share)]
    assert len(holding) == 1 and len(found) > 2
