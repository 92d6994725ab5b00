"""Compensation by rules: the decision tables in force, and what they say about a set of facts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict
from weakref import WeakKeyDictionary

from services.compensation.table_compile import compile_table
from services.compensation.table_decide import Decided, Session, decide
from services.compensation.table_given import CannotAssess, read_facts
from services.compensation.table_model import TableModel
from services.compensation.table_read import MISSING, as_json
from services.compensation.table_ready import Compiled
from services.compensation.table_sentences import Sentences, basis_of
from services.compensation.table_slips import nearest
from services.compensation.table_terms import Given, Link
from services.compensation.table_why import skipped, steps
from shared.money import EXACT
from shared.policy.documents import Document
from shared.policy.policy import Policy

__all__ = ["Assessment", "CannotAssess", "Tables", "assess", "own_facts", "tables_of"]

SECTION_NAME = "tables"
MAX_LINKS = 5

Json = dict[str, Any]


class Assessment(TypedDict):
    """What a table says. JSON-ready; the shapes of remedies are those of the interface."""

    table: str
    row: str
    remedies: list[Json]
    skipped: list[Json]
    steps: list[Json]
    rounding: str | None
    borne_by: str
    each_alone: bool
    source: str
    owner: str
    version: str
    digest: str
    in_force: Json
    sentences: dict[str, str]


class Entry:
    """One version of a table, ready to decide, and what is always said with its decisions."""

    def __init__(self, document: Document[TableModel]) -> None:
        self.document = document
        self.compiled: Compiled = compiled_of(document.content)[0]
        content = document.content
        self.dates = content.in_force
        self.sentences = Sentences(basis_of(content), self.compiled.rows, self.compiled.setting.units.values())
        self.id, self.version, self.digest = content.id, content.version, document.digest
        self.source, self.owner = content.source, content.owner
        until = self.dates.until
        self.in_force = {"from": self.dates.start.isoformat(), "until": until.isoformat() if until else None}


class Tables:
    """All tables of a policy, compiled once. Packs added later stand before earlier ones."""

    def __init__(self, policy: Policy) -> None:
        self._versions: dict[str, list[Entry]] = {}
        for pack in reversed(policy.packs):
            for document in pack.of(SECTION_NAME):
                self._versions.setdefault(document.id, []).append(Entry(document))

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(sorted(self._versions))

    def find(self, table: str, on: date) -> Entry:
        """The version in force on that day. Raises CannotAssess saying which tables, or which dates, there are."""
        versions = self._versions.get(table)
        if versions is None:
            known = ", ".join(self.ids)
            detail = f"there is no table of that name; {nearest(table[:80], self.ids)}there are: {known}"
            raise CannotAssess("unknown-table", detail, "/table")
        for entry in versions:
            if entry.dates.holds(on):
                return entry
        spans = sorted((entry.dates for entry in versions), key=lambda span: span.start)
        told = [f"from {span.start} {f'to {span.until}' if span.until else 'on'}" for span in spans]
        said = f"{', '.join(told[:-1])}, and {told[-1]}" if len(told) > 1 else told[0]
        raise CannotAssess("not-in-force", f"{table} is not in force on that day; it is in force {said}", "/on")

    def versions(self, table: str) -> tuple[Entry, ...]:
        return tuple(self._versions.get(table, ()))


def compiled_of(model: TableModel) -> Any:
    """The compiled table and its faults, worked out once per loaded file."""
    if model._compiled is None:
        model._compiled = compile_table(model)
    return model._compiled


_TABLES: WeakKeyDictionary[Policy, Tables] = WeakKeyDictionary()


def tables_of(policy: Policy) -> Tables:
    """The tables of this policy; compiled at the first call, remembered as long as the policy lives."""
    found = _TABLES.get(policy)
    if found is None:
        found = _TABLES[policy] = Tables(policy)
    return found


def assess(tables: Tables, table: str, facts: Mapping[str, Any], on: date) -> Assessment:
    """What the version of `table` in force on the day `on` says about these facts (JSON values, money as text).

    Raises CannotAssess for an unknown table or date, and for facts missing or wrong, all of them at once.
    """
    return assess_by(tables, tables.find(table, on), facts, on)


def own_facts(tables: Tables, table: str, facts: Mapping[str, Any], on: date, beside: Sequence[str]) -> dict[str, Any]:
    """The facts without those that only the tables beside this one ask for; a fact nobody asks for stays, to be told.

    Raises CannotAssess for an unknown table or date.
    """
    known = [id for id in beside if id in tables.ids]  # one that does not exist is told where it is asked for
    own, others = ({name for id in ids for name in tables.find(id, on).compiled.facts} for ids in ([table], known))
    return {name: value for name, value in facts.items() if name in own or name not in others}


def assess_by(tables: Tables, entry: Entry, facts: Mapping[str, Any], on: date) -> Assessment:
    """The same by one chosen version, in force that day or not."""
    slots = read_facts(entry.compiled, facts)
    session = _Session(tables, on, [])
    return _told(entry, decide(entry.compiled, slots, session), session)


def _told(entry: Entry, decided: Decided, session: "_Session") -> Assessment:
    compiled, row = entry.compiled, decided.row
    return {
        "table": entry.id,
        "row": row.id,
        "remedies": decided.remedies,
        "skipped": skipped(compiled, decided),
        "steps": session.trace + steps(compiled, decided),
        "rounding": _rounding(compiled, decided),
        "borne_by": row.borne_by,
        "each_alone": row.each_alone,
        "source": entry.source,
        "owner": entry.owner,
        "version": entry.version,
        "digest": entry.digest,
        "in_force": entry.in_force.copy(),
        "sentences": entry.sentences.of(decided),
    }


def _rounding(compiled: Compiled, decided: Decided) -> str | None:
    if decided.amounts:
        return decided.amounts[0][0].rounding
    return str(compiled.rounding) if compiled.rounding else None


def session_of(tables: Tables, on: date) -> Session:
    """A decision's view of the tables around it."""
    return _Session(tables, on, [])


class _Session:
    """One assessment, with the tables its steps may ask."""

    def __init__(self, tables: Tables, on: date, trace: list[Json], depth: int = 0) -> None:
        self.tables, self.on, self.trace, self.depth = tables, on, trace, depth

    def take(self, link: Link, v: list[Any]) -> Decimal:
        """The sum the linked table pays of the kind taken, on the same day."""
        if self.depth >= MAX_LINKS:
            raise CannotAssess("too-many-tables", "these tables ask each other without end", "/table")
        entry = self.tables.find(link.table, self.on)
        facts: list[Any] = []
        for name, fact in entry.compiled.facts.items():
            value = self._handed(entry, link.given.get(name), name, v)
            facts.append(fact.default if value is None and fact.default is not MISSING else value)
        inner = _Session(self.tables, self.on, self.trace, self.depth + 1)
        decided = decide(entry.compiled, facts, inner)
        paid = sum((value for remedy, _, value, _ in decided.amounts if remedy.kind == link.take), Decimal(0))
        told = {"step": link.table, "row": decided.row.id, "version": entry.version}
        self.trace.append(told | {"exact": f"{paid:f}", "rounded": f"{paid:f}"})
        return EXACT.plus(paid)

    def _handed(self, entry: Entry, given: Given | None, name: str, v: list[Any]) -> Any:
        if given is None:
            return None
        if given.fact is not None:
            return v[given.slot]
        if given.term is not None:
            return given.term.fn(v)
        fact, model = entry.compiled.facts[name], entry.document.content.facts[name]
        return fact.read(as_json(given.written, model, fact.unit, entry.compiled.setting))
