"""What is kept for redelivery, and which records are taken."""

import contextlib
from typing import Any
from unittest import mock

from shared import ids
from shared.flow import batch, fold, replay, stage
from shared.flow.errors import Transient
from tests.simulation import groups, log
from tests.simulation.mistakes.registry import everywhere, method, mistake


@mistake("replay dropped at any next write")
def _(stack: contextlib.ExitStack) -> None:
    def wrong(thing: Any, owned: Any) -> None:
        thing.replay = thing.replay[-1:]

    everywhere(stack, "drop_committed", replay.drop_committed, wrong)


@mistake("replay dropped by position instead of committed offset")
def _(stack: contextlib.ExitStack) -> None:
    class Wrong(batch.Batch):
        def __init__(self, service: Any, store: Any, owned: Any, epoch: int) -> None:
            super().__init__(service, store, dict.fromkeys(owned, 2**60), epoch)

    everywhere(stack, "Batch", batch.Batch, Wrong)


@mistake("no look at the record's coordinates")
def _(stack: contextlib.ExitStack) -> None:
    everywhere(stack, "replayed", replay.replayed, lambda thing, record: None)


@mistake("batch k fails, k+1 committed")
def _(stack: contextlib.ExitStack) -> None:
    async def wrong(self: stage.Stage, dropped: Any = None) -> None:
        if self._outstanding is not None:
            (task, _), self._outstanding = self._outstanding, None
            with contextlib.suppress(Transient):
                await task

    method(stack, stage.Stage, "_settle", wrong)


@mistake("records fetched before a rebalance used after the partition came back")
def _(stack: contextlib.ExitStack) -> None:
    async def commit(self: log.SimLog, offsets: Any, assignment: int) -> None:
        await right(self, offsets, self.assignment)

    right = log.SimLog.commit
    method(stack, log.SimLog, "current", lambda self, records: [r for r in records if r.part in self._owned])
    method(stack, log.SimLog, "commit", commit)


@mistake("output partition = input partition")
def _(stack: contextlib.ExitStack) -> None:
    came_on: dict[int, tuple[Any, int]] = {}
    take, speak, append = fold.Fold.take, fold.Fold.speak, groups.SimBroker.append

    def wrong_take(self: fold.Fold, message: Any) -> Any:
        return noted(self, take(self, message))

    def wrong_speak(self: fold.Fold) -> Any:
        return noted(self, speak(self))

    def noted(self: fold.Fold, out: Any) -> Any:
        came_on.update({id(one): (one, self.record.partition) for one in out})
        return out

    def wrong_append(self: groups.SimBroker, message: Any, count: int | None = None) -> Any:
        held, partition = came_on.get(id(message), (None, 0))
        if held is not message or partition >= self.partitions(message.topic):
            return append(self, message, count)
        with mock.patch.object(ids, "partition", lambda key, count: partition):
            return append(self, message, count)

    method(stack, fold.Fold, "take", wrong_take)
    method(stack, fold.Fold, "speak", wrong_speak)
    method(stack, groups.SimBroker, "append", wrong_append)
