"""`redress channels`: keys are shown once, rotated with overlap, and revoked."""

import argparse
import asyncio
import json

from services.intake.commands import add
from services.intake.integrations import Integrations
from shared import clock
from shared.flow.errors import Transient
from shared.web.auth import API_KEY


class Kept:
    def __init__(self, away: bool = False) -> None:
        self.entries: dict[str, dict] = {}
        self.away = away

    async def get(self, id):
        if self.away:
            raise Transient("store away")
        return dict(self.entries[id]) if id in self.entries else None

    async def put(self, id, entry):
        self.entries[id] = {**entry, "_id": id}

    async def list(self):
        return list(self.entries.values())


def run(kept: Kept, *words: str) -> int:
    parser = argparse.ArgumentParser()
    add(parser.add_subparsers(), lambda: kept)
    args = parser.parse_args(["channels", *words])
    return args.run(args)


def knows(kept: Kept, key: str) -> bool:
    id, secret = API_KEY.fullmatch(key).groups()
    return asyncio.run(Integrations(kept.list).by_key(id, secret)) is not None


def test_a_key_is_shown_once_and_kept_as_a_hash(capsys):
    kept = Kept()
    assert run(kept, "add", "hotline", "--name", "Hotline", "--line", "driving_school", "--supplies") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["lines"], shown["supplies"]) == (["driving_school"], True)
    assert knows(kept, shown["api_key"]) and shown["api_key"].split("_")[2] not in str(kept.entries)
    assert run(kept, "list") == 0
    listed = capsys.readouterr().out
    assert "hotline" in listed and shown["secret"] not in listed and kept.entries["hotline"]["key_hash"] not in listed


def test_a_rotation_ends_the_old_key_and_keeps_the_old_secret_beside_the_new(capsys):
    kept = Kept()
    run(kept, "add", "hotline")
    first = json.loads(capsys.readouterr().out)
    assert run(kept, "add", "hotline") == 1
    capsys.readouterr()
    assert run(kept, "add", "hotline", "--rotate") == 0
    second = json.loads(capsys.readouterr().out)
    assert knows(kept, second["api_key"]) and not knows(kept, first["api_key"])
    assert kept.entries["hotline"]["secrets"] == [second["secret"], first["secret"]]


def test_a_revoked_one_is_let_in_no_more(capsys):
    kept = Kept()
    run(kept, "add", "hotline")
    key = json.loads(capsys.readouterr().out)["api_key"]
    assert run(kept, "revoke", "hotline") == 0
    assert not knows(kept, key) and kept.entries["hotline"]["revoked_at"] <= clock.now()
    assert run(kept, "revoke", "nobody") == 1


def test_wrong_use_and_a_store_that_is_away_are_told_in_a_sentence(capsys):
    assert run(Kept(), "add", "Not An Id") == 2
    assert run(Kept(away=True), "add", "hotline") == 1
    assert "Traceback" not in capsys.readouterr().err
