"""From the file of a table to what decides: facts, steps, axes, rows, each fault noted at its place."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.compensation.table_axes import Axis, Scale, check_cell
from services.compensation.table_cells import Cell, read_cell
from services.compensation.table_commas import MEND, WHAT, cut_numbers
from services.compensation.table_compared import compared
from services.compensation.table_due import read_due
from services.compensation.table_facts import Fact, build_fact
from services.compensation.table_look import Looked
from services.compensation.table_model import RowModel, TableModel
from services.compensation.table_read import Setting
from services.compensation.table_ready import Compiled, Met, Row, Said
from services.compensation.table_said import Manner, manner
from services.compensation.table_slips import currency_mend
from services.compensation.table_term import Term, snap
from services.compensation.table_terms import Scope
from services.compensation.table_units import RATE, Problems, Wrong, percent, unit_name, unit_of
from services.compensation.table_words import LANGUAGES, UnitWords, own_unit
from shared.money import DECIMALS, Rounding
from shared.policy.source import Place

_BARE = re.compile(r"(?<![0-9.])[0-9]+(?:\.[0-9]+)?(?![0-9%]|\.[0-9]| %)|(?<=\.\.)[0-9]+(?:\.[0-9]+)?(?![0-9.%]| %)")
_ONE = re.compile(r"(?<![0-9.])1\Z")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
MAX_CASES = 20


def compile_table(model: TableModel) -> tuple[Compiled, Problems]:
    """The table and its faults; with any fault the table is only good for finding more of them."""
    problems = Problems()
    setting = _setting(model, problems)
    facts: dict[str, Fact] = {}
    for name, fact in model.facts.items():
        try:
            facts[name] = build_fact(name, fact, setting)
        except Wrong as fault:
            problems.wrong(("facts", name), fault)
    if len(facts) < len(model.facts):
        facts = {}
    slots = {name: at for at, name in enumerate([*model.facts, *model.steps])}
    scope = Scope(setting, facts, slots, problems, _rounding(model, problems))
    if facts:
        for name, node in model.steps.items():
            if name in facts:
                problems.add(("steps", name), f"'{name}' is also a fact", "give the step another name")
            scope.steps[name] = scope.term(node, ("steps", name))
    compiled = _Rows(model, scope).compiled()
    _only_causes(problems)
    _cut_numbers(model, problems)
    return compiled, problems


def _cut_numbers(model: TableModel, problems: Problems) -> None:
    """Numbers cut by their comma, instead of all that follows from them in the same step, row or example."""
    parts: list[tuple[Place, Any]] = [(("steps", name), node) for name, node in model.steps.items()]
    for at, row in enumerate(model.rows):
        parts += [(("rows", at, "when"), row.when), (("rows", at, "due"), row.due)]
    for at, example in enumerate(model.examples):
        parts += [(("examples", at, "facts"), example.facts), (("examples", at, "due"), example.due)]
    found = [each for place, node in parts for each in cut_numbers(node, place)]
    causes = {place[:2] for place, _ in found}
    problems.found = [fault for fault in problems.found if fault[0][:2] not in causes]
    for place, left in found:
        problems.add(place, WHAT.format(left), MEND)


def _only_causes(problems: Problems) -> None:
    """Leaves out what only follows from a currency or a rounding that is written wrongly."""
    follows = {"currency": "names no currency", "rounding": " rounded?"}
    for place in {place[0] for place, _, _ in problems.found if len(place) == 1} & follows.keys():
        problems.found = [f for f in problems.found if len(f[0]) == 1 or not f[1].endswith(follows[str(place)])]


def _setting(model: TableModel, problems: Problems) -> Setting:
    if model.currency is not None and model.currency not in DECIMALS:
        what = f"'{model.currency}' is no currency known here"
        problems.add(("currency",), what, currency_mend(model.currency))
    try:
        zone = ZoneInfo(model.time_zone)
    except (KeyError, ValueError, OSError):
        problems.add(("time_zone",), f"'{model.time_zone}' is no time zone", "write one like Asia/Shanghai or UTC")
        zone = ZoneInfo("UTC")
    units: dict[str, UnitWords] = {}
    for written, said in model.units.items():
        try:
            units[unit_name(written)] = own_unit(said.zh_hans, said.zh_hant, said.en)
        except Wrong as fault:
            problems.wrong(("units", written), fault)
    return Setting(model.currency if model.currency in DECIMALS else None, zone, units)


def _rounding(model: TableModel, problems: Problems) -> Rounding | None:
    if model.rounding is None:
        return None
    try:
        return Rounding.parse(model.rounding)
    except ValueError as fault:
        problems.add(("rounding",), f"'{model.rounding}' is no rounding", str(fault))
        return None


class _Rows:
    """Builds the rows and the axes they are cut by."""

    def __init__(self, model: TableModel, scope: Scope) -> None:
        self.model, self.scope = model, scope
        self.asked: dict[str, Looked] = {}
        self.cells: dict[str, dict[int, Cell]] = {}
        self.cases: list[tuple[int, list[tuple[str, str]]]] = []
        self.used: set[str] = set()

    def compiled(self) -> Compiled:
        scope, model = self.scope, self.model
        per_row = [self._cases(at, row) for at, row in enumerate(model.rows)] if scope.facts else []
        names = list(self.asked)
        axes = tuple(Axis(self.asked[name].scale, self.cells[name], len(self.cases)) for name in names)
        at_axis = {name: at for at, name in enumerate(names)}
        rows = tuple(self._row(at, cases, at_axis) for at, cases in enumerate(per_row))
        met = tuple(Met(axis, self.asked[axis.scale.name].look) for axis in axes)
        for step in scope.steps.values():
            self.used |= step.names
        return Compiled(
            model, scope.setting, scope.facts, scope.slots, scope.steps, met, rows,
            tuple(row for row, _ in self.cases), tuple(scope.links), scope.rounding, frozenset(self.used),
        )  # fmt: skip

    def _cases(self, at: int, row: RowModel) -> list[int]:
        """The cases of one row, by number; several when `when` is a list of alternatives."""
        several = isinstance(row.when, list)
        whens: Any = row.when if several else [row.when]
        if not 1 <= len(whens) <= MAX_CASES or not all(isinstance(when, dict) for when in whens):
            mend = "write 'fact: value' lines, or a list of such groups of which one must hold"
            self.scope.problems.add(("rows", at, "when"), "'when' is not understood", mend)
            return []
        found = []
        for number, when in enumerate(whens):
            case = len(self.cases)
            self.cases.append((at, []))
            found.append(case)
            for name, node in when.items():
                place: Place = ("rows", at, "when", number, name) if several else ("rows", at, "when", name)
                try:
                    self._ask(case, str(name), node)
                except Wrong as fault:
                    self.scope.problems.wrong(place, self._compared(str(name), node) or fault)
        return found

    def _compared(self, name: str, node: Any) -> Wrong | None:
        """What to write for `paid: over owed`, where another fact or step stands in the place of a value."""
        types = {other: fact.type for other, fact in self.scope.facts.items()} | dict.fromkeys(self.scope.steps, "")
        return compared(name, str(node), types)

    def _ask(self, case: int, name: str, node: Any) -> None:
        asked = self.asked.get(name) or self.scope.looked(name)
        if asked.none:
            missing = ", ".join(sorted(asked.none))
            what = f"step '{name}' needs {missing}, which may be left out"
            raise Wrong(what, "give that fact a default, or work with 'by' and its cases none and given")
        cell = read_cell(node, asked.scale.read, asked.scale.choices)
        check_cell(asked.scale, cell)
        self.asked[name] = asked
        self.cells.setdefault(name, {})[case] = cell
        self.cases[case][1].append((name, _needs(node, asked.scale)))
        self.used |= asked.names

    def _given(self, cases: Sequence[int]) -> frozenset[str]:
        """Optional facts that every case of a row asks to be given."""
        asked = [
            {self.asked[name].given for name, cells in self.cells.items() if case in cells and not cells[case].none}
            for case in cases
        ]
        return frozenset(name for name in set.intersection(*asked) if name) if asked else frozenset()

    def _row(self, at: int, cases: list[int], at_axis: Mapping[str, int]) -> Row:
        row, place = self.model.rows[at], ("rows", at)
        scope = self.scope.knowing(self._given(cases))
        due = read_due(scope, row.due, (*place, "due"))
        fills: dict[tuple[str, Manner], Said] = {}
        reasons = tuple(
            self._reason(scope, getattr(row.reason, key), (*place, "reason", language), fills)
            for key, language in _REASONS
        )
        asks = tuple(tuple((at_axis[name], needs) for name, needs in self.cases[case][1]) for case in cases)
        borne_by = row.borne_by or self.model.borne_by
        found = Row(row.id, at, due, reasons, tuple(fills.values()), borne_by, row.each_alone, tuple(cases), asks)
        for term in [remedy.term for remedy in found.remedies if remedy.term]:
            self.used |= term.names
            if term.none - scope.given:
                what = f"{', '.join(sorted(term.none - scope.given))} may be left out, and this row counts with it"
                mend = "add 'given' for it under 'when', or give the fact a default"
                scope.problems.add((*place, "due"), what, mend)
        return found

    def _reason(self, scope: Scope, text: str, place: Place, fills: dict[tuple[str, Manner], Said]) -> str:
        """The reason with the numbers of `fills` between zero bytes, which grows with what the reason names."""
        parts = _PLACEHOLDER.split(text.replace("\0", ""))
        for at in range(1, len(parts), 2):
            name, language = parts[at].strip(), LANGUAGES.index(place[-1])
            try:
                term = self._filled(scope, name)
            except Wrong as fault:
                scope.problems.wrong(place, fault)
                continue
            how, taken = manner(
                term.unit, scope.setting.currency, self._places(name), language, parts[at - 1], parts[at + 1]
            )
            parts[at + 1] = parts[at + 1][taken:]
            fills.setdefault((name, how), _said(term, how))
            parts[at] = f"\0{list(fills).index((name, how))}\0"
        return "".join(parts)

    def _places(self, name: str) -> int:
        fact = self.model.facts.get(name)
        return fact.places or 0 if fact else 0

    def _filled(self, scope: Scope, name: str) -> Term:
        self.used.add(name)
        term = scope.named(name)
        if term.none - scope.given:
            raise Wrong(f"{{{name}}} may be left out", "name it only in rows that ask for it to be given")
        return term


def _said(term: Term, how: Manner) -> Said:
    compute, say = term.fn, how.say
    return (lambda v: say(snap(compute(v)))) if term.divides else lambda v: say(compute(v))


_REASONS = (("zh_hans", "zh-Hans"), ("zh_hant", "zh-Hant"), ("en", "en"))


def _needs(node: Any, scale: Scale) -> str:
    """What a cell asks, in words."""
    if isinstance(node, list):
        return " or ".join(_needs(part, scale) for part in node)
    if isinstance(node, bool):
        return "yes" if node else "no"
    if scale.unit == RATE:
        return _BARE.sub(lambda bare: percent(Decimal(bare[0])), str(node))
    asked = str(node)
    if not scale.unit or not asked[-1:].isdigit():
        return asked
    return f"{asked} {unit_of(Decimal(1 if _ONE.search(asked) else 2), scale.unit)}"
