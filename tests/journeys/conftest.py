"""One performance of the demo for this whole folder: the system stays up behind it, for what else is tried on it."""

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.channels import Channel
from deploy.local.run import Run
from deploy.local.scenario.calls import Api
from deploy.local.scenario.play import Play, add_integrations
from deploy.local.scenario.played import Outcome
from deploy.local.scenario.script import Script, read_script
from deploy.local.scenario.watch import Watch
from shared.flow.records import Record
from shared.kafka.reading import Reader
from shared.kafka.settings import KafkaSettings

BURST = 120


@dataclass
class Performance:
    """A run with everything that was played on it; `records` and `logs` as they stood when the demo was over."""

    run: Run
    channels: dict[str, Channel]
    script: Script
    outcome: Outcome
    records: list[Record]
    logs: dict[str, bytes]

    def api(self, service: str) -> Api:
        return Api(self.run.url(service))

    def redress(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command line, as ops uses it on this run."""
        command = [str(Path(sys.executable).parent / "redress"), *words]
        return subprocess.run(command, env=self.run.environment, capture_output=True, text=True, check=False)

    def seen(self, true, seconds: float = 30.0) -> Watch:
        """Looks on from the beginning until something is so."""

        async def look() -> Watch:
            watch = Watch(self.run.kafka)
            task = asyncio.create_task(watch.run())
            try:
                assert await watch.until(lambda: true(watch), seconds), "it did not come about in time"
            finally:
                watch.stop()
                await task
            return watch

        return asyncio.run(look())

    def told(self, key: str, text: str = "等了很久没有人来。", **more) -> tuple[int, dict]:
        """One ordinary complaint by the web form."""
        body = {"channel": {"kind": "web"}, "line": "driving_school", "text": text} | more
        answer = self.api("intake").send("POST", "/v1/complaints", self.channels["web-form"].api_key, body, key)
        return answer.status, answer.body


async def everything_on(run: Run) -> list[Record]:
    """Every record of every topic, as they stand now."""
    async with Reader(KafkaSettings(run.kafka, idempotent=False)) as reader:
        return [record async for record in reader.read(await reader.topics())]


@pytest.fixture(scope="session")
def performance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Performance]:
    """The demo, played once; its faults are for the tests to find."""
    script, folder = read_script(), tmp_path_factory.mktemp("journey")
    run = Run(folder / "run", orders=script.orders)
    try:
        run.start()
        channels = add_integrations(run)
        play = Play(run, channels, script, BURST)
        began = time.monotonic()
        outcome = asyncio.run(play.play(lambda act: None))
        outcome.whole_s = time.monotonic() - began
        logs = {log.name: log.read_bytes() for log in run.folder.glob("*.log")}
        yield Performance(run, channels, script, outcome, asyncio.run(everything_on(run)), logs)
    finally:
        run.stop()
        shutil.rmtree(folder, ignore_errors=True)
