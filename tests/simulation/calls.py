"""Calls over HTTP as a client makes them: at some replica, with a time-out, again elsewhere under the same key."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from shared.flow.errors import Transient
from shared.flow.messages import Lane, Reply, Request
from tests.simulation.replica import Replica
from tests.simulation.world import World

PATIENCE_S = 8.0
Work = Callable[[Replica], Awaitable[Any]]
NO_ANSWER = object()


@dataclass(slots=True)
class Told:
    """A request a caller made: whether somebody took it, and every answer it was given."""

    service: str
    thing: str
    id: str
    fingerprint: str
    taken: bool = False
    answers: list[tuple[int, Any]] = field(default_factory=list)


class Calls:
    """What all callers did, for the rules to hold against what stands."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told: dict[tuple[str, str, str, str], Told] = {}
        self.open = 0

    async def once(self, service: str, work: Work, asked: list[str]) -> Any:
        """One call at one replica, noted in `asked`; NO_ANSWER when it does not come, whatever became of it."""
        world = self.world
        live = world.live(service)
        if not live:
            await asyncio.sleep(1.0)
            return NO_ANSWER
        replica = world.rng.choice(live)
        asked.append(replica.name)
        task = world.loop.spawn(replica.process, _answered(work, replica))
        done, _ = await asyncio.wait([task], timeout=PATIENCE_S)
        return task.result() if done else NO_ANSWER

    async def until_taken(self, service: str, work: Work, give_up: float = 0.0) -> Any:
        """Again with growing pauses, at whichever replica; some callers give up."""
        pause, asked = 0.5, list[str]()
        self.open += 1
        try:
            while True:
                answer = await self.once(service, work, asked)
                self.world.counts["asked again elsewhere"] += len(asked) > 1 and asked[-1] != asked[-2]
                if answer is not NO_ANSWER:
                    return answer
                if self.world.rng.random() < give_up:
                    return NO_ANSWER
                await asyncio.sleep(pause * (0.5 + self.world.rng.random()))
                pause = min(pause * 2, 900.0 if service in self.world.down else 30.0)
        finally:
            self.open -= 1

    def note(self, service: str, request: Request) -> Told:
        """The record of one request, by its id and body."""
        key = service, request.thing, request.id, request.fingerprint
        return self.told.setdefault(key, Told(*key))

    async def ask(self, service: str, request: Request, lane: Lane = "standard", again: float = 0.3) -> Reply | None:
        """A request whose answer needs the state; at times repeated though it was answered."""
        told = self.note(service, request)

        async def work(replica: Replica) -> Reply | None:
            return await replica.edge.ask(request, lane)

        reply: Reply | None = None
        while True:
            answer = await self.until_taken(service, work)
            told.taken = True
            if answer is not None:
                reply = answer
                told.answers.append((reply.status, dict(reply.body)))
            if self.world.rng.random() >= again:
                return reply


async def _answered(work: Work, replica: Replica) -> Any:
    """503 with Retry-After is no answer either."""
    try:
        return await work(replica)
    except Transient:
        return NO_ANSWER
