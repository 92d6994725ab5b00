"""Terms: what an amount is made of, checked for units and bounds, and turned into plain functions of the facts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from services.compensation import table_cases, table_forms
from services.compensation.table_bounds import Limits, bounded
from services.compensation.table_facts import Fact
from services.compensation.table_look import Looked, look_at_fact, look_at_step
from services.compensation.table_model import FORMS, MODIFIERS
from services.compensation.table_read import Setting
from services.compensation.table_slips import nearest
from services.compensation.table_term import (
    MAX_DEPTH,
    Pair,
    Term,
    broken,
    common_unit,
    converted,
    literal,
    pair_of,
)
from services.compensation.table_units import MONEY, NUMBERS, Problems, Wrong, read_number
from shared.money import Rounding, smallest_unit
from shared.policy.source import Place

ZERO = Decimal(0)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_FORMS: dict[str, Callable[..., Term]] = {
    form: getattr(table_forms, f"form_{form}", None) or getattr(table_cases, f"form_{form}") for form in FORMS
}


@dataclass
class Scope:
    """What terms of one table can name, and where their faults go."""

    setting: Setting
    facts: Mapping[str, Fact]
    slots: Mapping[str, int]
    problems: Problems
    rounding: Rounding | None = None
    steps: dict[str, Term] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    links: list["Link"] = field(default_factory=list)

    def term(self, node: Any, place: Place, depth: int = 0) -> Term:
        """The term written here; its faults are noted, and a broken one stands in for it."""
        try:
            if depth > MAX_DEPTH:
                raise Wrong(f"terms are nested deeper than {MAX_DEPTH}", "give the inner part a name under 'steps'")
            return self._term(node, place, depth)
        except Wrong as fault:
            self.problems.wrong(place, fault)
            return broken()

    def _term(self, node: Any, place: Place, depth: int) -> Term:
        if isinstance(node, dict):
            form = self._form(node)
            base = _FORMS[form](self, node, place, depth + 1)
            return self._modified(base, node, place, depth + 1)
        if isinstance(node, str) and _NAME.match(node.strip()):
            return self.named(node.strip())
        if isinstance(node, (list, bool)) or node is None:
            raise Wrong("a term is expected here", "write a number, a name, or a form like {share: 25%, of: price}")
        try:
            number = read_number(node)
            if number.value < 0:
                raise Wrong(f"{node} is below 0", "write {minus: [a, b]} to take one amount from another")
            return literal(number, self.setting.currency)
        except Wrong as fault:
            or_else = ", or a name, or a form like {share: 25%, of: price}" if fault.mend.endswith(NUMBERS) else ""
            raise Wrong(fault.what, fault.mend + or_else) from None

    def _form(self, node: dict[str, Any]) -> str:
        found = [form for form in FORMS if form in node and not (form == "by" and "divide" in node)]
        if len(found) != 1:
            told = "none of the forms" if not found else "more than one form"
            close = "".join([nearest(key, FORMS) for key in node][:1]) if not found else ""
            raise Wrong(f"this says {told}", f"{close}begin with exactly one of {', '.join(FORMS)}")
        known = (*FORMS[found[0]], *MODIFIERS)
        strange = [key for key in node if key not in known]
        if strange and strange[0][:1].isdigit() and node[strange[0]] is None:
            raise Wrong(f"'{strange[0]}' stands alone", "write numbers without commas, like 1500")
        if strange:
            close = nearest(strange[0], known)
            raise Wrong(f"'{strange[0]}' is not known beside '{found[0]}'", f"{close}known here: {', '.join(known)}")
        return found[0]

    def named(self, name: str) -> Term:
        """A fact or an earlier step."""
        if name in self.steps:
            step = self.steps[name]
            slot, compute = self.slots[name], pair_of(step)

            def pair(v: list[Any]) -> Pair:
                found = v[slot]
                if found is None:
                    found = v[slot] = compute(v)
                return found  # type: ignore[no-any-return]

            names = step.names | {name}
            return replace(step, fn=lambda v: pair(v)[1], exact=lambda v: pair(v)[0], pair=pair, names=names)
        fact = self.facts.get(name)
        if fact is None:
            later = " yet: steps use the ones above them" if name in self.slots else ""
            known = ", ".join([*self.facts, *self.steps])
            close = nearest(name, [*self.facts, *self.steps])
            raise Wrong(f"'{name[:40]}' is no fact or step{later}", f"{close}write a number or one of {known}")
        return self._fact(fact)

    def _fact(self, fact: Fact) -> Term:
        slot, scale = self.slots[fact.name], fact.scale
        if fact.type not in ("money", "decimal", "integer", "share", "duration") or scale is None:
            raise Wrong(f"'{fact.name}' is a {fact.type}, not a number", "use it in 'when', 'by' or 'from' … 'to'")
        none = frozenset({fact.name}) if fact.optional and fact.name not in self.given else frozenset[str]()
        return Term(lambda v: v[slot], fact.unit, scale.low, scale.high, frozenset({fact.name}), none)

    def _modified(self, base: Term, node: dict[str, Any], place: Place, depth: int) -> Term:
        """The term with floor, cap, rounding and the least that is paid; the cap also holds after rounding."""
        keys = [key for key in ("at_least", "at_most", "nothing_below") if key in node]
        ends = {key: self.term(node[key], (*place, key), depth) for key in keys}
        rounding = self._rounding(node)
        if not ends and rounding is None:
            return base
        unit = common_unit([base, *ends.values()])
        ends = {key: converted(end, unit) for key, end in ends.items()}
        floor, cap = ends.get("at_least"), ends.get("at_most")
        if floor and cap and floor.low is not None and cap.high is not None and floor.low > cap.high:
            raise Wrong("'at_least' is greater than 'at_most'", "exchange or correct the two")
        limits = Limits(floor, cap, rounding, ends.get("nothing_below"))
        return bounded(converted(base, unit), unit, limits, self.payable(unit))

    def payable(self, unit: str | None) -> Decimal | None:
        """The smallest amount that can be paid, for terms in money."""
        return smallest_unit(self.setting.currency) if unit == MONEY and self.setting.currency else None

    def _rounding(self, node: dict[str, Any]) -> Rounding | None:
        if "rounded" not in node:
            return None
        text = node["rounded"]
        if text in ("yes", True):
            if self.rounding is None:
                raise Wrong(
                    "'rounded: yes' means the table's rounding, and it has none", "write 'rounded: half_up 0.5'"
                )
            return self.rounding
        try:
            return Rounding.parse(str(text))
        except ValueError as fault:
            raise Wrong("'rounded' is not understood", str(fault)) from None

    def knowing(self, given: frozenset[str]) -> "Scope":
        """The same where these optional facts are known to be given."""
        return replace(self, given=given)

    def looked(self, name: str) -> Looked:
        """What rows and `by` ask about: a fact of any kind, a part of one, or a step."""
        if name in self.steps:
            return look_at_step(name, self.named(name), self.setting.currency)
        base, _, part = name.partition(".")
        if base not in self.facts:
            known = ", ".join([*self.facts, *self.steps])
            close = nearest(base, [*self.facts, *self.steps])
            raise Wrong(
                f"'{name[:40]}' is no fact or step", f"{close}declare it under 'facts', or write one of {known}"
            )
        return look_at_fact(base, part, self.facts[base], self.slots[base])


@dataclass(frozen=True)
class Given:
    """What is handed to another table's fact: a fact of this one, a term, or what is written there."""

    place: Place
    fact: Fact | None = None
    slot: int = 0
    term: Term | None = None
    written: Any = None


@dataclass(frozen=True, eq=False)
class Link:
    """A term that takes another table's result: what must fit when both are loaded."""

    place: Place
    table: str
    take: str
    given: Mapping[str, Given]
