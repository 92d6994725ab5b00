"""What stands on the log: records as fetched, messages as published, and the two protocols of the flow."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel

Headers = tuple[tuple[str, bytes], ...]
Part = tuple[str, int]
"""A topic and one of its partitions."""
Stood = BaseModel | dict[str, Any]
"""How a thing stands, or what happened: as its type, or as JSON has it."""


class Record(NamedTuple):
    """One record of the log. `time` is the log's own; `assignment` counts rebalances of who fetched it.

    `unreadable`: why the log's client could not read it; then there is nothing but its place.
    """

    topic: str
    partition: int
    offset: int
    time: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    assignment: int = 0
    unreadable: str = ""

    @property
    def part(self) -> Part:
        return self.topic, self.partition

    def header(self, name: str) -> bytes | None:
        """The first header of this name."""
        for other, value in self.headers:
            if other == name:
                return value
        return None


class Outgoing(NamedTuple):
    """One message to publish; its partition follows from the key alone."""

    topic: str
    key: str | bytes
    value: bytes | None
    headers: Headers = ()

    @property
    def key_bytes(self) -> bytes:
        return self.key.encode() if isinstance(self.key, str) else self.key

    def stored(self) -> dict[str, Any]:
        """As it stands in a document, to be published again."""
        return {"topic": self.topic, "key": self.key, "value": self.value, "headers": dict(self.headers)}


class Change:
    """One document to write if it still stands at version `loaded` (0: not there yet) and it holds
    no more than `limit` bytes. It may be given as what makes it: then it is made by whoever writes it, once."""

    __slots__ = ("_document", "_make", "id", "limit", "loaded")

    def __init__(
        self, id: str, loaded: int, document: dict[str, Any] | Callable[[], dict[str, Any]], limit: int = 1_000_000
    ) -> None:
        self.id, self.loaded, self.limit = id, loaded, limit
        self._document: dict[str, Any] | None = None
        self._make = document

    @property
    def document(self) -> dict[str, Any]:
        if self._document is None:
            self._document = self._make() if callable(self._make) else self._make
        return self._document


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: ids that conflicted, and ids refused for good with the reason (size, another index)."""

    conflicts: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)


class Log(Protocol):
    """One lane's consumer and producer. Work on fetched records happens while holding `lock`.

    A revocation takes `lock` too, and awaits `drain` before the partitions go. `assignment` is another number each
    time partitions are given or go, also when the same come back.
    """

    lock: asyncio.Lock
    drain: Callable[[], Awaitable[None]] | None
    assignment: int

    async def fetch(self, at_most: int, wait_s: float) -> list[Record]:
        """Records of every assigned partition with something to give; [] after `wait_s`."""

    def current(self, records: Sequence[Record]) -> list[Record]:
        """Those of partitions held without a break since they were fetched."""

    def owned(self) -> Mapping[Part, int]:
        """The partitions held, each with the committed offset known to this holder (the log start when none)."""

    async def publish(self, messages: Sequence[Outgoing]) -> list[tuple[Part, int]]:
        """Acknowledged by all in-sync replicas, in order per key; Transient when not known to be."""

    async def commit(self, offsets: Mapping[Part, int], assignment: int) -> None:
        """Next offsets to read; silently dropped for partitions no longer held. Transient when unknown.

        A member that is out of its group, and did not know, holds nothing from then on until it is given anew.
        """

    def seek(self, offsets: Mapping[Part, int]) -> None:
        """Fetch again from here; partitions no longer held are passed over."""

    def lag(self, part: Part | None = None) -> int:
        """Records known to wait on the partitions held, or on one of them."""

    async def measure(self) -> None:
        """Asks how far the partitions held reach, for `lag`: of what is never fetched nothing is known. Transient."""

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""


class Store(Protocol):
    """One service's documents. Transient when the answer is not known."""

    async def load(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The documents that are there, majority-committed, by id."""

    async def write(self, changes: Sequence[Change]) -> Written:
        """Guarded replace of each, journaled and by majority; others stand when some conflict."""

    async def keep(self, pages: Mapping[str, dict[str, Any]]) -> None:
        """Page documents, written before the document that lets go of their content; same id, same page."""

    async def due(self, lane: str, shards: Sequence[int], until_minute: int) -> list[dict[str, Any]]:
        """`{_id, clocks}` of documents whose next due minute is not after `until_minute`, earliest first."""
