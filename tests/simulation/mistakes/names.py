"""Names, numbers, versions and pages, and what is kept for a person."""

import contextlib
from typing import Any

from shared.flow import codec, fold, history, telling
from shared.flow.messages import Fact
from shared.flow.thing import to_store
from tests.simulation import cast
from tests.simulation.mistakes.registry import everywhere, method, mistake


@mistake("`heard` without the thing")
def _(stack: contextlib.ExitStack) -> None:
    method(stack, Fact, "source", property(lambda self: self.teller))


@mistake("the fact id without the thing")
def _(stack: contextlib.ExitStack) -> None:
    right = codec._event

    def wrong(topic: str, key: str, type: str, id: str, subject: str, data: Any, trace: Any, more: Any) -> Any:
        told = dict(more)
        named = f"{told['ce_teller'].decode()}/{told['ce_sequence'].decode()}" if "ce_sequence" in told else id
        return right(topic, key, type, named, subject, data, trace, more)

    method(stack, codec, "_event", wrong)


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

    method(stack, telling.Teller, "_fact_out", wrong)


@mistake("new documents stored as v 0")
def _(stack: contextlib.ExitStack) -> None:
    everywhere(stack, "to_store", to_store, lambda thing, v: to_store(thing, 0 if v == 1 else v))


@mistake("what a sender signed kept for a person as it came")
def _(stack: contextlib.ExitStack) -> None:
    method(stack, fold.Fold, "_keepable", lambda self, message: self.record)


@mistake("newly heard type by version instead of by date")
def _(stack: contextlib.ExitStack) -> None:
    method(stack, cast, "ROLLED_OUT_S", -1e6)


@mistake("page with entries of a write that then conflicts")
def _(stack: contextlib.ExitStack) -> None:
    right = history.pages_of
    everywhere(stack, "pages_of", right, lambda thing, loaded_entries: right(thing, len(thing.history)))
