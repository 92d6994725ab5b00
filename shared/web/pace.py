"""What one replica remembers of the last callers; a help of its own, nothing hangs on it."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from shared.web.problems import Problem

MOST_ADDED, WITHIN_S = 60, 3600.0
REMEMBERED = 20_000


@dataclass
class Remembered:
    """The last things seen here, each with a value."""

    values: OrderedDict[str, Any] = field(default_factory=OrderedDict)

    def put(self, key: str, value: Any) -> Any:
        """Puts a value and returns the one before."""
        before = self.values.pop(key, None)
        self.values[key] = value
        if len(self.values) > REMEMBERED:
            self.values.popitem(last=False)
        return before


@dataclass
class Pace:
    """How much is added to one complaint: a complaint is a bounded document."""

    recent: Remembered = field(default_factory=Remembered)

    def keep(self, complaint: str) -> None:
        """Problem 429 when too much is added to it in an hour."""
        now = time.monotonic()
        recent = [at for at in self.recent.values.get(complaint, ()) if now - at < WITHIN_S]
        self.recent.put(complaint, [*recent, now][-MOST_ADDED - 1 :])
        if len(recent) >= MOST_ADDED:
            raise Problem("too-many-requests", "too much was added to this complaint", headers={"Retry-After": "600"})
