"""Guards of what is told: replay, pipelining, rebalances, numbers and names."""

from typing import Any

from shared.flow import batch, fold, replay, stage, standing, telling
from shared.flow.errors import Transient
from shared.flow.messages import Fact
from shared.flow.thing import to_store
from shared.testing.memory_log import MemoryBroker, MemoryLog
from tests.flow.bench import Bench
from tests.flow.guards import both, everywhere, guard, method
from tests.flow.toy import add, asked, said


def failing(log: Any, times: int = 1) -> None:
    """The log does not acknowledge the next publications."""
    left = [times]

    def fail(_: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise Transient("no acknowledgement")

    log.before_publish = fail


def whole(bench: Bench, id: str = "c1") -> None:
    """Every fact the thing counts as told stands on the log, each id with one content."""
    numbers = {fact["number"] for fact in bench.distinct().values() if fact["thing"] == id}
    assert numbers == set(range(1, bench.thing(id)["told"] + 1)), "told, never on the log"


def _drop_all(thing: Any, owned: Any) -> None:
    thing.replay = thing.replay[-1:]


@guard("replay dropped at any next write", everywhere("drop_committed", replay.drop_committed, _drop_all))
async def _dropped_early() -> None:
    bench = Bench().put(said("one", 1))
    standard, express = await bench.stage(), await bench.stage("express")
    failing(standard.log)
    await bench.turn(standard)
    await bench.put(asked(add(), "express")).run(express)
    await bench.run(standard)
    whole(bench)


class _ByPosition(batch.Batch):
    def __init__(self, service: Any, store: Any, owned: Any, epoch: int) -> None:
        super().__init__(service, store, dict.fromkeys(owned, 2**60), epoch)


@guard("replay dropped by position instead of committed offset", everywhere("Batch", batch.Batch, _ByPosition))
async def _dropped_by_position() -> None:
    await _two_batches()


async def _two_batches() -> None:
    """Batch k is not acknowledged while k+1 of the same thing is decided."""
    bench = Bench().put(said("one", 1))
    standard = await bench.stage()
    failing(standard.log)
    await bench.turn(standard)
    bench.put(said("two", 2))
    await bench.turn(standard)
    await bench.run(standard)
    whole(bench)


@guard("no look at the record's coordinates", everywhere("replayed", replay.replayed, lambda thing, record: None))
async def _coordinates() -> None:
    bench = Bench().put(said("one", 1))
    standard = await bench.stage()
    failing(standard.log)
    await bench.run(standard)
    whole(bench)


async def _swallow(self: stage.Stage, dropped: Any = None) -> None:
    if self._outstanding is not None:
        (task, _), self._outstanding = self._outstanding, None
        try:
            await task
        except Transient:
            return


@guard("batch k fails, k+1 committed", method(stage.Stage, "_settle", _swallow))
async def _seek_back() -> None:
    await _two_batches()


async def _commit_any(self: MemoryLog, offsets: Any, assignment: int) -> None:
    await _COMMIT(self, offsets, self.assignment)


_COMMIT = MemoryLog.commit


@guard(
    "records fetched before a rebalance used after the partition came back",
    both(
        method(MemoryLog, "current", lambda self, records: [r for r in records if r.part in self._owned]),
        method(MemoryLog, "commit", _commit_any),
    ),
)
async def _stale_records() -> None:
    bench = Bench().put(said("one", 1))
    standard = await bench.stage()
    failing(standard.log)
    await bench.turn(standard)
    bench.put(said("two", 2))
    fetch, left = standard.log.fetch, [1]

    async def rebalanced_in_between(at_most: int, wait_s: float) -> Any:
        found = await fetch(at_most, wait_s)
        if left[0]:
            left[0] -= 1
            await bench.broker.rebalance(standard.log.group)
        return found

    standard.log.fetch = rebalanced_in_between  # type: ignore[method-assign]
    await bench.turn(standard)
    await standard._settle()
    standard.log.vanish()  # and the process dies: whoever comes next begins at what was committed
    await bench.run(await bench.stage())
    whole(bench)


def _as_it_came(self: MemoryBroker, message: Any, count: int | None = None) -> Any:
    return _APPEND(self, message, 1 if message.topic.startswith("redress.toy.s") else count)


_APPEND = MemoryBroker.append


@guard("output partition = input partition", method(MemoryBroker, "append", _as_it_came))
async def _one_partition_per_key() -> None:
    from shared import ids

    bench = Bench().put(*[said("one", 1, thing=f"c{n}") for n in range(20)])
    await bench.run(await bench.stage())
    for record in bench.broker.all("redress.toy.standard"):
        assert record.partition == ids.partition(record.key or b"", bench.broker.partitions(record.topic))


@guard("`heard` without the thing", method(Fact, "source", property(lambda self: self.teller)))
async def _heard_per_thing() -> None:
    bench = Bench().put(said("of x", 1, teller_thing="x"), said("of y", 1, teller_thing="y"))
    await bench.run(await bench.stage())
    assert sorted(bench.thing()["state"]["words"]) == ["of x", "of y"]


def _id_without_thing(fact: Fact, topic: str, trace: Any = None) -> Any:
    made = _FACT_EVENT(fact, topic, trace)
    headers = [(n, f"{fact.teller}/{fact.number}".encode() if n == "ce_id" else v) for n, v in made.headers]
    return type(made)(made.topic, made.key, made.value, tuple(headers))


_FACT_EVENT = telling.codec.fact_event


@guard("the fact id without the thing", method(telling.codec, "fact_event", _id_without_thing))
async def _id_names_the_thing() -> None:
    bench = Bench().put(said("a", 1, thing="c1"), said("b", 1, thing="c2"))
    await bench.run(await bench.stage())
    assert len(bench.distinct()) == 2


def _per_lane(self: telling.Teller, one: Any, *more: Any) -> None:
    counts = self.thing.extra.setdefault("counts", {})
    self.thing.told = counts.get(self.thing.lane, 0)
    _FACT_OUT(self, one, *more)
    counts[self.thing.lane] = self.thing.told


_FACT_OUT = telling.Teller._fact_out


@guard("a number per stream instead of per thing", method(telling.Teller, "_fact_out", _per_lane))
async def _one_count() -> None:
    bench = Bench().put(said("calm", 1))
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(standard)
    await bench.put(said("danger", 2, lane="express")).run(express)
    assert sorted(fact["number"] for fact in bench.distinct().values()) == [1, 2]


@guard(
    "new documents stored as v 0",
    everywhere("to_store", to_store, lambda thing, version: to_store(thing, 0 if version == 1 else version)),
)
async def _new_is_one() -> None:
    bench = Bench().put(said("calm", 1), said("danger", 2, lane="express"))
    standard, express = await bench.stage(), await bench.stage("express")
    write, left = bench.store.write, [1]

    async def overtaken(changes: Any) -> Any:
        if left[0]:
            left[0] -= 1
            await bench.run(express)
        return await write(changes)

    bench.store.write = overtaken  # type: ignore[method-assign]
    await bench.run(standard, express)
    assert sorted(bench.thing()["state"]["words"]) == ["calm", "danger"]
    assert bench.thing()["lane"] == "express"


def _unraised(self: fold.Fold, fact: Fact) -> Any:
    return _FACT(self, fact._replace(lane="standard"))


_FACT = fold.Fold._fact


@guard("a raise does not reach what hangs on the case", method(fold.Fold, "_fact", _unraised))
async def _raise_reaches() -> None:
    bench = Bench().put(said("danger", 1, lane="express"))
    await bench.run(await bench.stage("express"))
    assert bench.thing()["lane"] == "express"


@guard("a raised thing leaves its order on standard", method(fold.Fold, "reorder", lambda self, begun_before: None))
async def _orders_follow() -> None:
    bench = Bench().put(asked(add(pay=True)))
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(standard)
    await bench.put(said("danger", 1, lane="express")).run(express)
    (first,) = bench.told("redress.toy.effects", ["standard"])
    (again,) = bench.told("redress.toy.effects", ["express"])
    assert first["data"]["key"] == again["data"]["key"]


async def _silent(self: standing.Standing, records: Any) -> None:
    return


@guard("stopped lane tells nothing", method(standing.Standing, "_tell_again", _silent))
async def _stopped_tells() -> None:
    bench = Bench().put(said("danger", 1))
    standard = await bench.stage()
    failing(standard.log)
    await bench.turn(standard)
    await bench.switch.stop("standard", "by hand")
    await bench.turn(standard)
    standard.log.vanish()
    heir = await bench.stage()
    for _ in range(4):
        await bench.turn(heir)
    whole(bench)
    assert bench.committed("redress.far.standard") == 0
