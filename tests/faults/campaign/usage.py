"""What each part of the system costs: CPU seconds and memory, over every process it was."""

import os
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from deploy.local.processes import Server

TICK = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1_000_000


class Usage:
    """Read now and then; what a process used after the last reading before its end is not counted."""

    def __init__(self) -> None:
        self._cpu: dict[str, dict[int, float]] = defaultdict(dict)
        self._most_mb: dict[str, float] = defaultdict(float)
        self._before = 0.0, time.monotonic()

    def note(self, servers: Mapping[str, Server]) -> float:
        """Takes a reading of every server that runs, and of this process; the processors used since the last one."""
        for name, server in servers.items():
            if server.alive:
                self._read(name.split("-")[0], server.pid)
        self._read("campaign", os.getpid())
        now, whole = time.monotonic(), sum(sum(each.values()) for each in self._cpu.values())
        (before, at), self._before = self._before, (whole, now)
        return (whole - before) / max(0.1, now - at)

    def _read(self, part: str, pid: int) -> None:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
        except OSError:
            return
        self._cpu[part][pid] = (int(fields[11]) + int(fields[12])) / TICK
        self._most_mb[part] = max(self._most_mb[part], int(fields[21]) * PAGE_MB)

    def figures(self, complaints: int) -> dict[str, dict[str, float]]:
        """By part: CPU seconds, CPU milliseconds a complaint, the most memory of one process in MB."""
        return {
            part: {
                "cpu_s": round(sum(each.values()), 1),
                "ms_a_complaint": round(1000 * sum(each.values()) / max(1, complaints), 1),
                "most_mb": round(self._most_mb[part], 0),
            }
            for part, each in sorted(self._cpu.items())
        }
