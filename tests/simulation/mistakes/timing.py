"""Clocks and ticks."""

import contextlib
from typing import Any

from shared import clock
from shared.flow import known, ticks
from tests.simulation import store
from tests.simulation.mistakes.registry import method, mistake


@mistake("tick not checked against the clock")
def _(stack: contextlib.ExitStack) -> None:
    method(stack, known, "strikes", lambda thing, tick, at: True)


@mistake("tick checked against the record's time instead of the due time it names")
def _(stack: contextlib.ExitStack) -> None:
    def wrong(thing: Any, tick: Any, at: Any) -> bool:
        if tick.clock not in thing.clocks:
            return right(thing, tick, at)
        return thing.clocks[tick.clock] <= clock.to_ms(at)

    right = known.strikes
    method(stack, known, "strikes", wrong)


@mistake("ticks repeated on a fixed pause only")
def _(stack: contextlib.ExitStack) -> None:
    def wrong(self: ticks.Ticks, key: Any, owned: Any) -> bool:
        return key not in self._ticked or ticks.time.monotonic() - self._ticked[key][2] > self.pause_s

    method(stack, ticks.Ticks, "_again", wrong)


@mistake("ticks remembered for ever")
def _(stack: contextlib.ExitStack) -> None:
    method(stack, ticks.Ticks, "_again", lambda self, key, owned: key not in self._ticked)


@mistake("due look-up by a cursor that only walks forward")
def _(stack: contextlib.ExitStack) -> None:
    right = store.SimStore.found_due

    def wrong(self: store.SimStore, lane: str, shards: Any, until_minute: int) -> list[dict[str, Any]]:
        found = right(self, lane, shards, until_minute)
        cursor = self.__dict__.setdefault("cursors", {}).get((lane, tuple(shards)), 0)
        found = [one for one in found if clock.minute_of(min(one["clocks"].values())) >= cursor]
        self.__dict__["cursors"][lane, tuple(shards)] = until_minute
        return found

    method(stack, store.SimStore, "found_due", wrong)
