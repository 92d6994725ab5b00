"""The mistakes of the flow's protocol, each put into the real code for one run: the simulator must find them.

What each wording lost when it was modelled stands in `docs/simulation.md`, with the seeds it takes to find it here.
"""

import contextlib
import dataclasses
import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from shared import clock, ids
from shared.flow import batch, codec, edge, effects, fold, history, known, replay, stage, telling, ticks
from shared.flow.errors import Transient
from shared.flow.messages import Fact, Heard, Reply
from shared.flow.thing import to_store
from tests.simulation import cast, log, store

Plant = Callable[[contextlib.ExitStack], None]
MISTAKES: dict[str, Plant] = {}


def mistake(name: str) -> Callable[[Plant], Plant]:
    """Registers one under the words of the protocol's table."""

    def keep(plant: Plant) -> Plant:
        MISTAKES[name] = plant
        return plant

    return keep


@contextlib.contextmanager
def planted(name: str) -> Iterator[None]:
    """While it holds, the flow makes this mistake."""
    with contextlib.ExitStack() as stack:
        MISTAKES[name](stack)
        yield


def _everywhere(stack: contextlib.ExitStack, name: str, real: Any, wrong: Any) -> None:
    """Replaces a function in every module of the flow that knows it by this name."""
    for module in [m for n, m in sorted(sys.modules.items()) if n.startswith("shared.flow")]:
        if getattr(module, name, None) is real:
            stack.enter_context(mock.patch.object(module, name, wrong))


def _method(stack: contextlib.ExitStack, owner: Any, name: str, wrong: Any) -> None:
    stack.enter_context(mock.patch.object(owner, name, wrong))


# What is kept for redelivery -------------------------------------------------------------------------


@mistake("replay dropped at any next write")
def _(stack: contextlib.ExitStack) -> None:
    def wrong(thing: Any, owned: Any) -> None:
        thing.replay = thing.replay[-1:]

    _everywhere(stack, "drop_committed", replay.drop_committed, wrong)


@mistake("replay dropped by position instead of committed offset")
def _(stack: contextlib.ExitStack) -> None:
    class Wrong(batch.Batch):
        def __init__(self, service: Any, store: Any, owned: Any, epoch: int) -> None:
            super().__init__(service, store, dict.fromkeys(owned, 2**60), epoch)

    _everywhere(stack, "Batch", batch.Batch, Wrong)


@mistake("no look at the record's coordinates")
def _(stack: contextlib.ExitStack) -> None:
    _everywhere(stack, "replayed", replay.replayed, lambda thing, record: None)


@mistake("batch k fails, k+1 committed")
def _(stack: contextlib.ExitStack) -> None:
    async def wrong(self: stage.Stage, dropped: Any = None) -> None:
        if self._outstanding is not None:
            (task, _), self._outstanding = self._outstanding, None
            with contextlib.suppress(Transient):
                await task

    _method(stack, stage.Stage, "_settle", wrong)


@mistake("records fetched before a rebalance used after the partition came back")
def _(stack: contextlib.ExitStack) -> None:
    async def commit(self: log.SimLog, offsets: Any, assignment: int) -> None:
        await right(self, offsets, self.assignment)

    right = log.SimLog.commit
    _method(stack, log.SimLog, "current", lambda self, records: [r for r in records if r.part in self._owned])
    _method(stack, log.SimLog, "commit", commit)


@mistake("output partition = input partition")
def _(stack: contextlib.ExitStack) -> None:
    came_on: dict[int, tuple[Any, int]] = {}
    take, append = fold.Fold.take, log.SimBroker.append

    def wrong_take(self: fold.Fold, message: Any) -> Any:
        out = take(self, message)
        came_on.update({id(one): (one, self.record.partition) for one in out})
        return out

    def wrong_append(self: log.SimBroker, message: Any, count: int | None = None) -> Any:
        held, partition = came_on.get(id(message), (None, 0))
        if held is not message or partition >= self.partitions(message.topic):
            return append(self, message, count)
        with mock.patch.object(ids, "partition", lambda key, count: partition):
            return append(self, message, count)

    _method(stack, fold.Fold, "take", wrong_take)
    _method(stack, log.SimBroker, "append", wrong_append)


# Names and numbers -----------------------------------------------------------------------------------


@mistake("`heard` without the thing")
def _(stack: contextlib.ExitStack) -> None:
    _method(stack, Fact, "source", property(lambda self: self.teller))


@mistake("the fact id without the thing")
def _(stack: contextlib.ExitStack) -> None:
    right = codec._event

    def wrong(topic: str, key: str, type: str, id: str, subject: str, data: Any, trace: Any, more: Any) -> Any:
        told = dict(more)
        named = f"{told['ce_teller'].decode()}/{told['ce_sequence'].decode()}" if "ce_sequence" in told else id
        return right(topic, key, type, named, subject, data, trace, more)

    _method(stack, codec, "_event", wrong)


@mistake("a number per stream instead of per thing")
def _(stack: contextlib.ExitStack) -> None:
    right = telling.Teller._fact_out

    def wrong(self: telling.Teller, one: Any, *more: Any) -> None:
        if one.topic is None:
            return right(self, one, *more)
        counts = self.thing.extra.setdefault("counts", {})
        told, self.thing.told = self.thing.told, counts.get(one.topic, 0)
        right(self, one, *more)
        counts[one.topic], self.thing.told = self.thing.told, told
        return None

    _method(stack, telling.Teller, "_fact_out", wrong)


@mistake("new documents stored as v 0")
def _(stack: contextlib.ExitStack) -> None:
    _everywhere(stack, "to_store", to_store, lambda thing, v: to_store(thing, 0 if v == 1 else v))


# Clocks ----------------------------------------------------------------------------------------------


@mistake("tick not checked against the clock")
def _(stack: contextlib.ExitStack) -> None:
    _method(stack, known, "strikes", lambda thing, tick, at: True)


@mistake("tick checked against the record's time instead of the due time it names")
def _(stack: contextlib.ExitStack) -> None:
    def wrong(thing: Any, tick: Any, at: Any) -> bool:
        return tick.clock in thing.clocks and thing.clocks[tick.clock] <= clock.to_ms(at)

    _method(stack, known, "strikes", wrong)


@mistake("ticks repeated on a fixed pause only")
def _(stack: contextlib.ExitStack) -> None:
    def wrong(self: ticks.Ticks, key: Any, owned: Any) -> bool:
        return key not in self._ticked or ticks.time.monotonic() - self._ticked[key][2] > self.pause_s

    _method(stack, ticks.Ticks, "_again", wrong)


@mistake("ticks remembered for ever")
def _(stack: contextlib.ExitStack) -> None:
    _method(stack, ticks.Ticks, "_again", lambda self, key, owned: key not in self._ticked)


@mistake("due look-up by a cursor that only walks forward")
def _(stack: contextlib.ExitStack) -> None:
    right = store.SimStore.found_due

    def wrong(self: store.SimStore, lane: str, shards: Any, until_minute: int) -> list[dict[str, Any]]:
        found = right(self, lane, shards, until_minute)
        cursor = self.__dict__.setdefault("cursors", {}).get((lane, tuple(shards)), 0)
        found = [one for one in found if clock.minute_of(min(one["clocks"].values())) >= cursor]
        self.__dict__["cursors"][lane, tuple(shards)] = until_minute
        return found

    _method(stack, store.SimStore, "found_due", wrong)


# Requests --------------------------------------------------------------------------------------------


@mistake("request known by its id alone")
def _(stack: contextlib.ExitStack) -> None:
    def wrong(thing: Any, request: Any) -> tuple[bool, bool]:
        same = any(one["id"] == request.id for one in thing.requests)
        return same, same

    _method(stack, known, "find_request", wrong)


@mistake("edge refuses from a look-up")
def _(stack: contextlib.ExitStack) -> None:
    right = edge.Edge.ask

    async def wrong(self: edge.Edge, request: Any, screened: Any = "standard", trace: Any = None) -> Any:
        document = (await self.store.load([request.thing])).get(request.thing, {})
        answer = edge.find_answer(document, request)
        over = document.get("state", {}).get("status") in ("closed", "withdrawn")
        book = document.get("state", {}).get("claim", {}).get("remedies", {}).get(getattr(request.body, "remedy", ""))
        if answer is None and (over or (book is not None and book["state"] in ("delivered", "settling", "accepted"))):
            return Reply(409, {"title": "not now"})
        return await right(self, request, screened, trace)

    _method(stack, edge.Edge, "ask", wrong)


@mistake("request for a thing not yet here ignored")
def _(stack: contextlib.ExitStack) -> None:
    right = fold.Fold._request

    def wrong(self: fold.Fold, request: Any) -> Any:
        begins = self.service.takes[request.type].reuse == "decide"
        if self.thing.v == 0 and not self.thing.heard and not begins:
            return None
        return right(self, request)

    _method(stack, fold.Fold, "_request", wrong)


# Effects ---------------------------------------------------------------------------------------------


@mistake("answer taken when not awaited")
def _(stack: contextlib.ExitStack) -> None:
    _method(stack, known, "awaited", lambda thing, answer: "no" if answer.verdict == "open" else "awaited")


@mistake("a time-out ends the attempt")
def _(stack: contextlib.ExitStack) -> None:
    right = effects.Effects._try

    async def wrong(self: effects.Effects, order: Any) -> effects.Result:
        result = await right(self, order)
        return effects.Result("refused", result.body) if result.body.get("reason") == "time limit" else result

    _method(stack, effects.Effects, "_try", wrong)


@mistake("effect's key from time")
def _(stack: contextlib.ExitStack) -> None:
    right = telling.Teller.try_again

    def wrong(self: telling.Teller, effect: str) -> None:
        attempt = self.thing.attempts.get(effect)
        if attempt is not None and "answer" not in attempt:
            attempt["key"] = ids.digest("effect", self.thing.id, effect, str(clock.to_ms(self.record.time)))
        right(self, effect)

    _method(stack, telling.Teller, "try_again", wrong)


@mistake("an order's age is that of its record")
def _(stack: contextlib.ExitStack) -> None:
    right = codec.order_of
    wrong = lambda attributes, data: dataclasses.replace(right(attributes, data), begun=None)  # noqa: E731
    _everywhere(stack, "order_of", right, wrong)


# Lanes -----------------------------------------------------------------------------------------------


@mistake("a raise does not reach what hangs on the case")
def _(stack: contextlib.ExitStack) -> None:
    import dataclasses

    right = cast.in_version

    def wrong(service: str, version: str, until: float) -> Any:
        declared = right(service, version, until)
        hears = {type: dataclasses.replace(one, raises=False) for type, one in declared.hears.items()}
        return dataclasses.replace(declared, hears=hears)

    _method(stack, cast, "in_version", wrong)


@mistake("a raised thing leaves its order on standard")
def _(stack: contextlib.ExitStack) -> None:
    _method(stack, fold.Fold, "reorder", lambda self, begun_before: None)


@mistake("decided only at the moment of change")
def _(stack: contextlib.ExitStack) -> None:
    from services.compensation import decide as compensation
    from shared.contracts.triage import FindingRecorded

    right, assess = compensation._follow_up, compensation._assess
    moment = [False]

    def decide(thing: Any, input: Any, now: Any, policy: Any) -> Any:
        heard = isinstance(input, Heard)
        moment[0] = heard and isinstance(input.fact.happened, FindingRecorded)
        return right_decide(thing, input, now, policy)

    right_decide = compensation.decide
    _method(stack, compensation, "_assess", lambda *all: assess(*all) if moment[0] else [])
    declared = cast.DECLARED["compensation"]()
    _method(stack, cast, "DECLARED", {**cast.DECLARED, "compensation": lambda: _decided_by(declared, decide)})
    assert right is compensation._follow_up


def _decided_by(declared: Any, decide: Any) -> Any:
    import dataclasses

    return dataclasses.replace(declared, decide=decide)


@mistake("stopped lane tells nothing")
def _(stack: contextlib.ExitStack) -> None:
    async def wrong(self: stage.Stage, records: Any) -> None:
        return

    _method(stack, stage.Stage, "_tell_again", wrong)


@mistake("inbox partitions always first")
def _(stack: contextlib.ExitStack) -> None:
    right = log.SimLog._take

    def wrong(self: log.SimLog, at_most: int) -> Any:
        first, self._owned = self._owned, {part: at for part, at in self._owned.items() if ".inbox." in part[0]}
        found = right(self, at_most)
        self._owned = first
        return found or right(self, at_most)

    _method(stack, log.SimLog, "_take", wrong)


# What is kept ----------------------------------------------------------------------------------------


@mistake("what a sender signed kept for a person as it came")
def _(stack: contextlib.ExitStack) -> None:
    _method(stack, fold.Fold, "_keepable", lambda self, message: self.record)


# Versions and pages ----------------------------------------------------------------------------------


@mistake("newly heard type by version instead of by date")
def _(stack: contextlib.ExitStack) -> None:
    _method(stack, cast, "ROLLED_OUT_S", -1e6)


@mistake("page with entries of a write that then conflicts")
def _(stack: contextlib.ExitStack) -> None:
    right = history.pages_of
    _everywhere(stack, "pages_of", right, lambda thing, loaded_entries: right(thing, len(thing.history)))
