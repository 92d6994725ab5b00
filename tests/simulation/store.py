"""The store of a simulated process: the twin, reached over the net; every write is watched."""

import copyreg
import pickle
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any

from pydantic_core import TzInfo

from shared.flow.lanes import Switch
from shared.flow.messages import Lane
from shared.flow.records import Change, Written
from shared.testing.memory_store import MemoryStore, MemorySwitch
from shared.testing.virtual import Process
from tests.simulation.net import Both, Net


def _utc() -> tzinfo:
    return UTC


def _of_zone(zone: TzInfo) -> tuple[Any, tuple[Any, ...]]:
    """Every time that pydantic reads has a zone of its own: they take half of the packing. All here are UTC."""
    offset = zone.utcoffset(None) or timedelta(0)
    return (timezone, (offset,)) if offset else (_utc, ())


copyreg.pickle(TzInfo, _of_zone)  # type: ignore[arg-type]


class SimStore(MemoryStore):
    """All documents of one service, packed for speed: the twin's copies take half of a run.

    Only the domain's `state` is copied where `whole` is not asked for: the flow replaces the entries of its own
    lists and maps and never changes one. One seed in some is run with whole copies, and would show if it did.
    The marks in `state` are copied beside it, as they are many and none is ever changed.
    `on_write` sees each document that is replaced and what replaces it.
    """

    def __init__(self, service: str, whole: bool = True) -> None:
        super().__init__()
        self.service, self.whole = service, whole
        self.on_write: Callable[[str, dict[str, Any], dict[str, Any]], None] = lambda *_: None
        self.on_keep: Callable[[str, dict[str, Any]], None] = lambda *_: None
        self.on_due: Callable[[str], None] = lambda _: None
        self.conflicts = 0
        self._due: dict[str, int] = {}
        self._packed: dict[str, tuple[bytes, list[str] | None]] = {}

    def loaded(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        self._check()
        if self.whole:
            return {id: pickle.loads(self._packed[id][0]) for id in ids if id in self._packed}
        return {id: {**self.things[id], "state": self._state(id)} for id in ids if id in self._packed}

    def _state(self, id: str) -> dict[str, Any]:
        packed, seen = self._packed[id]
        state: dict[str, Any] = pickle.loads(packed)
        if seen is not None:
            state["seen"] = seen.copy()
        return state

    def _pack(self, document: dict[str, Any]) -> tuple[bytes, list[str] | None]:
        if self.whole:
            return pickle.dumps(document, pickle.HIGHEST_PROTOCOL), None
        state = document["state"]
        seen = state.get("seen")
        if seen is not None:
            state, seen = {**state, "seen": None}, seen.copy()
        return pickle.dumps(state, pickle.HIGHEST_PROTOCOL), seen

    def written(self, changes: Sequence[Change]) -> Written:
        self._check()
        conflicts, refused = set(), {}
        for change in changes:
            packed = self._pack(change.document)
            old = self.things.get(change.id, {})
            if len(packed[0]) > change.limit:
                refused[change.id] = f"the document would hold {len(packed[0])} bytes"
            elif old.get("v", 0) != change.loaded:
                conflicts.add(change.id)
                self.conflicts += 1
            else:
                self._packed[change.id] = packed
                self.things[change.id] = change.document
                self.on_write(self.service, old, change.document)
        self._ring_for_earlier()
        return Written(frozenset(conflicts), refused)

    def kept(self, pages: Mapping[str, dict[str, Any]]) -> None:
        self._check()
        for page in pages.values():
            self.on_keep(self.service, page)
        super().kept(pages)

    def _ring_for_earlier(self) -> None:
        for lane in ("express", "standard"):
            due, before = self.next_due(lane), self._due.get(lane)
            if due is not None and (before is None or due < before):
                self.on_due(lane)
            self._due[lane] = due if due is not None else 2**62

    def next_due(self, lane: str) -> int | None:
        """When the first clock of a lane strikes, in ms."""
        dues = [min(t["clocks"].values()) for t in self.things.values() if t["clocks"] and t["lane"] == lane]
        return min(dues) if dues else None


class StoreOver:
    """What one process sees of it."""

    def __init__(self, net: Net, process: Process, store: SimStore) -> None:
        self.net, self.process, self.store = net, process, store

    async def load(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        return await self.net.read(self.process, "load", lambda: self.store.loaded(ids))

    async def write(self, changes: Sequence[Change]) -> Written:
        def halves() -> Both:
            cut = int(self.net.rng.random() * (len(changes) + 1))
            return lambda: self.store.written(changes[:cut]), lambda: self.store.written(changes[cut:])

        return await self.net.call(self.process, "write", lambda: self.store.written(changes), halves)

    async def keep(self, pages: Mapping[str, dict[str, Any]]) -> None:
        await self.net.call(self.process, "keep", lambda: self.store.kept(pages))

    async def due(self, lane: str, shards: Sequence[int], until_minute: int) -> list[dict[str, Any]]:
        return await self.net.read(self.process, "due", lambda: self.store.found_due(lane, shards, until_minute))


class SwitchOver(Switch):
    """A service's stopped lanes as one process knows them: looked up at most once a second."""

    def __init__(self, service: str, shared: MemorySwitch, now: Callable[[], float], note: Callable[..., None]) -> None:
        self.service, self.shared, self.now, self.note = service, shared, now, note
        self._known: dict[str, tuple[float, str | None]] = {}

    async def stopped(self, lane: Lane) -> str | None:
        at, reason = self._known.get(lane, (-1.0, None))
        if at < 0 or self.now() - at >= 1.0:
            reason = await self.shared.stopped(lane)
            self._known[lane] = self.now(), reason
        return reason

    async def stop(self, lane: Lane, reason: str) -> None:
        self.note("lane stopped", self.service, reason)
        await self.shared.stop(lane, reason)
        self._known[lane] = self.now(), reason
