"""Compiled rules: which of them speak about a telling, and where in it they found their reasons."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, get_args

from shared.policy.chains import all_stand, chains
from shared.policy.contexts import Context, gap_pattern, is_meant
from shared.policy.forms import forms
from shared.policy.lexicon import Span, lexicon
from shared.policy.rules import Fact, Narrowing, Rule, Signal, Unless
from shared.policy.signals import Say, parse_say
from shared.policy.telling import DENIAL_GAP, Telling

_SAID = re.compile(r"\w")


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
    others: tuple[tuple[int, ...], ...]
    relations: tuple[str, ...]
    guards: tuple[_Guard, ...]
    holds_always: bool
    has_terms: bool


class Matcher:
    """All rules in force over one lexicon."""

    def __init__(self, rules: Sequence[Rule], narrows: Sequence[Narrowing], lists: Mapping[str, Sequence[str]]) -> None:
        says = {s.say: parse_say(s.say) for rule in rules for s in rule.signals if s.say}
        unless = [u for rule in rules for u in [rule.unless]] + [n.unless for n in narrows]
        guards = [parse_say(text).parts[0] for u in unless for text in (*u.clause, *u.sentence, *u.anywhere)]
        parts = [part for say in says.values() for part in say.parts] + guards
        self.lexicon = lexicon(tuple((name, tuple(words)) for name, words in lists.items()))
        self.lexicon.learn(part.phrase for part in parts if part.phrase)
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
        parts = tuple(self.lexicon.part(part) for part in say.parts) if say else ()
        guards = tuple(self._guard(u) for u in unless if u.clause or u.sentence or u.anywhere)
        always = set(rule.holds_though) == set(get_args(Context))
        terms = bool(signal.channel or signal.unless_channel or signal.fact or signal.says_nothing)
        trigger = self.lexicon.rarest(parts) if parts else ()
        others = tuple(part for part in parts if part != trigger)
        compiled = _Compiled(rule, signal, parts, others, say.relations if say else (), guards, always, terms)
        if not parts:
            self._silent.append(compiled)
        for number in trigger:
            self._by_trigger.setdefault(number, []).append(compiled)

    def _guard(self, unless: Unless) -> _Guard:
        def numbers(texts: Iterable[str]) -> tuple[int, ...]:
            return tuple(n for text in texts for n in self.lexicon.part(parse_say(text).parts[0]))

        return _Guard(numbers(unless.clause), numbers(unless.sentence), numbers(unless.anywhere))

    def match(self, telling: Telling, channel: Sequence[str], facts: Mapping[str, Any]) -> list[Fired]:
        """Each rule that speaks, once, by its first reason; in no particular order."""
        fired: dict[str, Fired] = {}
        # A signal without words needs a channel, a fact, or that nothing is said.
        for compiled in self._silent if channel or facts or not says_something(telling) else ():
            if compiled.rule.id not in fired and _given(compiled.signal, telling, channel, facts):
                fired[compiled.rule.id] = Fired(compiled.rule, (), compiled.signal.channel)
        hits, by_trigger = telling.hits, self._by_trigger
        for number in hits:
            for compiled in by_trigger.get(number, ()):
                if (compiled.others and not all_stand(hits, compiled.others)) or compiled.rule.id in fired:
                    continue
                if compiled.has_terms and not _given(compiled.signal, telling, channel, facts):
                    continue
                spans = self._speaks(compiled, telling)
                if spans:
                    fired[compiled.rule.id] = Fired(compiled.rule, spans, compiled.signal.channel)
        return list(fired.values())

    def _speaks(self, compiled: _Compiled, telling: Telling) -> tuple[Span, ...]:
        for spans in chains(telling, compiled.parts, compiled.relations):
            if self._meant(compiled, telling, spans):
                return tuple(spans)
        return ()

    def _meant(self, compiled: _Compiled, telling: Telling, spans: Sequence[Span]) -> bool:
        if any(_stands(guard, telling, spans) for guard in compiled.guards):
            return False
        if compiled.holds_always:
            return True
        return is_meant(telling, spans, self._gap, compiled.rule.holds_though)


def says_something(telling: Telling) -> bool:
    """Whether there is any letter or digit in it."""
    return _SAID.search(telling.text) is not None


def _given(signal: Signal, telling: Telling, channel: Sequence[str], facts: Mapping[str, Any]) -> bool:
    """Whether what the channel and partners say is as this signal wants it."""
    if signal.says_nothing and says_something(telling):
        return False
    if any(wanted not in channel for wanted in signal.channel):
        return False
    if any(unwanted in channel for unwanted in signal.unless_channel):
        return False
    return signal.fact is None or _holds(signal.fact, facts.get(signal.fact.name))


def _holds(wanted: Fact, given: Any) -> bool:
    if wanted.at_least is None:
        return given == wanted.equals and given is not None
    return isinstance(given, (int, float)) and not isinstance(given, bool) and given >= wanted.at_least


def _stands(guard: _Guard, telling: Telling, spans: Sequence[Span]) -> bool:
    """Whether a word of the guard stands where it takes the meaning away."""
    hits = telling.hits
    for number in guard.anywhere:
        if number in hits:
            return True
    for numbers, where in ((guard.clause, telling.clause), (guard.sentence, telling.sentence)):
        present = [hits[number] for number in numbers if number in hits]
        if not present:
            continue
        low, high = min(span[0] for span in spans) - 200, max(span[1] for span in spans) + 200
        own = {where(span[0]) for span in spans}
        for found in present:
            if any(where(s[0]) in own for s in telling.within(found, low, high)):
                return True
    return False
