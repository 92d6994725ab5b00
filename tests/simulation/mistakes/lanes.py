"""Raises, stopped lanes, and whose turn it is."""

import contextlib
import dataclasses
from typing import Any

from services.compensation import decide as compensation
from shared.contracts.triage import FindingRecorded
from shared.flow import fold, standing
from shared.flow.messages import Heard
from tests.simulation import cast, log
from tests.simulation.mistakes.registry import method, mistake


@mistake("a raise does not reach what hangs on the case")
def _(stack: contextlib.ExitStack) -> None:
    right = cast.in_version

    def wrong(service: str, version: str, until: float) -> Any:
        declared = right(service, version, until)
        hears = {type: dataclasses.replace(one, raises=False) for type, one in declared.hears.items()}
        return dataclasses.replace(declared, hears=hears)

    method(stack, cast, "in_version", wrong)


@mistake("a raised thing leaves its order on standard")
def _(stack: contextlib.ExitStack) -> None:
    method(stack, fold.Fold, "reorder", lambda self, begun_before: None)


@mistake("decided only at the moment of change")
def _(stack: contextlib.ExitStack) -> None:
    right, assess = compensation.decide, compensation._assess
    moment = [False]

    def decide(thing: Any, input: Any, now: Any, policy: Any) -> Any:
        heard = isinstance(input, Heard) and not input.late
        moment[0] = heard and isinstance(input.fact.happened, FindingRecorded)
        return right(thing, input, now, policy)

    method(stack, compensation, "_assess", lambda *all: assess(*all) if moment[0] else [])
    declared = dataclasses.replace(cast.DECLARED["compensation"](), decide=decide)
    method(stack, cast, "DECLARED", {**cast.DECLARED, "compensation": lambda: declared})


@mistake("stopped lane tells nothing")
def _(stack: contextlib.ExitStack) -> None:
    async def wrong(self: standing.Standing, records: Any) -> None:
        return

    method(stack, standing.Standing, "_tell_again", wrong)


@mistake("a stopped lane takes silence for the end")
def _(stack: contextlib.ExitStack) -> None:
    right = log.SimLog.lag

    async def wrong(self: log.SimLog) -> None:
        return

    method(stack, log.SimLog, "measure", wrong)
    method(stack, log.SimLog, "lag", lambda self, part=None: 0 if part else right(self))


@mistake("inbox partitions always first")
def _(stack: contextlib.ExitStack) -> None:
    right = log.SimLog._take

    def wrong(self: log.SimLog, at_most: int) -> Any:
        first, self._owned = self._owned, {part: at for part, at in self._owned.items() if ".inbox." in part[0]}
        found = right(self, at_most)
        self._owned = first
        return found or right(self, at_most)

    method(stack, log.SimLog, "_take", wrong)
