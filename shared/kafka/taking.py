"""What is taken out of a consumer's buffer: something of every partition, and nothing lost when one of them fails."""

import contextlib
from collections.abc import Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException, IllegalStateError, UnsupportedCodecError

from shared import clock
from shared.flow.pacing import give_turns
from shared.flow.records import Part, Record

LAST_MS = 253_402_300_799_999
"""The last moment of the year 9999: what a broker without a clock of its own may be told."""
CAREFUL_MS = 50
UNREAD = (UnicodeDecodeError, UnsupportedCodecError, CorruptRecordException)
"""What the client says of a record, or a batch, it cannot read."""
TRIES = 3
AT_ONCE = 64
"""Records taken without giving others a turn of the event loop: each costs some 4 µs."""


class Taking:
    """One consumer's buffer. A record the client itself cannot read is handed on as unreadable.

    The client reads a fetched batch up to its fault, gives nothing of it and fetches again: so a partition that
    failed is read record by record, until the one that fails stands at the position. What comes after it in the
    batch of the same producer cannot be read either.
    """

    def __init__(self) -> None:
        self._turn = 0
        self.careful: set[Part] = set()
        self.corrupt: dict[Part, int] = {}

    def forget(self) -> None:
        """The partitions went away."""
        self.careful.clear()
        self.corrupt.clear()

    def _tries(self, part: Part) -> int:
        self.corrupt[part] = self.corrupt.get(part, 0) + 1
        return self.corrupt[part]

    async def something_of_each(
        self, consumer: Any, parts: Sequence[Part], at_most: int, assignment: int
    ) -> list[Record]:
        """Something of every partition, beginning with another one each time; of the inbox at most half."""
        if not parts:
            return []
        self._turn = (self._turn + 1) % len(parts)
        parts = [*parts[self._turn :], *parts[: self._turn]]
        share = max(1, at_most // len(parts))
        inbox_left, left = max(1, at_most // 2), at_most
        found: list[Record] = []
        since = 0
        try:
            for most in (share, at_most):  # a share of each first, then what is left over to whoever has more
                fuller = []
                for part in parts:
                    inbox = ".inbox." in part[0]
                    wanted = min(most, left, inbox_left if inbox else left)
                    got = await self._take(consumer, part, wanted, assignment)
                    found += got
                    left -= len(got)
                    inbox_left -= len(got) if inbox else 0
                    if got and len(got) == wanted:
                        fuller.append(part)
                    since += len(got)
                    if since > AT_ONCE:
                        since = 0
                        await give_turns()
                parts = fuller
        except BaseException:
            put_back(consumer, found)
            raise
        return found

    async def _take(self, consumer: Any, part: Part, most: int, assignment: int) -> list[Record]:
        if most <= 0:
            return []
        careful = part in self.careful
        wait_ms, most = (CAREFUL_MS, 1) if careful else (0, most)
        try:
            got = await consumer.getmany(TopicPartition(*part), timeout_ms=wait_ms, max_records=most)
        except UNREAD as fault:
            if not careful:
                self.careful.add(part)
                return []
            if isinstance(fault, CorruptRecordException) and self._tries(part) < TRIES:
                return []  # on the way here, perhaps: it is fetched again
            self.careful.clear()
            self.corrupt.clear()
            return [await _unreadable(consumer, part, fault, assignment)]
        return [record_of(message, assignment) for messages in got.values() for message in messages]


async def _unreadable(consumer: Any, part: Part, fault: Exception, assignment: int) -> Record:
    at = await consumer.position(TopicPartition(*part))
    consumer.seek(TopicPartition(*part), at + 1)
    why = f"the client cannot read the record: {type(fault).__name__}"
    return Record(*part, at, clock.now(), None, None, (), assignment, unreadable=why)


def put_back(consumer: Any, records: Sequence[Record]) -> None:
    """What was taken and cannot be handed out is fetched again: the client has moved past it."""
    firsts: dict[Part, int] = {}
    for record in records:
        firsts[record.part] = min(firsts.get(record.part, record.offset), record.offset)
    for part, offset in firsts.items():
        with contextlib.suppress(IllegalStateError):
            consumer.seek(TopicPartition(*part), offset)


def record_of(message: Any, assignment: int) -> Record:
    """A fetched message as the flow knows it."""
    return Record(
        message.topic,
        message.partition,
        message.offset,
        clock.from_ms(min(max(message.timestamp, 0), LAST_MS)),
        message.key,
        message.value,
        tuple(message.headers),
        assignment,
    )
