"""Finding the system that `redress up` started in this folder: its settings, unless the environment has others."""

import os
from pathlib import Path

FOLDER, FILE = "up", "environment"


def run_folder() -> Path:
    """Where local runs keep their files: `REDRESS_RUN`, default `.run`."""
    return Path(os.environ.get("REDRESS_RUN") or ".run")


def find_running() -> None:
    """Takes over what the running system was told; what the environment says itself is left as it is."""
    try:
        lines = (run_folder() / FOLDER / FILE).read_text("utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)
