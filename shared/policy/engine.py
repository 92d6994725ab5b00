"""Rules in force, compiled: one engine per line and version, made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from shared.policy.matching import Fired, Matcher, says_something
from shared.policy.normal import Normal, normalise
from shared.policy.outcome import Reading, decide, is_clear, raises, ranked_categories
from shared.policy.policy import InForce
from shared.policy.portraits import portraits
from shared.policy.prepare import prepare
from shared.policy.rules import Narrowing, Rule
from shared.policy.second_category import SecondCategory, category_marks, second_category
from shared.policy.second_opinion import PLAN, Portrait, SecondOpinion, second_opinion, within
from shared.policy.telling import Telling
from shared.policy.words import lists_of

SECTIONS = ("pack", "plans", "words", "rules")
FEW_BYTES = 72
"""Few words: two dozen Chinese characters, a dozen English words."""
FEW_WORDS = Rule.model_construct(
    id="few-words.danger", because="a sign of danger, in too few words to weigh it", signals=(), safety="suspected",
    plan=PLAN,
)  # fmt: skip
"""A cry of a few words says nothing beside its sign that could be weighed against it: a person looks at once."""


class Engine:
    """Reads texts by the rules in force. `screen` asks only those about safety, `read` all of them.

    Where no rule finds a danger, both ask the second opinion, so that they agree on what is one.
    """

    def __init__(
        self, in_force: InForce, opinion: SecondOpinion | None = None, on_category: SecondCategory | None = None
    ) -> None:
        self.line = in_force.line
        sets = [document.content for document in in_force.of("rules").values()]
        self.rules: tuple[Rule, ...] = tuple(rule for each in sets for rule in each.rules)
        narrows: list[Narrowing] = [narrowing for each in sets for narrowing in each.narrows]
        lists = lists_of(in_force.of("words").values())
        self.version = in_force.version_of(*SECTIONS)
        profile = in_force.get("pack", in_force.line) if in_force.line else None
        self._asked: Callable[[str], tuple[str, ...]] = cache(profile.content.fields_for) if profile else _nothing
        self._all = Matcher(self.rules, narrows, lists)
        self._safety = self._all.only(lambda rule: rule.safety is not None)
        self._lists = {self._all.lexicon.numbers[name]: name for name in lists}
        self._opinion = opinion
        self._on_category = on_category

    def with_opinion(self, opinion: SecondOpinion | None, on_category: SecondCategory | None = None) -> Engine:
        """The same rules beside other second opinions, or none."""
        other = copy(self)
        other._opinion, other._on_category = opinion, on_category
        return other

    def screen(self, text: str, signals: Sequence[str] = (), facts: Mapping[str, Any] | None = None) -> Reading:
        """The safety rules alone."""
        return self._decide(self._safety, text, signals, facts)

    def read(self, text: str, signals: Sequence[str] = (), facts: Mapping[str, Any] | None = None) -> Reading:
        """Everything the rules have to say."""
        return self._decide(self._all, text, signals, facts)

    def portraits(self, normal: Normal) -> tuple[Portrait, list[Portrait]]:
        """The text, and its sentences, as the second opinion weighs them."""
        telling = prepare(normal, self._safety.lexicon)
        whole, parts = portraits(telling, self._safety.match(telling, (), {}), self._lists)
        return whole, list(parts)

    def _decide(self, matcher: Matcher, text: str, signals: Sequence[str], facts: Mapping[str, Any] | None) -> Reading:
        normal = normalise(text)
        telling = prepare(normal, matcher.lexicon)
        fired = matcher.match(telling, signals, facts or {})
        if says_something(telling) and not any(raises(one.rule) for one in fired):
            fired += self._second(telling, fired, whole=matcher is self._all)
        return decide(fired, normal, self._asked, self.version)

    def _second(self, telling: Telling, fired: Sequence[Fired], whole: bool) -> list[Fired]:
        """What second opinions add where the rules see no danger: danger, or else what the matter is."""
        if any(one.rule.safety == "hint" for one in fired) and within(telling.text, FEW_BYTES):
            return [Fired(FEW_WORDS)]
        opinion = self._opinion
        if opinion is None:
            return []
        drawn, parts = portraits(telling, fired, self._lists)
        found = opinion.found(telling.text)
        judgement = opinion.judge(drawn, parts, found)
        told = []
        if judgement != "none":
            told.append(Fired(opinion.rules[judgement], tuple(opinion.reasons(telling.text, found))))
        if judgement == "danger" or not (whole and self._on_category) or is_clear(fired):
            return told
        ranked = ranked_categories(fired)
        rule = self._on_category.choose(found, category_marks(drawn, fired, ranked, self.line))
        return told if rule.category in ranked[:1] else [*told, Fired(rule)]

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


def _nothing(category: str) -> tuple[str, ...]:
    """What is asked for where no line says so."""
    return ()


@dataclass(frozen=True)
class _Contents:
    """What is in force, equal where the contents are: the check of a pack and its use share one compilation."""

    version: str
    in_force: InForce = field(compare=False)


@lru_cache(maxsize=32)
def _compiled(contents: _Contents) -> Engine:
    return Engine(contents.in_force)


def rules_alone(in_force: InForce) -> Engine:
    """The engine of what is in force, without second opinions."""
    return _compiled(_Contents(in_force.version_of(*SECTIONS), in_force))


@lru_cache(maxsize=32)
def engine_for(in_force: InForce) -> Engine:
    """The engine of what is in force, with the shipped second opinions; raises whatever makes them unusable."""
    return rules_alone(in_force).with_opinion(second_opinion(), second_category())
