"""`redress rewind`: a service whose store was restored reads again what came since the copy, under new numbers."""

import argparse
import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime

from shared import clock
from shared.flow.records import Part, Record
from shared.flow.telling import EPOCH
from shared.ops.app import LANES, Running, on_running
from shared.ops.lanes import states_of
from shared.ops.show import advise, complain, show


class Since:
    """What one pass over the log finds: where each partition begins since a time, and a teller's highest number."""

    def __init__(self, service: str, to: datetime) -> None:
        self.service, self.to = service, to
        self.firsts: dict[Part, int] = {}
        self.highest = 0

    def take(self, record: Record) -> None:
        if record.time >= self.to and not record.unreadable:  # of one nobody could read nobody knows the time
            self.firsts[record.part] = min(self.firsts.get(record.part, record.offset), record.offset)
        open_to_senders = record.topic.startswith("redress.channels.")  # where anybody may claim any number
        if (record.header("ce_teller") or b"") == self.service.encode() and not open_to_senders:
            number = record.header("ce_sequence") or b""
            self.highest = max(self.highest, int(number) if number.isdigit() and len(number) < 20 else 0)

    def epoch(self, stored: int) -> int:
        """The next one: above the store's, and above any that facts on the log were numbered in."""
        return max(stored, self.highest // EPOCH) + 1

    def back(self, committed: Mapping[Part, int]) -> dict[Part, int]:
        """The offsets of a group that read past that time; the others stay."""
        return {part: self.firsts[part] for part, at in committed.items() if self.firsts.get(part, at) < at}


def groups_of(service: str) -> Iterable[str]:
    """The groups a service reads by."""
    return [f"redress.{service}{of}.{lane}" for of in ("", ".effects") for lane in LANES]


def run(args: argparse.Namespace) -> int:
    """Runs `redress rewind SERVICE --to TIME`."""
    return on_running(lambda running: _rewind(running, args.service, args.to))


async def _rewind(running: Running, service: str, to: datetime) -> int:
    if await asyncio.to_thread(states_of, running.settings[service]):
        return complain(f"{service} answers: stop every replica of it, then rewind, then start it")
    topics = await running.reader.topics()
    since = Since(service, to)
    async for record in running.reader.read(topics):
        since.take(record)
    epoch = since.epoch(await running.epoch(service))
    await running.set_epoch(service, epoch)  # first: numbers too high do no harm, used ones do
    rows = []
    groups = await running.committed(await running.reader.spans(topics))
    for group in groups_of(service):
        back = since.back(groups.get(group, {}))
        if back:
            await running.set_offsets(service, group, back)
        rows += [{"group": group, "topic": topic, "partition": number, "from": groups[group][topic, number], "to": at}
                 for (topic, number), at in sorted(back.items())]  # fmt: skip
    show([{"service": service, "epoch": epoch, "to": clock.wire(to), "partitions": len(rows)}, *rows],
         ("service", "epoch", "group", "topic", "partition", "from", "to"), "Rewound")  # fmt: skip
    advise(f"before you start {service}: `redress lane stop {service} standard`; resume it once express has no lag, "
           "so that danger is decided again before anything else")  # fmt: skip
    return 0
