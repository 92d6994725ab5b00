"""The twin of the store: guarded writes on copies, failures on demand."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from shared.flow.errors import Transient
from shared.flow.lanes import Switch
from shared.flow.messages import Lane
from shared.flow.records import Change, Written


class MemoryStore:
    """Documents by id, never shared with whoever wrote them. `lose_answer`: writes and then fails."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.pages: dict[str, dict[str, Any]] = {}
        self.away = False
        self.lose_answer = 0
        self.before_write: Callable[[Sequence[Change]], None] = lambda _: None
        self.refuse: dict[str, str] = {}
        self.refuse_always: dict[str, str] = {}

    def _check(self) -> None:
        if self.away:
            raise Transient("store away")

    async def load(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        await asyncio.sleep(0)
        return self.loaded(ids)

    async def write(self, changes: Sequence[Change]) -> Written:
        await asyncio.sleep(0)
        written = self.written(changes)
        if self.lose_answer:
            self.lose_answer -= 1
            raise Transient("answer of the store lost")
        return written

    async def keep(self, pages: Mapping[str, dict[str, Any]]) -> None:
        await asyncio.sleep(0)
        self.kept(pages)

    async def due(self, lane: str, shards: Sequence[int], until_minute: int) -> list[dict[str, Any]]:
        await asyncio.sleep(0)
        return self.found_due(lane, shards, until_minute)

    # What the server does, at one moment ---------------------------------------------------------

    def loaded(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        self._check()
        return {id: copied(self.things[id]) for id in ids if id in self.things}

    def written(self, changes: Sequence[Change]) -> Written:
        self._check()
        self.before_write(changes)
        conflicts, refused = set(), {}
        for change in changes:
            try:
                size = len(orjson.dumps(change.document, default=str, option=orjson.OPT_NON_STR_KEYS))
            except TypeError as fault:  # an integer of more than 64 bits
                refused[change.id] = f"the store cannot hold the document: {type(fault).__name__}"
                continue
            if change.id in self.refuse_always or (change.id in self.refuse and change.limit == 1_000_000):
                refused[change.id] = self.refuse_always.get(change.id) or self.refuse[change.id]
            elif size > change.limit:
                refused[change.id] = f"the document would hold {size} bytes"
            elif self.things.get(change.id, {}).get("v", 0) != change.loaded:
                conflicts.add(change.id)
            else:
                self.things[change.id] = copied(change.document)
        return Written(frozenset(conflicts), refused)

    def kept(self, pages: Mapping[str, dict[str, Any]]) -> None:
        self._check()
        self.pages.update(copied(dict(pages)))

    def found_due(self, lane: str, shards: Sequence[int], until_minute: int) -> list[dict[str, Any]]:
        self._check()
        found = [
            thing
            for thing in self.things.values()
            if thing["lane"] == lane and thing["shard"] in shards and thing.get("due", until_minute + 1) <= until_minute
        ]
        found.sort(key=lambda thing: int(thing["due"]))
        return [{"_id": thing["_id"], "clocks": copied(thing.get("clocks", {}))} for thing in found]


def copied(value: Any) -> Any:
    """A copy of a document: maps and lists anew, what they hold cannot be changed."""
    if type(value) is dict:
        return {key: copied(held) for key, held in value.items()}
    if type(value) is list:
        return [copied(held) for held in value]
    return value


class MemorySwitch(Switch):
    """Stopped lanes in memory."""

    def __init__(self) -> None:
        self.reasons: dict[str, str | None] = {}

    async def stopped(self, lane: Lane) -> str | None:
        return self.reasons.get(lane)

    async def stop(self, lane: Lane, reason: str) -> None:
        self.reasons[lane] = reason
