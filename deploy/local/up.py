"""`redress up` and `redress down`: a keeper process holds the servers and services until it is told to end."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from deploy.local import keeper
from shared.ops.running import FOLDER, run_folder

START_S, STOP_S = 90.0, 40.0


def folder() -> Path:
    """The folder of the run that stays up."""
    return run_folder() / FOLDER


def up(args: argparse.Namespace) -> int:
    """Starts the keeper and shows the addresses; with --foreground this process is the keeper."""
    if kept() is not None:
        _show(json.loads((folder() / keeper.READY).read_text("utf-8")), "it is up already")
        return 0
    if args.foreground:
        return keeper.keep(folder(), lambda told: _show(told, "up; Ctrl-C ends it"))
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / keeper.READY).unlink(missing_ok=True)
    with (run_folder() / "keeper.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.keeper", str(folder())],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    told = _wait_ready(child)
    if told is None:
        print((run_folder() / "keeper.log").read_text("utf-8")[-3000:], file=sys.stderr)
        print("redress up: it did not start", file=sys.stderr)
        return 1
    _show(told, "up; make down ends it")
    return 0


def _wait_ready(child: "subprocess.Popen[bytes]") -> dict[str, Any] | None:
    until = time.monotonic() + START_S
    ready = folder() / keeper.READY
    while time.monotonic() < until and child.poll() is None:
        if ready.exists():
            told: dict[str, Any] = json.loads(ready.read_text("utf-8"))
            return told
        time.sleep(0.05)
    if child.poll() is None:
        child.terminate()
    return None


def down(_: argparse.Namespace) -> int:
    """Ends the keeper, and with it all it holds."""
    pid = kept()
    if pid is None:
        print("nothing is up here")
        return 0
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_S
    while kept() is not None:
        if time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
            print("redress down: it did not end in time and was killed", file=sys.stderr)
            return 1
        time.sleep(0.05)
    print("down")
    return 0


def kept() -> int | None:
    """The keeper's process id while it lives."""
    try:
        pid = int((folder() / keeper.PID).read_text("ascii"))
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    command = Path(f"/proc/{pid}/cmdline")
    if command.exists() and b"deploy.local.keeper" not in command.read_bytes() and b"up" not in command.read_bytes():
        return None  # the number went to another process
    return pid


def _show(told: dict[str, Any], how: str) -> None:
    print(f"Redress is {how}\n")
    for name, address in told["addresses"].items():
        print(f"  {name:<14}{address}")
    print(f"\n  API key       {told['api_key']}\n  staff tokens  {told['tokens']}\n  logs          {told['logs']}\n")
    print("A first complaint:\n")
    print(told["first"])
