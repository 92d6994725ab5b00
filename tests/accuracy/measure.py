"""Reads the labelled texts by the rules in force and counts what was found, missed and wrongly raised."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import orjson

from shared.policy import reading
from shared.policy.engine import Engine, engine_for
from shared.policy.outcome import Reading
from shared.policy.policy import InForce, Policy
from shared.policy.shelf import load_policy

TEXTS = Path(__file__).parent / "texts"
DAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Labelled:
    """A text and what people who read it say it is."""

    id: str
    language: str
    line: str | None
    text: str
    danger: bool
    category: str
    accepted: frozenset[str] = field(default=frozenset())


def labelled(part: str) -> list[Labelled]:
    """All texts of one part: "development", "examination", "practice"."""
    return [_labelled(line) for f in sorted((TEXTS / part).glob("*.jsonl")) for line in f.read_bytes().splitlines()]


def _labelled(line: bytes) -> Labelled:
    item = orjson.loads(line)
    accepted = frozenset([item["category"], *(item.get("category_alt") or [])])
    head = item["id"], item["language"], item.get("line"), item["text"]
    return Labelled(*head, item["safety_critical"], item["category"], accepted)


@cache
def policy() -> Policy:
    return load_policy(sections=reading.SECTIONS)


def in_force(line: str | None) -> InForce:
    """What holds for a line, or for all of them where the line has no pack."""
    return policy().at(line if line in policy().lines else None, DAY)


def engine(line: str | None) -> Engine:
    """The engine as shipped."""
    return engine_for(in_force(line))


@cache
def rules_alone(line: str | None) -> Engine:
    """The rules without a second opinion: what it is learned beside."""
    return Engine(in_force(line))


@dataclass
class Count:
    """Of a group of texts: dangers found and missed, false alarms, categories right."""

    texts: int = 0
    found: int = 0
    missed: int = 0
    false: int = 0
    category: int = 0

    def add(self, text: Labelled, read: Reading) -> None:
        raised = read.safety != "none"
        self.texts += 1
        self.found += text.danger and raised
        self.missed += text.danger and not raised
        self.false += raised and not text.danger
        self.category += read.category in text.accepted


def wilson(right: int, of: int) -> tuple[float, float, float]:
    """A share with its 95 % interval (Wilson 1927); (0, 0, 1) of nothing."""
    if not of:
        return 0.0, 0.0, 1.0
    z, share = 1.96, right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return share, max(0.0, middle - half), min(1.0, middle + half)


def count(texts: Sequence[Labelled], read: Iterable[Reading], group: Callable[[Labelled], str]) -> dict[str, Count]:
    """Counts per group, in order of name."""
    counts: dict[str, Count] = {}
    for text, outcome in zip(texts, read, strict=True):
        counts.setdefault(group(text), Count()).add(text, outcome)
    return dict(sorted(counts.items()))
