"""The same is told and kept in whatever form it was at hand."""

from dataclasses import replace

import orjson
from pydantic import BaseModel

from shared.flow.batch import Batch
from shared.flow.codec import fact_event
from shared.flow.messages import Fact
from shared.flow.replay import drop_sealed
from shared.flow.thing import Thing, to_store
from tests.flow.bench import Bench
from tests.flow.test_erasure import SEALED
from tests.flow.toy import T0, Said, Toy, said, toy


class Stood(BaseModel):
    words: list[str] = []
    total: int = 0
    lane: str = "standard"


def as_type(thing):
    return Stood(words=thing.state.words, total=thing.state.total, lane=thing.lane)


async def test_a_fact_says_the_same_whether_its_state_is_given_as_type_or_as_json():
    values = []
    for service in (toy(stands=as_type), toy(stands=lambda thing: as_type(thing).model_dump(mode="json"))):
        bench = Bench(service).put(said("für 车", 1))
        await bench.run(await bench.stage())
        values.append(bench.broker.all("redress.toy.standard")[0].value)
    assert orjson.loads(values[0]) == orjson.loads(values[1])
    assert orjson.loads(values[0])["stands"] == {"words": ["für 车"], "total": 0, "lane": "standard"}


async def test_a_record_met_twice_in_one_batch_is_told_twice_with_the_same_bytes_and_decided_once():
    bench = Bench().put(said("one", 1))
    stage = await bench.stage()
    record = (await stage.log.fetch(10, 0.0))[0]
    plan = await Batch(bench.service, bench.store, stage.log.owned(), 0).work([record, record])
    assert len(plan.out) == 2 and plan.out[0] == plan.out[1]
    assert bench.thing()["state"]["words"] == ["one"] and bench.thing()["told"] == 1


async def test_what_is_kept_for_a_repeat_stands_in_the_document_as_it_was_told():
    bench = Bench().put(said("one", 1))
    stage = await bench.stage()
    records = await stage.log.fetch(10, 0.0)
    plan = await Batch(bench.service, bench.store, stage.log.owned(), 0).work(records)
    (kept,) = bench.thing()["replay"][0]["out"]
    assert kept == plan.out[0].stored()
    again = await Batch(bench.service, bench.store, stage.log.owned(), 0).work(records)
    assert again.out == plan.out


def test_an_erasure_in_the_batch_in_which_a_fact_was_told_leaves_nothing_sealed_in_its_repeat():
    fact = Fact("toy", "c1", Said.TYPE, 1, T0, "express", "c1", Said(word="w"), {}, sealed={"text": SEALED})
    thing = Thing("c1", Toy())
    told = fact_event(fact, "redress.toy.express")
    thing.replay = [{"topic": "t", "partition": 0, "offset": 1, "out": [told]}]
    drop_sealed(thing)
    (kept,) = to_store(thing, 1)["replay"][0]["out"]
    assert SEALED.encode() in (told.value or b"") and SEALED.encode() not in kept["value"]


async def test_a_defect_in_deciding_for_one_thing_of_a_share_holds_up_no_other():
    service = toy()
    right = service.decide

    def breaks(thing, input, now, policy):
        if thing.id == "c1":
            raise RuntimeError("a defect")
        return right(thing, input, now, policy)

    bench = Bench(replace(service, decide=breaks)).put(*(said("w", 1, f"c{number}") for number in range(4)))
    await bench.run(await bench.stage())
    assert [bench.thing(f"c{number}")["state"]["words"] for number in (0, 2, 3)] == [["w"]] * 3
    assert bench.thing("c1")["person"] and not bench.thing("c1")["state"]["words"]
