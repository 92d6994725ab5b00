"""A spoiled table is refused at a line or loads and decides; nothing else ever happens."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.compensation.tables import CannotAssess, assess, tables_of
from shared.policy.faults import PackFaults
from shared.policy.packs import SHIPPED
from shared.policy.policy import Policy
from shared.policy.source import Source, parse_source
from tests.services.compensation.tables.spaces import SPACES, some_facts
from tests.services.compensation.tables.writing import ON, pack_of_sources

FILES = sorted(SHIPPED.glob("*/tables/*.yaml"))
ROUNDS = 60
SCRAPS = (
    "price", "none", "given", "any", "yes", "0", "-1", "25%", "400%", "1e9", "''", "[]", "{}", "null", "48 h", "5 EUR",
    "..", "60..", "..<", ">=", "&a", "*a", "!!python/object:os.system", "\t", "\u0000", "'", '"', ":", "- ", "#", "{{",
    "}", "{share: 25%, of: price}", "{minus: []}", "{by: price, is: {}}", "{table: x, take: refund}",
    "9" * 40, "长", "not x",
)  # fmt: skip

VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 7, 10**17, "", "none", "given", "x", "25%", "300%", "5 EUR", "2 h", "at least 3", "60..",
    "not yes",     [], {}, [1, 2], ["a"], {"share": "25%", "of": "price"}, {"times": [2, 3]}, {"minus": ["price"]},
    {"divide": 1, "by": 0}, {"each": 1, "per": 0, "of": 5}, {"from": "started", "to": "ended", "in": "hour"},
    {"table": "eu_rail.delay", "take": "compensation", "with": {"price": 5}}, {"value": 3, "at_least": "x"},
    {"value": {"value": {"value": 1}}}, {"value": 3, "rounded": "up 0"}, {"by": "price", "is": {"any": 1}},
    {"by": [], "is": []}, {"one_of": []}, {"one_of": ["refund", "refund"]}, {"refund": {}},
)  # fmt: skip


def spoiled(text: str, chance: random.Random) -> str:
    """The text with one to three small accidents."""
    for _ in range(chance.randint(1, 3)):
        lines = text.split("\n")
        at = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 2:
                lines[at] = lines[at][chance.randrange(5) :]
            case 3:
                words = lines[at].split(" ")
                words[chance.randrange(len(words))] = chance.choice(SCRAPS)
                lines[at] = " ".join(words)
            case 4:
                head, colon, _ = lines[at].partition(": ")
                lines[at] = head + colon + chance.choice(SCRAPS)
            case _:
                cut = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + chance.choice(SCRAPS) + lines[at][cut + chance.randrange(4) :]
        text = "\n".join(lines)
    return text


def replaced(data: Any, chance: random.Random, seen: list[Any]) -> Any:
    """The data with one value somewhere inside exchanged for another, or for a scrap."""
    if isinstance(data, (dict, list)) and data and chance.random() < 0.85:
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
        key = chance.choice(keys)
        copy = data.copy()
        if chance.random() < 0.05:
            del copy[key]
        else:
            copy[key] = replaced(data[key], chance, seen)
        return copy
    return chance.choice(seen) if chance.random() < 0.5 else chance.choice(VALUES)


def everything(data: Any) -> list[Any]:
    """Every value inside, at any depth."""
    inside = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [data, *(deeper for value in inside for deeper in everything(value))]


def tried(path: Path, chance: random.Random, source: Source) -> bool:
    """Whether the spoiled table was refused, each fault with its place; where it was not, it decides."""
    try:
        tables = tables_of(Policy([pack_of_sources(source)]))
    except PackFaults as fault:
        assert all(f.line >= 1 and f.what and f.mend for f in fault.faults)
        return True
    for id in tables.ids:
        try:
            assess(tables, id, some_facts(id, chance) if id in SPACES else {}, ON)
        except CannotAssess as fault:
            assert fault.detail
    return False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_spoiled_text_is_refused_with_a_position_or_decides(path: Path) -> None:
    text, chance = path.read_text(encoding="utf-8"), random.Random(path.stem)
    refused = 0
    for _ in range(ROUNDS):
        changed = spoiled(text, chance).encode()
        try:
            refused += tried(path, chance, parse_source(changed, path.name))
        except PackFaults as fault:
            refused += 1
            assert all(f.line >= 1 and f.what and f.mend for f in fault.faults)
    assert refused > ROUNDS // 4


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exchanged_values_are_refused_with_a_position_or_decide(path: Path) -> None:
    source, chance = parse_source(path.read_bytes(), path.name), random.Random(path.stem)
    seen = everything(source.data)
    refused = 0
    for _ in range(ROUNDS):
        data = source.data
        for _ in range(chance.randint(1, 3)):
            data = replaced(data, chance, seen)
        refused += tried(path, chance, replace(source, data=data))
    assert refused > ROUNDS // 4
