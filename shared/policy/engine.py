"""Rules in force, compiled: one engine per line and version, made when first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from shared.policy.matching import Fired, Matcher
from shared.policy.normal import Normal, normalise
from shared.policy.outcome import Reading, decide
from shared.policy.policy import InForce
from shared.policy.prepare import prepare
from shared.policy.profile import LineProfile
from shared.policy.rules import Narrowing, Rule
from shared.policy.words import lists_of

SECTIONS = ("pack", "plans", "words", "rules")


class Engine:
    """Reads texts by the rules in force. `screen` asks only those about safety, `read` all of them."""

    def __init__(self, in_force: InForce) -> None:
        sets = [document.content for document in in_force.of("rules").values()]
        self.rules: tuple[Rule, ...] = tuple(rule for each in sets for rule in each.rules)
        narrows: list[Narrowing] = [narrowing for each in sets for narrowing in each.narrows]
        lists = lists_of(in_force.of("words").values())
        self.version = in_force.version_of(*SECTIONS)
        profile = in_force.get("pack", in_force.line) if in_force.line else None
        self._profile: LineProfile | None = profile.content if profile else None
        self._all = Matcher(self.rules, narrows, lists)
        self._safety = self._all.only(lambda rule: rule.safety is not None)

    def screen(self, text: str, signals: Sequence[str] = (), facts: Mapping[str, Any] | None = None) -> Reading:
        """The safety rules alone."""
        return self._decide(self._safety, text, signals, facts)

    def read(self, text: str, signals: Sequence[str] = (), facts: Mapping[str, Any] | None = None) -> Reading:
        """Everything the rules have to say."""
        return self._decide(self._all, text, signals, facts)

    def _decide(self, matcher: Matcher, text: str, signals: Sequence[str], facts: Mapping[str, Any] | None) -> Reading:
        normal = normalise(text)
        return decide(self.fired(normal, signals, facts, matcher), normal, self._profile, self.version)

    def fired(
        self,
        normal: Normal,
        signals: Sequence[str] = (),
        facts: Mapping[str, Any] | None = None,
        matcher: Matcher | None = None,
    ) -> list[Fired]:
        """The rules that speak about this text."""
        matcher = matcher or self._all
        return matcher.match(prepare(normal, matcher.lexicon), signals, facts or {})


@lru_cache(maxsize=32)
def engine_for(in_force: InForce) -> Engine:
    """The engine of what is in force; raises whatever makes its rules unusable."""
    return Engine(in_force)
