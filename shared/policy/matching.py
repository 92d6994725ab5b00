"""Compiled rules: which of them speak about a telling, and where in it they found their reasons."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from shared.policy.contexts import gap_pattern, how_meant
from shared.policy.lexicon import Lexicon, Span, phrase_name
from shared.policy.rules import Fact, Narrowing, Rule, Signal, Unless
from shared.policy.signals import ANYWHERE, SAME_SENTENCE, SOON_AFTER, Part, Say, parse_say
from shared.policy.telling import DENIAL_GAP, Telling
from shared.policy.words import forms

# How far apart parts may stand, in characters (Latin letters count a third).
REACH = {SOON_AFTER: 12, "+": 24, SAME_SENTENCE: 60, ANYWHERE: 100_000}
MAX_TRIED = 40


@dataclass(frozen=True)
class Fired:
    """A rule that spoke, with the places in the comparable text that made it speak."""

    rule: Rule
    spans: tuple[Span, ...] = ()
    channel: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Guard:
    clause: tuple[int, ...]
    sentence: tuple[int, ...]
    anywhere: tuple[int, ...]


@dataclass(frozen=True)
class _Compiled:
    rule: Rule
    signal: Signal
    parts: tuple[tuple[int, ...], ...]
    relations: tuple[str, ...]
    guards: tuple[_Guard, ...]


class Matcher:
    """All rules in force over one lexicon."""

    def __init__(self, rules: Sequence[Rule], narrows: Sequence[Narrowing], lists: Mapping[str, Sequence[str]]) -> None:
        says = {s.say: parse_say(s.say) for rule in rules for s in rule.signals if s.say}
        unless = [u for rule in rules for u in [rule.unless]] + [n.unless for n in narrows]
        guards = [parse_say(text).parts[0] for u in unless for text in (*u.clause, *u.sentence, *u.anywhere)]
        parts = [part for say in says.values() for part in say.parts] + guards
        self.lexicon = Lexicon(lists, dict.fromkeys(part.phrase for part in parts if part.phrase))
        self._gap = gap_pattern(tuple(text for p in lists.get(DENIAL_GAP, ()) for text, _ in forms(p)))
        self._by_trigger: dict[int, list[_Compiled]] = {}
        self._silent: list[_Compiled] = []
        for rule in rules:
            extra = [n.unless for n in narrows if n.rule == rule.id]
            for signal in rule.signals:
                self._add(rule, signal, says.get(signal.say or ""), [rule.unless, *extra])

    def only(self, wanted: Callable[[Rule], bool]) -> "Matcher":
        """The same matcher, asking only some of the rules."""
        some = copy(self)
        some._silent = [one for one in self._silent if wanted(one.rule)]
        kept = {number: [one for one in each if wanted(one.rule)] for number, each in self._by_trigger.items()}
        some._by_trigger = {number: each for number, each in kept.items() if each}
        return some

    def _add(self, rule: Rule, signal: Signal, say: Say | None, unless: Iterable[Unless]) -> None:
        parts = tuple(self._numbers(part) for part in say.parts) if say else ()
        guards = tuple(self._guard(u) for u in unless if u.clause or u.sentence or u.anywhere)
        compiled = _Compiled(rule, signal, parts, say.relations if say else (), guards)
        if not parts:
            self._silent.append(compiled)
            return
        rarest = min(parts, key=lambda numbers: sum(self.lexicon.sizes.get(n, 0) for n in numbers))
        for number in rarest:
            self._by_trigger.setdefault(number, []).append(compiled)

    def _numbers(self, part: Part) -> tuple[int, ...]:
        names = part.lists or (phrase_name(part.phrase),)
        return tuple(self.lexicon.numbers[name] for name in names if name in self.lexicon.numbers)

    def _guard(self, unless: Unless) -> _Guard:
        def numbers(texts: Iterable[str]) -> tuple[int, ...]:
            return tuple(n for text in texts for n in self._numbers(parse_say(text).parts[0]))

        return _Guard(numbers(unless.clause), numbers(unless.sentence), numbers(unless.anywhere))

    def match(self, telling: Telling, channel: Sequence[str], facts: Mapping[str, Any]) -> list[Fired]:
        """Each rule that speaks, once, by its first reason; in no particular order."""
        fired: dict[str, Fired] = {}
        for compiled in self._silent:
            if compiled.rule.id not in fired and _given(compiled.signal, telling, channel, facts):
                fired[compiled.rule.id] = Fired(compiled.rule, (), compiled.signal.channel)
        for number in telling.hits:
            for compiled in self._by_trigger.get(number, ()):
                if compiled.rule.id in fired or not _given(compiled.signal, telling, channel, facts):
                    continue
                spans = self._speaks(compiled, telling)
                if spans:
                    fired[compiled.rule.id] = Fired(compiled.rule, spans, compiled.signal.channel)
        return list(fired.values())

    def _speaks(self, compiled: _Compiled, telling: Telling) -> tuple[Span, ...]:
        hits = telling.hits
        found: list[list[Span]] = []
        for numbers in compiled.parts:
            spans = (
                hits.get(numbers[0], []) if len(numbers) == 1 else sorted(s for n in numbers for s in hits.get(n, ()))
            )
            if not spans:
                return ()
            found.append(spans)
        anchor = min(range(len(found)), key=lambda part: len(found[part]))
        for span in found[anchor]:
            spans = _extend(telling, found, compiled.relations, {anchor: span})
            if spans and self._meant(compiled, telling, spans):
                return tuple(spans)
        return ()

    def _meant(self, compiled: _Compiled, telling: Telling, spans: Sequence[Span]) -> bool:
        if any(_stands(guard, telling, spans) for guard in compiled.guards):
            return False
        return how_meant(telling, spans, self._gap).issubset(compiled.rule.holds_though)


def _given(signal: Signal, telling: Telling, channel: Sequence[str], facts: Mapping[str, Any]) -> bool:
    """Whether what the channel and partners say is as this signal wants it."""
    if signal.says_nothing and re.search(r"\w", telling.text):
        return False
    if any(wanted not in channel for wanted in signal.channel):
        return False
    return signal.fact is None or _holds(signal.fact, facts.get(signal.fact.name))


def _holds(wanted: Fact, given: Any) -> bool:
    if wanted.at_least is None:
        return given == wanted.equals and given is not None
    return isinstance(given, (int, float)) and not isinstance(given, bool) and given >= wanted.at_least


def _extend(
    telling: Telling, found: list[list[Span]], relations: tuple[str, ...], chosen: dict[int, Span]
) -> list[Span]:
    """Spans for all parts, each standing to its neighbour as asked; empty when there are none."""
    if len(chosen) == len(found):
        return [chosen[part] for part in range(len(found))]
    low, high = min(chosen), max(chosen)
    part, neighbour = (low - 1, low) if low else (high + 1, high)
    relation = relations[min(part, neighbour)]
    fixed = chosen[neighbour]
    for span in _near(telling, found[part], relation, fixed):
        one, other = (span, fixed) if part < neighbour else (fixed, span)
        if _apart(span, chosen.values()) and _stand(telling, relation, one, other):
            done = _extend(telling, found, relations, {**chosen, part: span})
            if done:
                return done
    return []


def _near(telling: Telling, spans: list[Span], relation: str, fixed: Span) -> list[Span]:
    if relation == ANYWHERE:
        return spans[:MAX_TRIED]
    reach = 3 * REACH[relation] + 40
    return telling.within(spans, fixed[0] - reach, fixed[1] + reach)


def _apart(span: Span, others: Iterable[Span]) -> bool:
    return all(span[1] <= other[0] or other[1] <= span[0] for other in others)


def _stand(telling: Telling, relation: str, one: Span, other: Span) -> bool:
    """Whether `other`, written after `one` in the rule, stands to it as asked."""
    if relation == ANYWHERE:
        return True
    if relation == SOON_AFTER and other[0] < one[1]:
        return False
    if telling.distance(one, other) > REACH[relation]:
        return False
    if relation == SAME_SENTENCE:
        return abs(telling.sentence(one[0]) - telling.sentence(other[0])) <= 1
    return telling.clause(one[0]) == telling.clause(other[0])


def _stands(guard: _Guard, telling: Telling, spans: Sequence[Span]) -> bool:
    """Whether a word of the guard stands where it takes the meaning away."""
    hits = telling.hits
    if any(number in hits for number in guard.anywhere):
        return True
    low, high = min(span[0] for span in spans) - 200, max(span[1] for span in spans) + 200
    for numbers, where in ((guard.clause, telling.clause), (guard.sentence, telling.sentence)):
        own = {where(span[0]) for span in spans}
        for number in numbers:
            if any(where(s[0]) in own for s in telling.within(hits.get(number, []), low, high)):
                return True
    return False
