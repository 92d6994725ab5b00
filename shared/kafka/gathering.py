"""Few messages of many callers, gathered: while a partition's batch is under way, what comes for it waits together.

Nobody waits for a timer: what finds its partition free goes with the turn of the event loop it came in. Each partition
is sent for by a task of its own, since a client may wait seconds for a leader: one that is away holds up no other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, NamedTuple

from aiokafka.errors import KafkaError

from shared import ids
from shared.flow.errors import Transient
from shared.flow.records import Headers, Outgoing, Part

AWAY = (KafkaError, OSError, TimeoutError)


class _Call:
    """One caller's messages: where each stands, and how many are not acknowledged yet."""

    __slots__ = ("done", "left", "places")

    def __init__(self, count: int, done: asyncio.Future[None]) -> None:
        self.places: list[tuple[Part, int]] = [(("", 0), 0)] * count
        self.left, self.done = count, done

    def stands(self, index: int, part: Part, offset: int) -> None:
        self.places[index] = part, offset
        self.left -= 1
        if not self.left and not self.done.done():
            self.done.set_result(None)

    def failed(self, fault: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(fault)


class _Waiting(NamedTuple):
    call: _Call
    place: int
    key: bytes
    value: bytes | None
    headers: Headers


class Gathering:
    """`ready` gives the producer in use, `count` a topic's partitions; both raise Transient while the log is away.

    `lost` is told of a producer that failed: also of one whose batch is not acknowledged within `wait_s`. No caller
    waits longer than that; what a caller has given up is not sent.
    """

    def __init__(
        self,
        ready: Callable[[], Awaitable[Any]],
        count: Callable[[str], Awaitable[int]],
        lost: Callable[[Any], Coroutine[Any, Any, None]],
        wait_s: float,
    ) -> None:
        self._ready, self._count, self._lost, self._wait_s = ready, count, lost, wait_s
        self._waiting: dict[Part, list[_Waiting]] = {}
        self._under_way: set[Part] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def publish(self, messages: Sequence[Outgoing]) -> list[tuple[Part, int]]:
        """Where each message stands once all are acknowledged; Transient when that is not known of every one."""
        call = _Call(len(messages), asyncio.get_running_loop().create_future())
        placed = [(message.topic, ids.partition(message.key, await self._count(message.topic))) for message in messages]
        for index, (part, message) in enumerate(zip(placed, messages, strict=True)):
            key = message.key_bytes
            self._waiting.setdefault(part, []).append(_Waiting(call, index, key, message.value, message.headers))
        self._wake(*placed)
        try:
            async with asyncio.timeout(self._wait_s):
                await call.done
        except TimeoutError:
            raise Transient("log: TimeoutError") from None
        return call.places

    def _wake(self, *parts: Part) -> None:
        """Sends what waits for these partitions, where nothing is under way."""
        for part in parts:
            if part in self._waiting and part not in self._under_way:
                self._under_way.add(part)
                self._begin(self._send(part))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, part: Part) -> None:
        """What waits for a partition by now, as far as one batch holds it."""
        producer: Any = None
        taken: list[_Waiting] = []
        try:
            producer = await self._ready()
            taken = [one for one in self._waiting.pop(part) if not one.call.done.done()]
            if not taken:
                self._ended(producer, part, taken, None)
                return
            batch, room = _batch(producer, taken)
            if taken[room:]:
                self._waiting[part] = taken[room:]
                taken = taken[:room]
            async with asyncio.timeout(self._wait_s):
                acknowledged = await producer.send_batch(batch, part[0], partition=part[1])
        except Exception as fault:
            self._ended(producer, part, taken if producer else self._waiting.pop(part), fault)
        else:
            self._await(producer, part, taken, acknowledged)

    def _await(self, producer: Any, part: Part, taken: Sequence[_Waiting], acknowledged: asyncio.Future[Any]) -> None:
        timer = asyncio.get_running_loop().call_later(self._wait_s, acknowledged.cancel)

        def ended(future: asyncio.Future[Any]) -> None:
            timer.cancel()
            fault = TimeoutError() if future.cancelled() else future.exception()
            if fault is None:
                base = future.result().offset
                for offset, one in enumerate(taken, base):
                    one.call.stands(one.place, part, offset)
            self._ended(producer, part, taken, fault)

        acknowledged.add_done_callback(ended)

    def _ended(self, producer: Any, part: Part, taken: Sequence[_Waiting], fault: BaseException | None) -> None:
        self._under_way.discard(part)
        if isinstance(fault, AWAY):
            self._begin(self._lost(producer))
            fault = Transient(f"log: {type(fault).__name__}")
        if fault is not None:
            for one in taken:
                one.call.failed(fault)
        self._wake(part)


def _batch(producer: Any, waiting: Sequence[_Waiting]) -> tuple[Any, int]:
    """One batch, and how many of these found room in it."""
    batch = producer.create_batch()
    for number, one in enumerate(waiting):
        if not batch.append(timestamp=None, key=one.key, value=one.value, headers=list(one.headers)) and number:
            return batch, number
    batch.close()
    return batch, len(waiting)
