"""Tables that take another table's result: whether the two fit, and whether they ask each other in a circle."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from services.compensation.table_due import Choice
from services.compensation.table_facts import Fact
from services.compensation.table_read import MISSING, as_json
from services.compensation.table_ready import Compiled
from services.compensation.table_terms import Given, Link
from services.compensation.table_units import Wrong
from shared.policy.source import Place

Found = Iterator[tuple[Place, str, str]]


def check_links(table: Compiled, others: Mapping[str, Sequence[Compiled]]) -> Found:
    """Every link against every version of the table it names that is in force on some of the same days."""
    for link in table.links:
        versions = others.get(link.table)
        if not versions:
            known = ", ".join(sorted(others))
            mend = f"write one of {known}; a table can ask tables of its own pack and of all_lines"
            yield link.place, f"there is no table '{link.table}' here", mend
            continue
        met = [v for v in versions if v.model.in_force.overlaps(table.model.in_force)]
        if not _holds_throughout(table, met):
            what = f"'{link.table}' is not in force on every day this table is"
            yield link.place, what, "give the other table a version for those days, or end this one with it"
        for other in met:
            yield from _fits(table, link, other)


def _holds_throughout(table: Compiled, versions: Sequence[Compiled]) -> bool:
    day, end = table.model.in_force.start, table.model.in_force.until or date.max
    for version in sorted(versions, key=lambda v: v.model.in_force.start):
        force = version.model.in_force
        if force.start <= day:
            if force.until is None or force.until >= end:
                return True
            day = max(day, force.until + timedelta(days=1))
    return False


def _fits(table: Compiled, link: Link, other: Compiled) -> Found:
    if other.setting.currency != table.setting.currency:
        what = f"'{link.table}' pays in {other.setting.currency}, this table in {table.setting.currency}"
        yield link.place, what, "use one currency"
    if not any(r.kind == link.take and r.in_money for row in other.rows for r in row.remedies):
        yield link.place, f"'{link.table}' never pays '{link.take}' in money", "take a kind that it pays"
    chosen = [e for row in other.rows for e in row.due if isinstance(e, Choice)]
    if any(option.kind == link.take for choice in chosen for option in choice.options):
        yield link.place, f"'{link.take}' of '{link.table}' is left to choose", "take a kind that is not in a one_of"
    for name, fact in other.facts.items():
        given = link.given.get(name)
        if given is None:
            if fact.default is MISSING and not fact.or_none:
                yield link.place, f"'{link.table}' needs the fact '{name}'", f"add '{name}: …' under 'with'"
            continue
        wrong = _unlike(given, fact, other, name)
        if wrong:
            yield given.place, wrong, f"give it {fact.expected}"
    for name in link.given:
        if name not in other.facts:
            yield (
                link.given[name].place,
                f"'{link.table}' has no fact '{name}'",
                f"write one of {', '.join(other.facts)}",
            )


def _unlike(given: Given, fact: Fact, other: Compiled, name: str) -> str | None:
    """What does not fit between what is handed over and the fact that takes it."""
    if given.term is not None:
        like = given.term.unit in (None, fact.unit) and fact.type in (
            "money",
            "decimal",
            "integer",
            "share",
            "duration",
        )
        return None if like else f"'{name}' does not take this term"
    if given.fact is None:
        try:
            fact.read(as_json(given.written, other.model.facts[name], fact.unit, other.setting))
        except Wrong:
            return f"'{name}' does not take this value"
        return None
    mine = given.fact
    if mine.type != fact.type or mine.unit != fact.unit:
        return f"'{name}' is a {fact.type}{f' in {fact.unit}' if fact.unit else ''}, '{mine.name}' a {mine.type}"
    if mine.optional and not fact.optional and fact.default is MISSING:
        return f"'{mine.name}' may be left out, and '{name}' may not"
    if mine.scale and fact.scale and mine.scale.choices and set(mine.scale.choices) - set(fact.scale.choices or ()):
        return f"'{mine.name}' has values that '{name}' does not know"
    return None


def circles(tables: Mapping[str, Sequence[Compiled]]) -> list[tuple[str, ...]]:
    """Ids of tables that ask each other in a circle, each circle once."""
    asks = {id: sorted({link.table for v in versions for link in v.links}) for id, versions in tables.items()}
    found: dict[frozenset[str], tuple[str, ...]] = {}
    done: set[str] = set()
    for start in sorted(asks):
        path: list[tuple[str, list[str]]] = [(start, list(asks[start]))]
        while path:
            id, open = path[-1]
            if not open:
                done.add(id)
                path.pop()
                continue
            following = open.pop()
            on_path = [step for step, _ in path]
            if following in on_path:
                circle = tuple(on_path[on_path.index(following) :])
                found.setdefault(frozenset(circle), circle)
            elif following in asks and following not in done:
                path.append((following, list(asks[following])))
    return list(found.values())
