"""Integrations of a local run, added the way ops adds them: `redress channels add`."""

import argparse
import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.commands import add
from shared.mongo.client import database
from shared.mongo.registry import Registry


@dataclass(frozen=True)
class Channel:
    """An integration with what it was shown once: its API key, and the secret it signs with."""

    id: str
    api_key: str
    secret: str


def add_channel(mongo_url: str, id: str, *options: str) -> Channel:
    """A new integration; `options` as on the command line (`--line`, `--supplies`)."""
    parser = argparse.ArgumentParser(prog="redress")
    add(parser.add_subparsers(), lambda: Registry(database(mongo_url, "redress_intake"), "integrations"))
    words: Sequence[str] = ["channels", "add", id, *options]
    args = parser.parse_args(words)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = args.run(args)
    if status != 0:
        raise RuntimeError(f"redress channels add {id} ended with {status}")
    told = json.loads(said.getvalue())
    return Channel(id, told["api_key"], told["secret"])
