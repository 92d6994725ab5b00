"""Small packs and readings for tests."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.policy import reading
from shared.policy.outcome import Reading
from shared.policy.policy import Policy
from shared.policy.shelf import load_policy

DAY = date(2026, 11, 22)
HEAD = 'version: "1"\nowner: Test desk\nsource: a test\nin_force: {from: 2020-01-01}\n'
PROFILE = (
    "id: ferry\n"
    + HEAD
    + """names: {zh-Hans: 渡轮, zh-Hant: 渡輪, en: Ferry}
time_zone: Asia/Shanghai
units: [{id: desk, names: {zh-Hans: 台, zh-Hant: 台, en: desk}}]
queues:
  - {id: safety, unit: desk, names: {zh-Hans: 安全, zh-Hant: 安全, en: safety}, safety: true}
  - {id: general, unit: desk, names: {zh-Hans: 其他, zh-Hant: 其他, en: rest}}
safety_contact: desk
"""
)
PLANS = (
    "id: ferry.plans\n"
    + HEAD
    + """plans:
  rescue:
    names: {zh-Hans: 救援, zh-Hant: 救援, en: rescue}
    steps: [{id: call, kind: task, owner: desk, within_minutes: 5, names: {zh-Hans: 致电, zh-Hant: 致電, en: call}}]
"""
)
RULES = (
    "id: ferry.danger\n"
    + HEAD
    + """rules:
  - id: ferry.overboard
    because: somebody is in the water
    safety: confirmed
    plan: rescue
    signals: ["(落水|掉海里|fell overboard|man overboard)"]
    catches: [有人落水了, He fell overboard.]
    leaves: [没有人落水]
"""
)


def write_pack(folder: Path, **files: str) -> Path:
    """A pack folder with these files; `rules__danger` becomes rules/danger.yaml."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def ferry(folder: Path, **files: str) -> Path:
    """A whole small pack, with these files besides or instead."""
    return write_pack(folder, **{"pack": PROFILE, "plans": PLANS, "rules__danger": RULES} | files)


@cache
def shipped() -> Policy:
    """What reading needs of the shipped packs."""
    return load_policy(sections=reading.SECTIONS)


def read(
    text: str, line: str | None = None, signals: tuple[str, ...] = (), facts: dict[str, Any] | None = None
) -> Reading:
    """The whole reading of a text by the shipped packs."""
    return reading.read(shipped(), line, DAY, text, signals, facts)
