"""What a measured program reports of itself: one JSON line, from the first batch in hand to the last commit."""

import json
import resource
import sys
import time


def cpu_s() -> float:
    """User and system seconds of this process, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Meter:
    """`first()` when the first batch is in hand, `done()` when the last is committed."""

    def __init__(self) -> None:
        self.began: float | None = None
        self._cpu = 0.0

    def first(self) -> None:
        if self.began is None:
            self.began, self._cpu = time.time(), cpu_s()

    def done(self, records: int, **more: object) -> None:
        """Prints `began` (epoch seconds), `ended`, `cpu_s`, `records` and `rss_kb`."""
        told = {
            "began": self.began,
            "ended": time.time(),
            "cpu_s": cpu_s() - self._cpu,
            "records": records,
            "rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }
        sys.stdout.write(json.dumps(told | more) + "\n")
        sys.stdout.flush()
