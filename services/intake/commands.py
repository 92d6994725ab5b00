"""`redress channels`: the integrations that may tell complaints, their keys (shown once) and secrets."""

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

from shared import clock
from shared.flow.errors import Transient
from shared.outbound.signing import new_secret

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Kept(Protocol):
    """Where integrations are kept."""

    async def get(self, id: str) -> dict[str, Any] | None: ...
    async def put(self, id: str, entry: dict[str, Any]) -> None: ...
    async def list(self) -> list[dict[str, Any]]: ...


def _registry() -> Kept:
    # Looked up when it runs: the wiring brings every driver, and the other commands would wait for them.
    kept: Kept = import_module("services.intake.app").registry_of(None)
    return kept


def add(commands: Any, open_registry: Callable[[], Kept] = _registry) -> None:
    """Adds `redress channels` to the command line; settings are INTAKE_*."""
    parser = commands.add_parser("channels", help="the integrations that may tell complaints")
    parts = parser.add_subparsers(dest="channels_command", required=True, metavar="PART")
    one = parts.add_parser("add", help="a new integration; its API key and secret are shown once")
    one.add_argument("id", help="letters, digits and hyphens, like callcentre-east")
    one.add_argument("--name", default="", help="for people; default: the id")
    one.add_argument("--line", action="append", default=[], metavar="LINE", help="may speak for this line only; repeat")
    one.add_argument("--supplies", action="store_true", help="may supply facts about complaints of other channels")
    one.add_argument("--signed", action="store_true", help="HTTP calls without a signature are refused")
    one.add_argument("--rotate", action="store_true", help="a new key and secret; the old secret holds on beside it")
    gone = parts.add_parser("revoke", help="from now on neither key nor secret holds")
    gone.add_argument("id")
    parts.add_parser("list", help="all integrations, without keys and secrets")
    for name, action in (("add", _add), ("revoke", _revoke), ("list", _list)):
        parts.choices[name].set_defaults(run=_runner(action, open_registry))


def _runner(action: Callable[..., Any], open_registry: Callable[[], Kept]) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        try:
            return int(asyncio.run(action(args, open_registry)))
        except Transient as fault:
            print(f"redress channels: {fault}", file=sys.stderr)
            return 1

    return run


async def _add(args: argparse.Namespace, open_registry: Callable[[], Kept]) -> int:
    if not ID.fullmatch(args.id):
        print("redress channels: an id holds lower-case letters, digits and hyphens, at most 40", file=sys.stderr)
        return 2
    from shared.web.auth import new_api_key

    registry = open_registry()
    before = await registry.get(args.id)
    if before is not None and not args.rotate:
        print("redress channels: there is one of this id; --rotate gives it a new key", file=sys.stderr)
        return 1
    key, key_hash = new_api_key(args.id)
    secret = new_secret()
    entry: dict[str, Any] = {
        "name": args.name or args.id,
        "lines": args.line,
        "supplies": args.supplies,
        "signed": args.signed,
        "added_at": clock.now(),
        **(before or {}),
        "key_hash": key_hash,
        "secrets": [secret, *(before or {}).get("secrets", [])[:1]],
        "revoked_at": None,
    }
    await registry.put(args.id, entry)
    _show({**_public(entry | {"_id": args.id}), "api_key": key, "secret": secret})
    return 0


async def _revoke(args: argparse.Namespace, open_registry: Callable[[], Kept]) -> int:
    registry = open_registry()
    entry = await registry.get(args.id)
    if entry is None:
        print("redress channels: there is none of this id", file=sys.stderr)
        return 1
    entry["revoked_at"] = entry.get("revoked_at") or clock.now()
    await registry.put(args.id, entry)
    _show(_public(entry))
    return 0


async def _list(_: argparse.Namespace, open_registry: Callable[[], Kept]) -> int:
    for entry in sorted(await open_registry().list(), key=lambda entry: str(entry["_id"])):
        _show(_public(entry))
    return 0


def _public(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry without its key and secrets."""
    from services.intake.integrations import Integration

    one = Integration.model_validate({**entry, "id": entry["_id"]})
    return one.model_dump(mode="json", exclude={"key_hash", "secrets"})


def _show(value: Mapping[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False))
