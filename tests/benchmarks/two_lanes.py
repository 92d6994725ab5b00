"""Both lanes of one service in one process, as deployed, until SIGTERM; then one JSON line of what was decided."""

import argparse
import asyncio
import json
import signal
import sys

import uvloop

from shared.flow.messages import Lane
from shared.flow.stage import Stage
from shared.kafka.log import KafkaLog
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.lifecycle import LANES, collect_seldom
from tests.benchmarks.ours import store_of
from tests.benchmarks.weigher import weigher


async def main(told: argparse.Namespace) -> None:
    stages: dict[Lane, Stage] = {}
    parts: list[KafkaLog | Publisher] = []
    store, switch = await store_of(told.mongo, told.name)
    for lane in LANES:
        publisher = Publisher(KafkaSettings(told.kafka), lane)
        topic = told.standard if lane == "standard" else "redress.intake.express"
        log = KafkaLog(publisher.settings, lane, f"redress.{told.name}.{lane}", [topic], publisher)
        await publisher.start()
        await log.start()
        parts += [log, publisher]
        stages[lane] = Stage(weigher(told.name), lane, log, store, switch, 0)
    stages["standard"].before = stages["express"].status
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, lambda: [stage.stop() for stage in stages.values()])
    collect_seldom()
    await asyncio.gather(*(stage.run() for stage in stages.values()))
    waiting = {lane: log.lag() for lane, log in zip(stages, parts[::2], strict=True) if isinstance(log, KafkaLog)}
    for part in parts:
        await part.stop()
    told_of = {"decided": {lane: stage.status.decided for lane, stage in stages.items()}, "waiting": waiting}
    sys.stdout.write(json.dumps(told_of) + "\n")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--kafka", required=True)
    words.add_argument("--name", required=True)
    words.add_argument("--mongo")
    words.add_argument("--standard", required=True, help="the topic the standard lane reads")
    uvloop.run(main(words.parse_args()))
