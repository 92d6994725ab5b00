"""What the flow asks of a store, held against the twin and the embedded store."""

from datetime import UTC, date, datetime
from decimal import Decimal

from shared.flow.records import Change
from shared.ids import shard
from shared.mongo import store as mongo_store


def document(id: str, v: int, **more: object) -> dict:
    return {"_id": id, "v": v, "lane": "standard", "shard": shard(id), "clocks": {}, **more}


async def test_a_new_document_is_written_over_version_nothing_and_stored_as_version_one(store):
    written = await store.write([Change("a", 0, document("a", 1, state={"n": 1}))])
    assert (written.conflicts, written.refused) == (frozenset(), {})
    assert (await store.load(["a", "b"]))["a"]["state"] == {"n": 1}


async def test_money_times_and_bytes_come_back_as_they_went(store):
    at = datetime(2026, 11, 23, 8, 0, 0, 123000, tzinfo=UTC)
    state = {"amount": Decimal("27.50"), "at": at, "bytes": b"\xff\x00", "none": None, "ü": ["中文"]}
    await store.write([Change("a", 0, document("a", 1, state=state))])
    assert (await store.load(["a"]))["a"]["state"] == state
    assert str((await store.load(["a"]))["a"]["state"]["amount"]) == "27.50"


async def test_a_day_without_a_time_is_kept(store):
    await store.write([Change("a", 0, document("a", 1, state={"on": date(2026, 11, 22)}))])
    assert str((await store.load(["a"]))["a"]["state"]["on"]) == "2026-11-22"


async def test_only_the_conflicting_documents_of_a_write_conflict(store):
    await store.write([Change(id, 0, document(id, 1)) for id in ("a", "b", "c")])
    written = await store.write(
        [
            Change("a", 1, document("a", 2)),
            Change("b", 7, document("b", 8)),
            Change("c", 0, document("c", 1)),
            Change("d", 0, document("d", 1)),
        ]
    )
    assert written.conflicts == {"b", "c"}
    assert {id: d["v"] for id, d in (await store.load(list("abcd"))).items()} == {"a": 2, "b": 1, "c": 1, "d": 1}


async def test_a_document_over_its_limit_is_refused_before_the_write_and_the_others_stand(store):
    big = document("a", 1, text="x" * 1_100_000)
    written = await store.write([Change("a", 0, big), Change("b", 0, document("b", 1))])
    assert "bytes" in written.refused["a"]
    assert set(await store.load(["a", "b"])) == {"b"}
    assert (await store.write([Change("a", 0, big, 8_000_000)])).refused == {}


async def test_pages_are_kept_by_id_and_the_same_page_twice_is_one(store):
    page = {"_id": "a#1", "entries": [1, 2]}
    await store.keep({"a#1": page})
    await store.keep({"a#1": page})


async def test_due_finds_open_minutes_from_the_smallest_on_also_ones_set_in_the_past(store):
    things = [("a", 100), ("b", 50), ("c", 101), ("late", 3)]
    await store.write([Change(id, 0, document(id, 1, due=due, clocks={"x": due * 60_000})) for id, due in things])
    await store.write([Change("none", 0, document("none", 1))])
    shards = list(range(64))
    assert [d["_id"] for d in await store.due("standard", shards, 100)] == ["late", "b", "a"]
    assert (await store.due("standard", shards, 100))[0]["clocks"] == {"x": 180_000}
    assert await store.due("express", shards, 1000) == []
    assert [d["_id"] for d in await store.due("standard", [shard("b")], 60)] == ["b"]


async def test_what_is_due_of_others_hides_nothing_of_ours(store, monkeypatch):
    monkeypatch.setattr(mongo_store, "MOST_DUE", 5)
    ids = [f"d{number}" for number in range(60)]
    changes = [Change(id, 0, document(id, 1, due=number, clocks={"x": 1})) for number, id in enumerate(ids)]
    await store.write(changes)
    held = [shard(id) for id in ids]
    lonely = [id for id in ids if held.count(shard(id)) == 1]
    for id in lonely[0], lonely[-1]:
        assert [each["_id"] for each in await store.due("standard", [shard(id)], 100)] == [id]


async def test_a_document_the_store_cannot_hold_is_refused_alone(store):
    big = document("a", 1, state={"n": 2**70})
    written = await store.write([Change("a", 0, big), Change("b", 0, document("b", 1))])
    assert "cannot hold" in written.refused["a"]
    assert set(await store.load(["a", "b"])) == {"b"}


async def test_a_document_without_a_version_counts_as_version_nothing(store):
    without = document("a", 0)
    del without["v"]
    await store.write([Change("a", 0, without)])
    assert (await store.write([Change("a", 0, document("a", 1, state={"n": 1}))])).conflicts == frozenset()
    assert (await store.load(["a"]))["a"]["v"] == 1
    assert (await store.write([Change("a", 0, document("a", 1))])).conflicts == {"a"}
