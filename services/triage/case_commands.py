"""`redress cases` and `redress case ID`: the queue in its order, and the time line of one case, by triage's HTTP."""

import argparse
import asyncio
import json
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.ops.show import complain, show

FILTERS = ("line", "queue", "owner", "status", "safety", "category", "priority")
COLUMNS = ("reference", "safety", "priority", "due", "line", "category", "queue", "owner", "status", "id")
STEPS = ("at", "what", "who", "why", "rules")


class Console(BaseSettings):
    """Where triage answers and as whom: TRIAGE_URL (or TRIAGE_HOST and TRIAGE_PORT), TRIAGE_TOKEN."""

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", frozen=True, extra="ignore")

    url: str = ""
    host: str = "127.0.0.1"
    port: int = 8002
    token: SecretStr = SecretStr("")


def add_cases(commands: Any) -> None:
    """Adds `redress cases`."""
    parser = commands.add_parser("cases", help="the queue: danger first, then what is due first")
    for name in FILTERS:
        parser.add_argument(f"--{name}", metavar=name.upper())
    parser.add_argument("--all", action="store_true", help="ended cases too")
    parser.add_argument("--limit", type=int, default=100)
    parser.set_defaults(run=_cases)


def add_case(commands: Any) -> None:
    """Adds `redress case ID`."""
    parser = commands.add_parser("case", help="the time line of a case: who, why, and by which rule version")
    parser.add_argument("id", metavar="ID", help="the case's id or its reference")
    parser.set_defaults(run=_case)


class _NotAnswered(Exception):
    """Triage did not answer what was asked; in words."""


async def _ask(path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
    from shared.outbound.client import Provider  # here: every other command starts without an HTTP client

    console = Console()
    token = console.token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    provider = Provider(console.url or f"http://{console.host}:{console.port}", headers=headers)
    try:
        result = await provider.get(path, params)
    finally:
        await provider.close()
    if result.verdict == "done":
        return dict(result.body)
    if result.verdict == "refused":
        raise _NotAnswered(str(result.body.get("detail") or result.body.get("title") or "triage refuses"))
    raise _NotAnswered(f"triage does not answer ({result.body.get('reason', 'away')}); is TRIAGE_URL right?")


def _cases(args: argparse.Namespace) -> int:
    given = {name: getattr(args, name) for name in FILTERS if getattr(args, name)}
    params = {**given, "limit": str(args.limit), "state": "all" if args.all else "open"}
    try:
        found = asyncio.run(_ask("/v1/cases", params))
    except _NotAnswered as fault:
        return complain(fault)
    show(found["cases"], COLUMNS, "Cases")
    return 0


def _case(args: argparse.Namespace) -> int:
    try:
        case = asyncio.run(_one(args.id))
    except _NotAnswered as fault:
        return complain(fault)
    head = f"{case['reference']} · {case['line']} · {case['status']} · {case['safety']} · {case['category']}"
    show([{**entry, "why": _why(entry["why"])} for entry in case["timeline"]], STEPS, head)
    return 0


async def _one(name: str) -> dict[str, Any]:
    """By id, or by the reference people read out."""
    if "-" not in name:
        return await _ask(f"/v1/cases/{name}")
    found = await _ask("/v1/cases", {"reference": name.upper(), "state": "all", "limit": "1"})
    if not found["cases"]:
        raise _NotAnswered("there is no case of this reference")
    return await _ask(f"/v1/cases/{found['cases'][0]['id']}")


def _why(said: Mapping[str, Any]) -> str:
    """What a fact said, short enough for a line."""
    plain = {name: value for name, value in said.items() if value not in (None, "", [], {}) and name != "evidence"}
    return json.dumps(plain, ensure_ascii=False)[1:-1].replace('"', "")
