"""What the store's errors mean: only `_id` conflicts are conflicts, a write concern not met is the world down."""

import pytest
from pymongo.errors import OperationFailure

from shared.flow.errors import Transient
from shared.flow.records import Change
from shared.mongo.client import database
from shared.mongo.store import MongoStore, _sort_out
from tests.conformance.test_store import document


async def test_a_duplicate_key_of_another_index_is_no_conflict_but_refused_alone(mongo_url, fresh):
    store = MongoStore(database(mongo_url, fresh("db")), "toy")
    await store.things.create_index("serial", unique=True)
    await store.write([Change("a", 0, document("a", 1, serial=7))])
    written = await store.write(
        [Change("b", 0, document("b", 1, serial=7)), Change("c", 0, document("c", 1, serial=8))]
    )
    assert written.conflicts == frozenset()
    assert "serial" in written.refused["b"]
    assert set(await store.load(["a", "b", "c"])) == {"a", "c"}


def test_a_write_concern_error_means_the_world_is_down():
    details = {"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "waiting for replication timed out"}]}
    with pytest.raises(Transient):
        _sort_out(details, ["a"])


async def test_a_document_for_which_the_server_refuses_the_whole_command_is_found_and_refused_alone(mongo_url, fresh):
    store = MongoStore(database(mongo_url, fresh("db")), "toy")
    bulk, code = store.things.bulk_write, 15

    class Things:
        async def bulk_write(self, operations, ordered):
            if any(dict(operation._doc).get("deep") for operation in operations):
                raise OperationFailure("nested too deep", code)
            return await bulk(operations, ordered=ordered)

    store.things, found = Things(), store.things
    changes = [
        Change("a", 0, document("a", 1)),
        Change("b", 0, document("b", 1, deep=1)),
        Change("c", 3, document("c", 4)),
    ]
    await found.insert_one(document("c", 9))
    written = await store.write(changes)
    assert (set(written.refused), written.conflicts) == ({"b"}, {"c"})
    code = 91
    with pytest.raises(Transient):
        await store.write(changes)


STEPPED_DOWN, UNAVAILABLE_FOR_A_WHILE, WRITES_BLOCKED, DISK_FULL = 189, 365, 371, 14031


@pytest.mark.parametrize("code", [STEPPED_DOWN, UNAVAILABLE_FOR_A_WHILE, WRITES_BLOCKED, DISK_FULL])
def test_a_server_that_cannot_go_on_in_the_middle_of_a_write_refuses_no_document(code):
    errors = [
        {"index": 0, "code": 11000, "keyPattern": {"_id": 1}},
        {"index": 1, "code": code, "errmsg": "not now"},
    ]
    with pytest.raises(Transient):
        _sort_out({"writeErrors": errors}, ["a", "b"])


async def test_a_store_that_is_away_is_transient():
    store = MongoStore(database("mongodb://127.0.0.1:1/?w=majority", "none", wait_ms=100), "toy")
    with pytest.raises(Transient):
        await store.load(["a"])
    with pytest.raises(Transient):
        await store.write([Change("a", 0, document("a", 1))])
