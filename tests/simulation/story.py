"""The story of the thing a seed broke: what came, what was decided, written, told, and what befell, in order."""

from collections.abc import Iterable
from typing import Any

import orjson

from shared.flow.records import Record
from tests.simulation.run import Outcome, run
from tests.simulation.seen import marks

EVERYBODYS = (
    "kill",
    "freeze",
    "thaw",
    "start",
    "trouble",
    "log",
    "store",
    "lane",
    "lane stopped",
    "expelled",
    "grow",
    "drain",
    "rebalance",
    "calm",
)


def told(seed: int, thing: str | None = None, **how: Any) -> Iterable[str]:
    """Runs the seed again and tells what it broke; of `thing`, or of the first thing that broke."""
    outcome = run(seed, story=True, **how)
    about = thing if thing is not None else next((broken for broken, _ in outcome.broken if broken), "")
    yield f"seed {seed}: {len(outcome.broken)} broken"
    for broken, why in outcome.broken:
        yield f"  {broken or '-'}: {why}"
    yield f"the story of {about or 'everybody'}:"
    yield from lines(outcome, about)


def lines(outcome: Outcome, about: str) -> Iterable[str]:
    """One line for each thing that happened to it, and for what happened to everybody."""
    assert outcome.world is not None
    calls = [(at, "call", *what) for at, *what in outcome.world.net.spent]
    for at, kind, *what in sorted([*(outcome.world.story or []), *calls], key=lambda line: line[0]):
        if kind == "append":
            if not about or _concerns(what[0], about):
                yield f"{at:12.3f}  append    {_of(what[0])}"
        elif kind == "write":
            service, old, new = what
            if not about or new["_id"] == about:
                yield f"{at:12.3f}  write     {service} {_change(old, new)}"
        elif kind in EVERYBODYS or kind == "call" or about in what or not about:
            yield f"{at:12.3f}  {kind:9} {' '.join(map(str, what))}"


def _concerns(record: Record, about: str) -> bool:
    return about in _headers(record).get("ce_subject", "") or (record.key or b"").decode(errors="replace") == about


def _headers(record: Record) -> dict[str, str]:
    return {name: value.decode(errors="replace") for name, value in record.headers}


def _of(record: Record) -> str:
    headers = _headers(record)
    data: Any = {}
    try:
        data = orjson.loads(record.value or b"{}")
    except orjson.JSONDecodeError:
        data = "not JSON"
    said = data.get("happened", data) if isinstance(data, dict) else data
    name = headers.get("ce_type", "-").removeprefix("redress.")
    number = f" #{headers['ce_sequence']}" if "ce_sequence" in headers else ""
    at = f"{record.topic.removeprefix('redress.')}/{record.partition}/{record.offset}"
    return f"{at} {record.time:%H:%M:%S.%f} {name}{number} {headers.get('ce_id', '')[:40]} {str(said)[:160]}"


def _change(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What a write changed, in the flow's own words."""
    decided = marks(new)[len(marks(old)) :]
    parts = [f"{new['_id'][:8]} v{old.get('v', 0)}→{new['v']} {new['lane']} told {old.get('told', 0)}→{new['told']}"]
    parts += [f"decided {decided}"] if decided else []
    before, now = _groups(old), _groups(new)
    parts += [f"replay +{sorted(now - before)} -{sorted(before - now)}"] if before != now else []
    if old.get("clocks", {}) != new["clocks"]:
        parts.append(f"clocks {sorted(new['clocks'])}")
    return "; ".join(parts)


def _groups(document: dict[str, Any]) -> set[str]:
    return {f"{g['topic'].removeprefix('redress.')}/{g['partition']}/{g['offset']}" for g in document.get("replay", ())}
