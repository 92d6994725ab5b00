"""Guards of what is decided: clocks, requests, effects, lanes' shares, roll-outs, pages."""

import dataclasses
from typing import Any

from shared import clock, ids
from shared.flow import edge, fold, history, known, telling, ticks
from shared.flow.codec import answer_event, tick_event
from shared.flow.edge import Edge
from shared.flow.messages import Answer, Reply, Tick
from shared.flow.service import Hears
from shared.testing.memory_log import MemoryLog
from shared.testing.memory_store import MemoryStore
from tests.flow.bench import Bench
from tests.flow.guards import both, everywhere, guard, method
from tests.flow.toy import Shouted, add, asked, at, said, toy

STANDARD = "redress.toy.inbox.standard"


def struck(bench: Bench) -> int:
    return [fact["type"] for fact in bench.distinct().values()].count("redress.toy.struck.v1")


def _take_out(thing: Any, tick: Any) -> None:
    thing.clocks.pop(tick.clock, None)


@guard(
    "tick not checked against the clock",
    both(method(known, "strikes", lambda thing, tick, at: True), method(known, "strike", _take_out)),
)
async def _tick_named() -> None:
    bench = Bench().put(asked(add(alarm_s=60)))
    standard = await bench.stage()
    await bench.run(standard)
    tick = tick_event(Tick("c1", "alarm", bench.thing()["clocks"]["alarm"]), STANDARD)
    bench.time = at(61)
    await bench.put(tick, tick).run(standard)
    assert struck(bench) == 1


def _by_record(thing: Any, tick: Any, at: Any) -> bool:
    return tick.clock in thing.clocks and thing.clocks[tick.clock] <= clock.to_ms(at)


@guard("tick checked against the record's time instead of the due time it names", method(known, "strikes", _by_record))
async def _tick_of_another_time() -> None:
    bench = Bench().put(asked(add(alarm_s=60)))
    standard = await bench.stage()
    await bench.run(standard)
    old = bench.thing()["clocks"]["alarm"]
    await bench.put(asked(add(alarm_s=30, id="k2"))).run(standard)
    bench.time = at(61)
    await bench.put(tick_event(Tick("c1", "alarm", old), STANDARD)).run(standard)
    assert struck(bench) == 0 and "alarm" in bench.thing()["clocks"]


def _on_pause(self: ticks.Ticks, key: Any, owned: Any) -> bool:
    return True


@guard("ticks repeated on a fixed pause only", method(ticks.Ticks, "_again", _on_pause))
async def _ticks_wait_for_the_stage() -> None:
    bench = Bench().put(asked(add(alarm_s=1)))
    standard = await bench.stage()
    await bench.run(standard)
    bench.time = at(5)
    owner = bench.ticks(standard, pause_s=0.0)
    assert [await owner.once() for _ in range(40)] == [1] + [0] * 39


@guard("ticks remembered for ever", method(ticks.Ticks, "_again", lambda self, key, owned: key not in self._ticked))
async def _ticks_come_again() -> None:
    bench = Bench().put(asked(add(alarm_s=60)))
    standard = await bench.stage()
    await bench.run(standard)
    owner = bench.ticks(standard, pause_s=0.0)
    owner.now = lambda: at(61)  # a local clock a minute fast: too early by the log's time
    await owner.once()
    await bench.run(standard)
    assert struck(bench) == 0
    bench.time = at(61)
    await owner.once()
    await bench.run(standard)
    assert struck(bench) == 1


_DUE = MemoryStore.due


async def _forward(self: MemoryStore, lane: str, shards: Any, until: int) -> Any:
    found = [one for one in await _DUE(self, lane, shards, until) if one["due"] >= getattr(self, "cursor", 0)]
    self.cursor = until  # type: ignore[attr-defined]
    return found


@guard("due look-up by a cursor that only walks forward", method(MemoryStore, "due", _forward))
async def _due_in_the_past() -> None:
    bench = Bench()
    standard = await bench.stage()
    owner = bench.ticks(standard)
    bench.time = at(600)
    await owner.once()
    bench.time = at(0)  # a record that comes late sets its clock in the past
    await bench.put(asked(add(alarm_s=60))).run(standard)
    bench.time = at(601)
    assert await owner.once() == 1


def _by_id(thing: Any, request: Any) -> tuple[bool, bool]:
    same = any(one["id"] == request.id for one in thing.requests)
    return same, same


@guard("request known by its id alone", method(known, "find_request", _by_id))
async def _second_body() -> None:
    bench = Bench().put(asked(add(5, type="create")), asked(add(6, type="create")))
    await bench.run(await bench.stage())
    assert bench.thing()["state"]["total"] == 11


_ASK = edge.Edge.ask


async def _looking_first(self: Edge, request: Any, screened: Any = "standard", trace: Any = None) -> Any:
    if request.thing not in await self.store.load([request.thing]):
        return Reply(404, {"title": "nothing here"})
    return await _ASK(self, request, screened, trace)


@guard("edge refuses from a look-up", method(edge.Edge, "ask", _looking_first))
async def _edge_asks_the_stage() -> None:
    import asyncio

    bench = Bench()
    standard = await bench.stage()
    door = Edge(bench.service, {"standard": standard.log, "express": standard.log}, bench.store)
    request = add(5)
    await door.append(request, "standard")  # a first call whose caller heard nothing
    asking = asyncio.create_task(door.ask(request))
    while not asking.done():
        await bench.turn(standard)
    reply = asking.result()
    assert reply is not None and (reply.status, dict(reply.body)) == (200, {"total": 5, "again": False})


_REQUEST = fold.Fold._request


@guard(
    "request for a thing not yet here ignored",
    method(fold.Fold, "_request", lambda self, request: _REQUEST(self, request) if self.thing.v else None),
)
async def _begins_its_document() -> None:
    bench = Bench().put(asked(add(5), "express"), said("created", 1))
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(express)
    await bench.run(standard)
    assert (bench.thing()["state"]["total"], bench.thing()["lane"]) == (5, "express")


def _always(thing: Any, answer: Any) -> str:
    return "no" if answer.verdict == "open" else "awaited"


@guard("answer taken when not awaited", method(known, "awaited", _always))
async def _answered_once() -> None:
    bench = Bench().put(asked(add(pay=True)))
    standard = await bench.stage()
    await bench.run(standard)
    done = answer_event(Answer("c1", "pay", bench.thing()["attempts"]["pay"]["key"], 1, "done"), STANDARD)
    await bench.put(done, done).run(standard)
    assert [fact["type"] for fact in bench.distinct().values()].count("redress.toy.paid.v1") == 1


_AWAITED = known.awaited


def _open_ends(thing: Any, answer: Any) -> str:
    return "awaited" if answer.verdict == "open" else _AWAITED(thing, answer)


@guard("a time-out ends the attempt", method(known, "awaited", _open_ends))
async def _open_stays_open() -> None:
    bench = Bench(toy(retry_s=(10.0,))).put(asked(add(pay=True)))
    standard = await bench.stage()
    await bench.run(standard)
    key = bench.thing()["attempts"]["pay"]["key"]
    await bench.put(answer_event(Answer("c1", "pay", key, 1, "open"), STANDARD)).run(standard)
    bench.time = at(11)
    await bench.ticks(standard).once()
    await bench.run(standard)
    assert [o["data"]["attempt"] for o in bench.told("redress.toy.effects")] == [1, 2]


_TRY = telling.Teller.try_again


def _new_key(self: telling.Teller, effect: str) -> None:
    if effect in self.thing.attempts:
        self.thing.attempts[effect]["key"] = ids.digest(effect, str(self.record.time))
    _TRY(self, effect)


@guard("effect's key from time", method(telling.Teller, "try_again", _new_key))
async def _one_key() -> None:
    bench = Bench(toy(retry_s=(10.0,))).put(asked(add(pay=True)))
    standard = await bench.stage()
    await bench.run(standard)
    bench.time = at(11)
    await bench.ticks(standard).once()
    await bench.run(standard)
    orders = bench.told("redress.toy.effects")
    assert len(orders) == 2 and len({order["data"]["key"] for order in orders}) == 1


_TAKE = MemoryLog._take


def _inbox_first(self: MemoryLog, at_most: int) -> Any:
    owned = self._owned
    self._owned = {part: at for part, at in owned.items() if ".inbox." in part[0]}
    found = _TAKE(self, at_most)
    self._owned = owned
    return found or _TAKE(self, at_most)


@guard("inbox partitions always first", method(MemoryLog, "_take", _inbox_first))
async def _every_partition() -> None:
    bench = Bench().put(*[asked(add(thing=f"x{n}")) for n in range(2000)], said("danger", 1))
    standard = await bench.stage()
    await bench.turn(standard)
    assert "c1" in bench.store.things


def _no_date(patch: Any) -> None:
    replace = dataclasses.replace
    patch.setattr(_SINCE, "since", lambda hears, when: replace(hears, since=None))


class _SINCE:
    """How a roll-out declares a newly heard type."""

    since = staticmethod(lambda hears, when: dataclasses.replace(hears, since=when))


@guard("newly heard type by version instead of by date", _no_date)
async def _by_date() -> None:
    service = toy()
    service.hears[Shouted.TYPE] = _SINCE.since(Hears(Shouted, lambda fact: (fact.complaint,)), at(100))
    bench = Bench(service).put(said("before", 1, shouted=True), said("after", 2, shouted=True, time=at(101)))
    await bench.run(await bench.stage())
    assert bench.thing()["state"]["words"] == ["after"]


_PAGES = history.pages_of


@guard(
    "page with entries of a write that then conflicts",
    everywhere("pages_of", _PAGES, lambda thing, loaded: _PAGES(thing, len(thing.history))),
)
async def _pages_of_the_past() -> None:
    bench = Bench().put(*[said(f"w{n}", n) for n in range(1, 51)])
    standard, express = await bench.stage(), await bench.stage("express")
    await bench.run(standard)
    bench.put(*[said(f"w{n}", n) for n in range(51, 301)], said("danger", 301, lane="express"))
    standard.size = 4000  # so many that one write passes the mark where pages begin
    kept: list[dict[str, Any]] = []
    write, keep, left = bench.store.write, bench.store.keep, [1]

    async def overtaken(changes: Any) -> Any:
        if left[0]:
            left[0] -= 1
            await bench.run(express)
        return await write(changes)

    async def noted(pages: Any) -> None:
        kept.extend(pages.values())
        await keep(pages)

    bench.store.write, bench.store.keep = overtaken, noted  # type: ignore[method-assign]
    await bench.run(standard, express, turns=40)
    pages = sorted(bench.store.pages.values(), key=lambda page: page["page"])
    chain = [entry for page in pages for entry in page["entries"]] + bench.thing()["history"]
    assert history.broken_at(chain) is None and len(chain) == bench.thing()["told"]
    standing = {entry["hash"] for entry in chain}
    assert all(entry["hash"] in standing for page in kept for entry in page["entries"])
