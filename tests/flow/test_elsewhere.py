"""Facts told on a topic of their own, and records of an open inbox."""

import itertools

from shared.flow.errors import Transient
from shared.flow.messages import Request
from shared.flow.records import Outgoing
from tests.flow.bench import Bench
from tests.flow.toy import Add, said, toy


async def test_a_fact_without_stands_leaves_how_its_thing_stands_whichever_comes_first():
    facts = [said("one", 1, stands={"assigned": "A"}), said("contact", 2, stands={}), said("three", 3, stands={})]
    for order in itertools.permutations(facts):
        bench = Bench().put(*order)
        await bench.run(await bench.stage())
        assert bench.thing()["heard"]["far/c1"]["state"] == {"assigned": "A"}
        assert len(bench.distinct()) == 3


async def test_a_record_that_cannot_be_judged_yet_waits_and_is_not_buried():
    judged = iter([Transient("the list of senders is not read yet"), None])

    def decode(record):
        fault = next(judged)
        if fault:
            raise fault
        return Request("c1", "redress.toy.add.v1", "sender:k", "f", "sender", Add(amount=3), "c1")

    bench = Bench(toy(channels={"redress.open": decode})).put(Outgoing("redress.open.standard", "k", b"{}"))
    stage = await bench.stage()
    await bench.run(stage)
    assert bench.thing()["state"]["total"] == 3
    assert bench.broker.all("redress.toy.dead") == []
