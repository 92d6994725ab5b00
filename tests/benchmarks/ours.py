"""One real stage over Apache Kafka, with the real store or with none, until so many records are decided."""

import argparse
import asyncio
import cProfile
from typing import Any

import uvloop

from shared.flow.messages import Lane
from shared.flow.stage import Stage
from shared.kafka.log import KafkaLog
from shared.kafka.publisher import Publisher
from shared.kafka.settings import KafkaSettings
from shared.lifecycle import collect_seldom
from shared.mongo.client import database
from shared.mongo.lanes import MongoSwitch
from shared.mongo.store import MongoStore
from tests.benchmarks.meter import Meter
from tests.benchmarks.nothing import NoStore, NoSwitch
from tests.benchmarks.weigher import weigher


def arguments() -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--kafka", required=True)
    told.add_argument("--name", required=True, help="of the service: its groups and topics follow from it")
    told.add_argument("--count", type=int, required=True)
    told.add_argument("--mongo", help="the store's address; without it the store costs nothing")
    told.add_argument("--most", type=int, help="records per batch")
    told.add_argument("--profile", help="file for cProfile's figures")
    told.add_argument("--loop", choices=("uvloop", "asyncio"), default="uvloop")
    return told.parse_args()


async def main(told: argparse.Namespace) -> None:
    """Decides `count` records and reports."""
    meter, lane = Meter(), Lane.__args__[1]  # type: ignore[attr-defined]
    service = weigher(told.name)
    publisher = Publisher(KafkaSettings(told.kafka), lane)
    topics = [f"redress.intake.{lane}"]
    log = KafkaLog(publisher.settings, lane, f"redress.{told.name}.{lane}", topics, publisher)
    store, switch = await store_of(told.mongo, told.name)
    stage = Stage(service, lane, log, store, switch, 0)
    if told.most:
        stage.pace = type(stage.pace)(most=told.most)
        stage.size = told.most
    fetch = log.fetch

    async def metered(at_most: int, wait_s: float) -> list[Any]:
        records = await fetch(at_most, wait_s)
        if records:
            meter.first()
        return records

    log.fetch = metered  # type: ignore[method-assign]
    collect_seldom()
    await publisher.start()
    await log.start()
    running = asyncio.create_task(stage.run())
    while stage.status.decided + _in_hand(stage) < told.count:
        await asyncio.sleep(0.02)
    stage.stop()
    await running
    meter.done(stage.status.decided, size=stage.size)
    await log.stop()
    await publisher.stop()


def _in_hand(stage: Stage) -> int:
    return stage._outstanding[1].records if stage._outstanding else 0


async def store_of(mongo: str | None, name: str) -> tuple[Any, Any]:
    """The real store and switch, prepared as a service does, or such as cost nothing."""
    if not mongo:
        return NoStore(), NoSwitch()
    base = database(mongo, name)
    store = MongoStore(base, name)
    await store.prepare()
    return store, MongoSwitch(base)


if __name__ == "__main__":
    told = arguments()
    run = uvloop.run if told.loop == "uvloop" else asyncio.run
    if told.profile:
        with cProfile.Profile() as profile:
            run(main(told))
        profile.dump_stats(told.profile)
    else:
        run(main(told))
