"""`redress topics`: every topic with its rate, end and the lag of each group that reads it."""

import argparse
import asyncio
import time
from collections.abc import Mapping
from typing import Any

from shared.flow.records import Part
from shared.ops.app import Running, on_running
from shared.ops.show import show

SAMPLE_S = 1.0
Spans = Mapping[Part, tuple[int, int]]


def topics(args: argparse.Namespace) -> int:
    """Runs `redress topics`."""
    return on_running(lambda running: _topics(running, args))


async def _topics(running: Running, args: argparse.Namespace) -> int:
    names = await running.reader.topics()
    before, began = await running.reader.spans(names), time.monotonic()
    await asyncio.sleep(SAMPLE_S)
    after, seconds = await running.reader.spans(names), time.monotonic() - began
    groups = await running.committed(after)
    rows = [row for row in topic_rows(before, after, groups, seconds) if args.all or row["end"]]
    show(rows, ("topic", "partitions", "end", "per_second", "lag"), "Topics")
    return 0


def topic_rows(
    before: Spans, after: Spans, groups: Mapping[str, Mapping[Part, int]], seconds: float
) -> list[dict[str, Any]]:
    """One row a topic; `lag` by group, in records."""
    rows = []
    for topic in sorted({topic for topic, _ in after}):
        parts = [part for part in after if part[0] == topic]
        came = sum(after[part][1] - before.get(part, after[part])[1] for part in parts)
        rows.append(
            {
                "topic": topic,
                "partitions": len(parts),
                "end": sum(after[part][1] for part in parts),
                "per_second": round(came / seconds, 1),
                "lag": lags(parts, after, groups),
            }
        )
    return rows


def lags(parts: list[Part], spans: Spans, groups: Mapping[str, Mapping[Part, int]]) -> dict[str, int]:
    """What waits for each group that has read these partitions."""
    found = {}
    for group, at in groups.items():
        if any(part in at for part in parts):
            waiting = (spans[part][1] - at.get(part, spans[part][0]) for part in parts)
            found[group.removeprefix("redress.")] = sum(max(0, each) for each in waiting)
    return found
