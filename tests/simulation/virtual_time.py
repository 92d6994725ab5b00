"""The flow's own clocks for a run: monotonic time is the loop's, and a slice of work may seem long."""

import contextlib
import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import structlog

from shared.flow import batch, edge, ticks
from shared.testing.virtual import VirtualLoop


class _Monotonic:
    def __init__(self, loop: VirtualLoop, jitter_s: float = 0.0) -> None:
        self.loop, self.jitter_s, self.rng = loop, jitter_s, random.Random(7)

    def monotonic(self) -> float:
        return self.loop.time() + (self.rng.random() * self.jitter_s if self.jitter_s else 0.0)


@contextlib.contextmanager
def virtual_time(loop: VirtualLoop) -> Iterator[None]:
    """While it holds, the flow measures by the loop; with the jitter a batch now and then lets others run."""
    clocks: dict[ModuleType, Any] = {
        batch: _Monotonic(loop, 2.5 * batch.SLICE_S), edge: _Monotonic(loop), ticks: _Monotonic(loop),
    }  # fmt: skip
    before = {module: module.time for module in clocks}  # type: ignore[attr-defined]
    for module, shown in clocks.items():
        module.time = shown  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module, shown in before.items():
            module.time = shown  # type: ignore[attr-defined]


@contextlib.contextmanager
def quiet_logs() -> Iterator[None]:
    """Faults are made on purpose here: nobody wants to read of each."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    try:
        yield
    finally:
        structlog.configure(**before)
