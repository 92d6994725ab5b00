"""The one text engine: intake's screen and triage's reading of what people say. Neither ever raises."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from shared.policy import plans, profile, rule_checks, words
from shared.policy.engine import Engine, engine_for
from shared.policy.outcome import Evidence, Reading, needs_person
from shared.policy.policy import InForce, Policy, UnknownLine
from shared.policy.telling import TooMuch

__all__ = ["SECTIONS", "Evidence", "Reading", "begin", "read", "screen"]

# What of a pack reading needs; a process that only reads loads no more.
SECTIONS = (profile.SECTION, plans.SECTION, words.SECTION, rule_checks.SECTION)

log = logging.getLogger(__name__)

Facts = Mapping[str, Any] | None


def screen(
    policy: Policy, line: str | None, on: date, text: str, signals: Sequence[str] = (), facts: Facts = None
) -> Reading:
    """Whether somebody may be in danger, by the safety rules of the line (None or unknown: the shared ones).

    `on` is a day in the line's zone; `signals` what the channel says ("sos", "crash_sensor", "agent_flag" …);
    `facts` what partner systems know. When rules cannot be used a person reads it, on the express lane.
    """
    return _read(policy, line, on, lambda engine: engine.screen(text, signals, facts))


def read(
    policy: Policy, line: str | None, on: date, text: str, signals: Sequence[str] = (), facts: Facts = None
) -> Reading:
    """The whole reading: safety, lane, priority, kind, category, plan, fields to ask for, rules, evidence."""
    return _read(policy, line, on, lambda engine: engine.read(text, signals, facts))


def begin(policy: Policy, on: date) -> None:
    """Compiles the rules of every line before anybody asks: the first danger does not wait for that."""
    for line in (None, *policy.lines):
        screen(policy, line, on, "")


def _read(policy: Policy, line: str | None, on: date, ask: Callable[[Engine], Reading]) -> Reading:
    version = "none"
    try:
        in_force = _in_force(policy, line, on)
        if not in_force.of("rules"):
            return needs_person("rules-not-loaded", "no rules are in force", version)
        version = in_force.version
        return ask(engine_for(in_force))
    except TooMuch:
        return needs_person("too-much-to-weigh", "the text holds too many signals to weigh them all", version)
    except Exception as fault:
        log.error("reading crashed: %s", type(fault).__name__)
        return needs_person("rule-crashed", "the rules met a defect on this text", version)


def _in_force(policy: Policy, line: str | None, on: date) -> InForce:
    try:
        return policy.at(line, on)
    except UnknownLine:
        return policy.at(None, on)
