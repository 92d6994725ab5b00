"""The declared states of a lane, and the watchdog that ends a process that stands still for no reason."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from shared.flow.messages import Lane

LIVELY_S = 0.2
LaneState = Literal["starting", "running", "waiting", "stopped", "draining"]


class Switch(Protocol):
    """Where a stopped lane is remembered over restarts."""

    async def stopped(self, lane: Lane) -> str | None:
        """Why a lane is stopped; None when it runs. Transient when not known."""

    async def stop(self, lane: Lane, reason: str) -> None:
        """Stops a lane until somebody resumes it."""


@dataclass(slots=True)
class LaneStatus:
    """What a lane does now. `waiting` and `stopped` are declared; standing still in any other state is a defect.

    `untold`: a batch was taken and what it tells is not acknowledged yet; a courtesy to this lane, nothing hangs on it.
    """

    lane: Lane
    state: LaneState = "starting"
    reason: str = ""
    progress_at: float = field(default_factory=time.monotonic)
    decided: int = 0
    in_hand: int = 0
    untold: bool = False
    took_at: float = -LIVELY_S

    def takes(self, records: int) -> None:
        """A batch is in hand: the log no longer counts it as waiting, and yet nothing is done about it."""
        self.in_hand, self.untold, self.took_at = records, True, time.monotonic()

    @property
    def lively(self) -> bool:
        """Whether it took something a moment ago: more may be on its way, and nobody here can see it yet."""
        return self.untold or time.monotonic() - self.took_at < LIVELY_S

    def running(self, records: int) -> None:
        self.state, self.reason, self.in_hand, self.untold = "running", "", 0, False
        self.decided += records
        self.progress_at = time.monotonic()

    def waits(self, reason: str) -> None:
        self.state, self.reason, self.untold = "waiting", reason, False
        self.progress_at = time.monotonic()

    def stops(self, reason: str) -> None:
        self.state, self.reason, self.untold = "stopped", reason, False
        self.progress_at = time.monotonic()

    def stuck(self, lag: int, after_s: float) -> bool:
        """Work and no progress for too long, neither waiting nor stopped: crash only."""
        standing = time.monotonic() - self.progress_at
        return lag + self.in_hand > 0 and standing > after_s and self.state in ("starting", "running", "draining")


@dataclass(slots=True)
class DeadLetterLimit:
    """Too many that could not be read or decided, in a row or by share of the last: not the records are wrong."""

    in_a_row: int = 50
    share: float = 0.2
    of_last: int = 500
    _row: int = 0
    _recent: deque[bool] = field(default_factory=deque)

    def forget(self) -> None:
        """The lane was stopped by this count: once a person resumes it, it counts anew."""
        self._row = 0
        self._recent.clear()

    def count(self, failed: Sequence[bool]) -> str | None:
        """Counts a batch, one flag per record; the reason to stop, or None."""
        longest = self._row
        for one in failed:
            self._row = self._row + 1 if one else 0
            longest = max(longest, self._row)
        self._recent.extend(failed)
        while len(self._recent) > self.of_last:
            self._recent.popleft()
        if longest >= self.in_a_row:
            return f"{longest} records in a row could not be read or decided"
        lost = sum(self._recent)
        if len(self._recent) == self.of_last and lost > self.share * self.of_last:
            return f"{lost} of the last {self.of_last} records could not be read or decided"
        return None
