"""What lies between a process and its servers: time passes, answers are lost, and anything may be killed meanwhile."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.flow.errors import Transient
from shared.testing.virtual import Process, VirtualLoop

T = TypeVar("T")
Both = tuple[Callable[[], Any], Callable[[], Any]]
Halves = Callable[[], Both]

FATES = ("fail", "lost", "late", "slow", "slow answer", "die before", "die after", "die with it in flight", "die soon",
         "freeze before", "freeze after", "rebalance")  # fmt: skip


@dataclass(slots=True)
class Weather:
    """How bad it is: the chance that a call goes wrong, how, and how many may go wrong in all."""

    chance: float = 0.0
    fates: Sequence[str] = ()
    left: int = 0
    latency_s: float = 0.004


class Net:
    """Every call of a process to a server. `on_fate` tells the world of kills, freezes and rebalances."""

    def __init__(self, loop: VirtualLoop, rng: random.Random, weather: Weather) -> None:
        self.loop, self.rng, self.weather = loop, rng, weather
        self.on_fate: Callable[[str, Process, str, float], None] = lambda *_: None
        self.spent: list[tuple[float, str, str, str]] = []

    async def read(self, process: Process, kind: str, apply: Callable[[], T]) -> T:
        """As `call`, for what changes nothing: an answer lost is as good as not asked."""
        return await self.call(process, kind, apply, _no_halves)

    async def call(self, process: Process, kind: str, apply: Callable[[], T], halves: Halves | None = None) -> T:
        """`apply` happens at one moment on the server; what it returns or raises is the answer.

        What can be done by halves gives the two: the first is done, the second lost or still in flight.
        """
        fate = self._fate()
        answer: asyncio.Future[T] = self.loop.create_future()
        delay = self.rng.random() * self.weather.latency_s
        if fate is None:
            self.loop.after(delay, _land, answer, apply)
        else:
            self.spent.append((round(self.loop.time(), 3), fate, process.name, kind))
            self._go_wrong(fate, process, kind, delay, answer, apply, halves)
        return await answer

    def _fate(self) -> str | None:
        weather = self.weather
        if weather.left <= 0 or self.rng.random() >= weather.chance:
            return None
        weather.left -= 1
        return self.rng.choice(weather.fates)

    def _go_wrong(
        self, fate: str, process: Process, kind: str, delay: float, answer: "asyncio.Future[Any]", apply: Any,
        halves: Halves | None,
    ) -> None:  # fmt: skip
        after = self.loop.after
        first, rest = halves() if halves else (apply, apply)
        long = self.rng.random() ** 3 * 60
        if fate == "fail":
            after(delay + long / 6, _refuse, answer, kind)
        elif fate == "lost":
            after(delay, _alone, first)
            after(delay + long / 6, _refuse, answer, kind)
        elif fate == "late":
            if halves:
                after(delay, _alone, first)
            after(delay, _refuse, answer, kind)
            after(delay + long / 10, _alone, rest)
        elif fate == "slow":
            after(delay + long / 6, _land, answer, apply)
        elif fate == "slow answer":
            after(delay, self._land_late, answer, apply, long / 6)
        elif fate == "rebalance":
            after(delay, self._land_late, answer, apply, self.rng.random() * 3)
            after(delay, self.on_fate, fate, process, kind, long)
        else:
            when = 0.0 if fate in ("die before", "die with it in flight", "freeze before") else delay
            after(when, self.on_fate, fate, process, kind, long)
            if fate != "die before":
                after(delay + (0.01 if fate == "die with it in flight" else 0.0), _land, answer, apply)

    def _land_late(self, answer: "asyncio.Future[Any]", apply: Callable[[], Any], pause_s: float) -> None:
        """Done now; that is heard after a pause, in which the world goes on."""
        done: asyncio.Future[Any] = self.loop.create_future()
        _land(done, apply)
        self.loop.after(pause_s, _pass_on, done, answer)


def _pass_on(done: "asyncio.Future[Any]", answer: "asyncio.Future[Any]") -> None:
    fault = done.exception()
    if not answer.done():
        answer.set_result(done.result()) if fault is None else answer.set_exception(fault)


def _land(answer: "asyncio.Future[Any]", apply: Callable[[], Any]) -> None:
    try:
        result = apply()
    except Transient as fault:
        if not answer.done():
            answer.set_exception(fault)
        return
    if not answer.done():
        answer.set_result(result)


def _alone(apply: Callable[[], Any]) -> None:
    """Done, and nobody hears of it."""
    try:
        apply()
    except Transient:
        return


def _refuse(answer: "asyncio.Future[Any]", kind: str) -> None:
    if not answer.done():
        answer.set_exception(Transient(f"{kind}: no answer"))


def _nothing() -> None:
    return


def _no_halves() -> Both:
    return _nothing, _nothing
