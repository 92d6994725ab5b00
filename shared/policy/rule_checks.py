"""Checks rules when their pack loads: names that exist, and every text they must and must not catch."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from shared.policy import words
from shared.policy.documents import Document
from shared.policy.engine import Engine, rules_alone
from shared.policy.faults import Fault
from shared.policy.normal import normalise
from shared.policy.packs import Pack
from shared.policy.plans import plans_in
from shared.policy.policy import InForce, Policy
from shared.policy.profile import SHARED_CATEGORIES, LineProfile
from shared.policy.rules import RuleSet, Unless
from shared.policy.sections import Section
from shared.policy.signals import parse_say
from shared.policy.source import Place
from shared.policy.telling import CONTEXT_LISTS, DENIAL


def _check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    faults = [fault for document in documents for fault in _names(document, pack)]
    if faults or not documents or any(words.SECTION.check(pack.of("words"), pack)):
        return faults
    policy = Policy([*([pack.shared] if pack.shared else []), pack])
    seen: set[str] = set()
    for day in sorted({document.content.in_force.start for document in documents}):
        in_force = policy.at(pack.line, day)
        faults += _on(in_force, [d for d in documents if d.content.in_force.holds(day)], pack, day, seen)
    return faults


def _names(document: Document[RuleSet], pack: Pack) -> Iterator[Fault]:
    """Categories, plans and word lists that do not exist, signals that cannot be read, ids used twice."""
    lists = {name for p in (pack, pack.shared) if p for d in p.of("words") for name in d.content.words}
    lists.update(CONTEXT_LISTS)
    plans = plans_in(pack)
    shared = {rule.id for d in (pack.shared.of("rules") if pack.shared else ()) for rule in d.content.rules}
    seen: set[str] = set()
    for index, rule in enumerate(document.content.rules):
        place: Place = ("rules", index)
        if rule.id in seen:
            yield document.fault((*place, "id"), f"rule '{rule.id}' stands here twice", "give it its own id")
        seen.add(rule.id)
        if rule.id in shared:
            mend = "give it a name of its own; to narrow the shared one write it under 'narrows'"
            yield document.fault((*place, "id"), f"'{rule.id}' is the name of a shared rule", mend)
        if rule.plan and rule.plan not in plans:
            yield document.fault((*place, "plan"), f"no emergency plan '{rule.plan}'", f"one of {sorted(plans)}")
        if rule.category and not _known_category(rule.category, pack):
            mend = f"add it to pack.yaml, or use one of {', '.join(SHARED_CATEGORIES)}"
            yield document.fault((*place, "category"), f"no category '{rule.category}'", mend)
        for number, signal in enumerate(rule.signals):
            if signal.say:
                yield from _say(document, (*place, "signals", number), signal.say, lists)
        yield from _unless(document, (*place, "unless"), rule.unless, lists)
        yield from _asked(document, (*place, "ask"), rule.ask, pack)
    for index, narrowing in enumerate(document.content.narrows):
        yield from _unless(document, ("narrows", index, "unless"), narrowing.unless, lists)


def _known_category(category: str, pack: Pack) -> bool:
    profiles: list[LineProfile] = [document.content for document in pack.of("pack")]
    return category in SHARED_CATEGORIES or any(profile.knows(category) for profile in profiles)


def _asked(document: Document[Any], place: Place, asked: Sequence[str], pack: Pack) -> Iterator[Fault]:
    """Fields the line does not know; shared rules are read with every line, so theirs are not looked at."""
    fields = sorted({field.field for each in pack.of("pack") for field in each.content.fields})
    for number, name in enumerate(asked if pack.line else ()):
        if name not in fields:
            close = difflib.get_close_matches(name, fields, n=1)
            mend = f"did you mean '{close[0]}'?" if close else "add it under 'fields' in pack.yaml, or correct it"
            yield document.fault((*place, number), f"no field '{name}'", mend)


def _say(document: Document[Any], place: Place, text: str, lists: set[str]) -> Iterator[Fault]:
    try:
        say = parse_say(text)
    except ValueError as fault:
        yield document.fault(place, f"'{text}': {fault}", "write it like {brakes} ... {fails}")
        return
    for name in (name for part in say.parts for name in part.lists if name not in lists):
        yield document.fault(place, f"no list of words '{name}'", "add it under 'words:' in words/, or correct it")


def _unless(document: Document[Any], place: Place, unless: Unless, lists: set[str]) -> Iterator[Fault]:
    for scope in ("clause", "sentence", "anywhere"):
        for number, text in enumerate(getattr(unless, scope)):
            faults = list(_say(document, (*place, scope, number), text, lists))
            yield from faults
            if not faults and len(parse_say(text).parts) > 1:
                mend = "here stands one thing: put the parts as a phrase in a list under 'words:' and write {list}"
                yield document.fault((*place, scope, number), f"'{text}' has several parts", mend)


def _on(in_force: InForce, documents: Iterable[Document[Any]], pack: Pack, day: date, seen: set[str]) -> list[Fault]:
    """The texts of all rules, tried with everything in force on one day."""
    engine = rules_alone(in_force)
    # Without the shared words nothing can be denied or settled, so what a rule leaves cannot be tried.
    knows_denial = any(DENIAL in each.content.words for each in in_force.of("words").values())
    faults: list[Fault] = []
    for document in documents:
        for index, rule in enumerate(document.content.rules):
            leaves = rule.leaves if knows_denial else ()
            for wanted, key, texts in ((True, "catches", rule.catches), (False, "leaves", leaves)):
                for number, text in enumerate(texts):
                    place = ("rules", index, key, number)
                    if rule.id + text not in seen and speaks(engine, rule.id, text) is not wanted:
                        faults.append(document.fault(place, _told(rule.id, wanted, text), _MEND[wanted]))
                    seen.add(rule.id + text)
        for index, narrowing in enumerate(document.content.narrows):
            faults += _narrowed(engine, document, ("narrows", index), narrowing.rule, narrowing.leaves)
    return faults


_MEND = {True: "add the words it should know, or correct the text", False: "add 'unless', or a nearer signal"}


def _told(rule: str, wanted: bool, text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "…"
    return f"'{rule}' {'misses' if wanted else 'catches'} “{short}”"


def _narrowed(
    engine: Engine, document: Document[Any], place: Place, rule_id: str, leaves: Sequence[str]
) -> Iterator[Fault]:
    rule = next((rule for rule in engine.rules if rule.id == rule_id), None)
    if rule is None:
        yield document.fault((*place, "rule"), f"no rule '{rule_id}'", "name a shared rule in force on these days")
        return
    for text in rule.catches:
        if not speaks(engine, rule_id, text):
            what = f"this would silence '{rule_id}': it no longer catches “{text[:60]}”"
            yield document.fault((*place, "unless"), what, "narrow it less: a danger is never silenced")
    for number, text in enumerate(leaves):
        if speaks(engine, rule_id, text):
            yield document.fault((*place, "leaves", number), _told(rule_id, False, text), _MEND[False])


def speaks(engine: Engine, rule_id: str, text: str) -> bool:
    """Whether this rule fires on this text."""
    return any(fired.rule.id == rule_id for fired in engine.fired(normalise(text)))


SECTION = Section("rules", "rules/*.yaml", RuleSet, "what a telling means, and what follows", _check)
