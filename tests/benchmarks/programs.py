"""The programs of one sweep, each a process of its own on the same broker, one after the other in a drawn order."""

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.apache import cache_folder
from tests.benchmarks.field import STANDARD, Field
from tests.benchmarks.figures import Rounds, Run
from tests.benchmarks.weigher import complaint

ROOT = Path(__file__).parents[2]
SOURCE = "redress.intake.standard"
RUN_S = 180
PEER = "tests.benchmarks.peers."


@dataclass(frozen=True)
class Program:
    """`module` runs in the project's environment, or in that of the peers; `store`: it is told where the store is."""

    name: str
    module: str
    environment: str = "project"
    store: bool = False

    @property
    def ours(self) -> bool:
        return not self.module.startswith(PEER)

    def python(self) -> str:
        return sys.executable if self.environment == "project" else str(peers_environment())


def peers_environment() -> Path:
    """The interpreter of the peers' environment, made once: some of them pin what the project has newer."""
    home = cache_folder() / "peers"
    python = home / "bin" / "python"
    ready = home / ".ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        wanted = Path(__file__).parent / "peers" / "requirements.txt"
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", str(wanted)], check=True)
        ready.touch()
    return python


class Sweeps:
    """Runs programs over the same records again and again; a run that does not tell every record is an error."""

    def __init__(self, kafka: str, count: int, mongo: str | None = None) -> None:
        self.field, self.count, self.mongo = Field(kafka), count, mongo
        self._number = 0

    def fill(self) -> None:
        self.field.fill(SOURCE, STANDARD, self.count, complaint)

    def sweep(self, programs: Sequence[Program], rounds: Rounds, again: int) -> None:
        """`again` rounds, each in an order of its own, one line per run."""
        for number in range(again):
            for program in random.sample(programs, len(programs)):
                run = self.run(program)
                rounds.add(program.name, run)
                print(f"  round {number + 1}  {program.name:34} {run.rate:9,.0f}/s {run.cpu_us:7.1f} us", flush=True)

    def run(self, program: Program) -> Run:
        self._number += 1
        name = f"b{self._number}{random.randrange(10**6)}"
        self.field.run_topics(name)
        target, group = f"redress.{name}.standard", f"redress.{name}.standard"
        command = [program.python(), "-m", program.module]
        if program.ours:
            command += ["--kafka", self.field.bootstrap, "--name", name, "--count", str(self.count)]
            command += ["--mongo", str(self.mongo)] if program.store else []
        else:
            command += [self.field.bootstrap, SOURCE, target, group, str(self.count)]
            command += [str(self.mongo), name] if program.store else []
        ended = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S)
        if ended.returncode:
            raise RuntimeError(f"{program.name} failed: {ended.stderr[-2000:]}")
        told = json.loads(ended.stdout.strip().splitlines()[-1])
        out = self.field.out(target, SOURCE, group)
        if (out.records, out.committed) != (self.count, self.count):
            raise RuntimeError(f"{program.name} told {out.records} and committed {out.committed} of {self.count}")
        took = out.newest_s - told["began"]
        return Run(self.count / took, told["cpu_s"] / self.count * 1e6, told["rss_kb"] / 1024)
