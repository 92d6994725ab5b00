"""`redress up` and `redress down`: everything stays up until told to end, and what ends is started again."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.probes import http_answers
from deploy.local.processes import port_is_free

pytestmark = pytest.mark.timeout(300)

REDRESS = str(Path(sys.executable).parent / "redress")
NAMES = ("partners", "intake", "triage", "compensation", "notify")


class House:
    """A run that stays up, in a folder of its own, on free ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"REDRESS_RUN": str(folder)} | {f"REDRESS_{n.upper()}_PORT": "0" for n in NAMES}

    def redress(self, *words: str) -> str:
        said = subprocess.run([REDRESS, *words], env=self.environment, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stderr
        return said.stdout

    @property
    def ports(self) -> dict[str, int]:
        told = json.loads((self.folder / "up" / "ready.json").read_text())["addresses"]
        return {name: int(re.search(r":(\d+)(/|$)", address)[1]) for name, address in told.items()}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("up"))
    house.redress("up")
    yield house
    house.redress("down")


def until(true: Callable[[], bool], seconds: float = 40.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.2)
    return true()


def test_up_returns_and_everything_answers(house: House) -> None:
    assert all(http_answers(house.ports[name]) for name in NAMES if name != "partners")
    assert "it is up already" in house.redress("up")


def test_ops_find_it_by_its_folder_and_may_add_a_channel(house: House) -> None:
    lanes = [json.loads(line) for line in house.redress("lanes").splitlines()]
    assert {(row["service"], row["lane"]) for row in lanes} >= {("triage", "express"), ("notify", "standard")}
    assert until(lambda: '"state":"running"' in house.redress("lanes").splitlines()[0])
    assert json.loads(house.redress("channels", "add", "web-form"))["api_key"].startswith("rk_web-form_")


def test_a_lane_stopped_by_hand_says_why_until_it_is_resumed(house: House) -> None:
    def triage() -> dict:
        rows = [json.loads(line) for line in house.redress("lanes").splitlines()]
        return next(row for row in rows if (row["service"], row["lane"]) == ("triage", "standard"))

    house.redress("lane", "stop", "triage", "standard", "--reason", "a look at it")
    assert until(lambda: triage()["state"] == "stopped")
    assert triage()["stopped_because"] == "a look at it"
    house.redress("lane", "resume", "triage", "standard")
    assert until(lambda: triage()["state"] == "running")


def test_a_service_that_is_killed_comes_back(house: House) -> None:
    pids = {int(p.name): (p / "cmdline") for p in Path("/proc").iterdir() if p.name.isdigit()}
    keeper = int((house.folder / "up" / "pid").read_text())
    ours = [pid for pid, command in pids.items() if _is(command, b"services.notify") and _parent(pid) == keeper]
    os.kill(ours[0], 9)
    assert until(lambda: not http_answers(house.ports["notify"]), 10)
    assert until(lambda: http_answers(house.ports["notify"]))


def _is(command: Path, name: bytes) -> bool:
    try:
        return name in command.read_bytes()
    except OSError:
        return False


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_down_leaves_nothing_behind(house: House) -> None:
    ports = house.ports
    assert house.redress("down").strip() == "down"
    assert [name for name, port in ports.items() if not port_is_free(port)] == []
    assert house.redress("down").strip() == "nothing is up here"
