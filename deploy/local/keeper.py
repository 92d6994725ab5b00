"""`python -m deploy.local.keeper FOLDER`: holds a local run; what ends is started again, as a supervisor would."""

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.local.channels import Channel
from deploy.local.environment import RunSettings
from deploy.local.processes import NotStarted
from deploy.local.run import Run
from shared.ops.running import FILE

PID, READY = "pid", "ready.json"
ROLES = ("agent", "investigator", "manager")
FIRST = """  curl -s {intake}/v1/complaints -H 'Authorization: Bearer {key}' \\
    -H 'Content-Type: application/json' -H 'Idempotency-Key: first-1' \\
    -d '{{"channel": {{"kind": "web"}}, "line": "driving_school", "text": "约了两个小时，只练了一个半小时。"}}'
"""


def keep(folder: Path, ready: Callable[[dict[str, Any]], None]) -> int:
    """Runs everything in `folder`, made anew, until SIGTERM or SIGINT; 1 when it cannot start or the pair ends."""
    ending = _Ending()
    shutil.rmtree(folder, ignore_errors=True)
    run = Run(folder, RunSettings().ports())
    (folder / PID).write_text(str(os.getpid()), "ascii")
    try:
        run.start()
        told = _tell(run, run.add_channel("local", "--supplies"))
        ready(told)
        ending.started = True
        return _watch(run, ending)
    except KeyboardInterrupt:
        return 0
    except NotStarted as fault:
        print(fault, file=sys.stderr)
        return 1
    finally:
        run.stop()
        for name in (READY, FILE, PID):
            (folder / name).unlink(missing_ok=True)


class _Ending(threading.Event):
    """Set by SIGTERM or SIGINT; while everything is still starting they cut the start short."""

    def __init__(self) -> None:
        super().__init__()
        self.started = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told)

    def _told(self, *_: Any) -> None:
        self.set()
        if not self.started:
            raise KeyboardInterrupt


def _tell(run: Run, channel: Channel) -> dict[str, Any]:
    """Writes down what others need to find this run: settings, tokens, addresses."""
    tokens = run.folder / "tokens"
    tokens.mkdir()
    for role in ROLES:
        (tokens / role).write_text(run.keys.staff.token(f"{role}-1", [role]), "ascii")
    settings = run.folder / FILE
    settings.touch(mode=0o600)
    settings.write_text("".join(f"{name}={value}\n" for name, value in sorted(run.ops().items())), "utf-8")
    addresses = {name: run.url(name) for name in (*run.services, "partners")}
    told = {
        "addresses": {**addresses, "kafka": run.kafka, "mongo": run.mongo},
        "api_key": channel.api_key,
        "tokens": str(tokens),
        "logs": str(run.folder),
        "first": FIRST.format(intake=addresses["intake"], key=channel.api_key),
    }
    aside = run.folder / f"{READY}.new"
    aside.write_text(json.dumps(told), "utf-8")
    aside.rename(run.folder / READY)
    return told


def _watch(run: Run, ending: threading.Event) -> int:
    """A service that ends is started again; without the broker's memory there is nothing to go on with."""
    while not ending.wait(1.0):
        for server in run.services.values():
            if not server.alive:
                print(f"{server.name} ended with {server.exit_code}: started again", file=sys.stderr, flush=True)
                server.spawn()
        if not (run.broker.alive and run.store.alive):
            print("the broker or the store ended, and with it the run", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(keep(Path(sys.argv[1]), lambda told: None))
