"""Everything a loaded table is checked for beyond its form, each fault with its place and how to mend it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from services.compensation.table_cover import TooEntangled, Walk
from services.compensation.table_decide import Session, decide
from services.compensation.table_due import Remedy
from services.compensation.table_given import CannotAssess, read_facts
from services.compensation.table_model import KINDS, ExampleModel
from services.compensation.table_read import as_json
from services.compensation.table_ready import Compiled
from services.compensation.table_units import Wrong, read_number
from shared.money import EXACT, smallest_unit
from shared.policy.source import Place

Found = Iterator[tuple[Place, str, str]]


def check_form(table: Compiled) -> Found:
    """Ids twice, facts and steps nobody uses."""
    seen: dict[str, int] = {}
    for at, row in enumerate(table.model.rows):
        if row.id in seen:
            yield ("rows", at, "id"), f"row '{row.id}' stands twice", "give each row its own id"
        seen[row.id] = at
    for name, fact in table.model.facts.items():
        if name not in table.used and fact.type != "text":
            mend = "remove it, use it in a row or step, or make it type: text to keep it for the record"
            yield ("facts", name), f"the fact '{name}' is used nowhere", mend
    for name in table.model.steps:
        if name not in table.used:
            yield ("steps", name), f"the step '{name}' is used nowhere", "remove it, or use it in a row"


def check_cover(table: Compiled) -> Found:
    """Gaps, rows that are never reached, and rows that hold together where only one may."""
    unique = table.model.hit == "UNIQUE"
    try:
        cover = Walk([met.axis for met in table.met], table.row_of_case, unique).walk()
    except TooEntangled:
        mend = "split it into tables, or ask about fewer facts at once"
        yield ("rows",), "the rows differ in too many facts at once to be checked", mend
        return
    for gap in cover.gaps:
        yield ("rows",), f"no row holds for {gap}", "add a row for it, or a last row without 'when'"
    for (one, other), where in cover.together.items():
        what = f"rows '{table.rows[one].id}' and '{table.rows[other].id}' both hold for {where}"
        yield ("rows", other), what, "narrow one of them, or write 'hit: FIRST' when the first is to decide"
    for row in table.rows:
        dead = [number for number, case in enumerate(row.cases) if not cover.reached >> case & 1]
        if len(dead) == len(row.cases):
            mend = "remove it, or move it above them"
            yield ("rows", row.place), f"row '{row.id}' is never reached: rows above it take all its cases", mend
        else:
            for number in dead:
                what = f"alternative {number + 1} of row '{row.id}' is never reached"
                yield ("rows", row.place, "when", number), what, "remove it, or move the row up"


def check_examples(table: Compiled, session: Session) -> Found:
    """Examples that do not come out as written."""
    for at, example in enumerate(table.model.examples):
        place: Place = ("examples", at)
        facts = {name: _fact(table, name, node) for name, node in example.facts.items()}
        try:
            decided = decide(table, read_facts(table, facts), session)
        except CannotAssess as fault:
            yield (*place, "facts"), f"the example cannot be worked out: {fault.detail}", "correct its facts"
            continue
        if decided.row.id != example.row:
            mend = "correct the example, or the rows"
            yield (*place, "row"), f"the example comes to row '{decided.row.id}', not '{example.row}'", mend
        try:
            wanted = [_wanted(table, node) for node in _listed(example)]
        except Wrong as fault:
            yield (*place, "due"), fault.what, fault.mend
            continue
        if wanted != decided.remedies:
            got = "; ".join(told(remedy) for remedy in decided.remedies) or "nothing"
            yield (*place, "due"), f"the example comes to: {got}", "correct the example, or the table"


def _fact(table: Compiled, name: str, node: Any) -> Any:
    fact = table.facts.get(name)
    if fact is not None and fact.optional and node == "none":
        return None
    return node if fact is None else as_json(node, table.model.facts[name], fact.unit, table.setting)


def _listed(example: ExampleModel) -> list[Any]:
    if example.due == "nothing":
        return []
    return example.due if isinstance(example.due, list) else [example.due]


def _wanted(table: Compiled, node: Any) -> dict[str, Any]:
    """A remedy of an example in the form of an answer; raises Wrong."""
    if isinstance(node, str) and node in KINDS:
        return {"kind": node}
    if not isinstance(node, dict) or len(node) != 1:
        raise Wrong("'due' of an example lists what comes out", "write nothing, or lines like '- refund: 20 EUR'")
    [(kind, value)] = node.items()
    if kind == "one_of" and isinstance(value, list):
        return {"one_of": [_wanted(table, option) for option in value]}
    number = read_number(value)
    unit = number.unit or table.setting.currency
    for row in table.rows:
        for remedy in row.remedies:
            if remedy.kind == kind and remedy.term and (number.unit is None or remedy.unit == unit):
                if remedy.in_money and EXACT.remainder(number.value, smallest_unit(remedy.unit)):
                    raise Wrong(f"'{kind}' cannot be {number.value} {remedy.unit}", "write an amount that can be paid")
                return _as_told(remedy, number.value)
    raise Wrong(f"no row pays '{kind}' in {unit or 'such a number'}", "correct the kind or the unit")


def _as_told(remedy: Remedy, value: Decimal) -> dict[str, Any]:
    if remedy.in_money:
        return {"kind": remedy.kind, "amount": remedy.text(value), "currency": remedy.unit}
    return {"kind": remedy.kind, "quantity": remedy.text(value), "unit": remedy.unit}


def told(remedy: dict[str, Any]) -> str:
    """A remedy as it is written in an example."""
    if "one_of" in remedy:
        return f"one_of [{', '.join(told(option) for option in remedy['one_of'])}]"
    value = f": {remedy['amount']} {remedy['currency']}" if "amount" in remedy else ""
    value = f": {remedy['quantity']} {remedy['unit']}" if "quantity" in remedy else value
    return f"{remedy['kind']}{value}"
