"""Tables written in a test: loaded, or the faults they have."""

from datetime import date
from pathlib import Path
from typing import Any

from services.compensation.table_section import SECTION
from services.compensation.tables import Assessment, Tables, assess, tables_of
from shared.policy.documents import check_document
from shared.policy.faults import Fault, PackFaults
from shared.policy.packs import Pack
from shared.policy.policy import Policy
from shared.policy.source import Source, parse_source

ON = date(2026, 11, 22)
REASON = "reason: {zh-Hans: 因为, zh-Hant: 因為, en: Because.}"


def table(
    facts: str, rows: str, examples: str, steps: str = "", head: str = "currency: EUR\nrounding: half_up 0.01",
    id: str = "test.table", hit: str = "FIRST", version: str = "1", force: str = "{from: 2020-01-01}",
) -> str:  # fmt: skip
    """The text of a table; `facts`, `steps`, `rows` and `examples` are the indented lines below those words.

    A row may say REASON instead of its reason.
    """
    parts = [
        f'id: {id}\nversion: "{version}"\nowner: Owner\nsource: Conditions of carriage\nin_force: {force}',
        f"hit: {hit}\nborne_by: carrier\n{head}\nfacts:\n{facts}",
        f"steps:\n{steps}" if steps else "",
        f"rows:\n{rows.replace('REASON', REASON)}\nexamples:\n{examples}",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def pack_of(*texts: str, name: str = "test", shared: Pack | None = None) -> Pack:
    """A pack of these tables; raises PackFaults."""
    sources = [parse_source(text.encode(), f"{at}.yaml") for at, text in enumerate(texts, 1)]
    return pack_of_sources(*sources, name=name, shared=shared)


def pack_of_sources(*sources: Source, name: str = "test", shared: Pack | None = None) -> Pack:
    """The same from files already read."""
    documents = tuple(check_document(SECTION.name, SECTION.model, source) for source in sources)
    pack = Pack(name, Path(name), None, documents, shared)
    faults = list(SECTION.check(documents, pack))
    if faults:
        raise PackFaults(faults)
    return pack


def tables(*texts: str) -> Tables:
    try:
        return tables_of(Policy([pack_of(*texts)]))
    except PackFaults as fault:
        raise AssertionError(str(fault)) from None


def faults(*texts: str) -> list[Fault]:
    """What is wrong with these tables."""
    try:
        pack_of(*texts)
    except PackFaults as fault:
        return list(fault.faults)
    return []


def decide(text: str, table: str = "test.table", **facts: Any) -> Assessment:
    return assess(tables(text), table, facts, ON)


def due(text: str, table: str = "test.table", **facts: Any) -> list[dict[str, Any]]:
    return decide(text, table, **facts)["remedies"]


def amount(text: str, **facts: Any) -> str:
    """The one amount or quantity due; "" when nothing is."""
    found = due(text, **facts)
    return next((r.get("amount") or r["quantity"] for r in found), "")


def term(
    written: str, facts: str = "  price: {type: money}", steps: str = "", kind: str = "compensation", **more: str
) -> str:
    """A table of one row that owes this term; its example only has to be there."""
    rows = f"  - id: only\n    due: [{{{kind}: {written}}}]\n    REASON"
    return table(facts, rows, "  - {facts: {}, row: only, due: nothing}", steps, **more)


def unproved(text: str) -> Tables:
    """The table without its examples being run: for trying one term on facts of a test's own."""
    document = check_document(SECTION.name, SECTION.model, parse_source(text.encode(), "1.yaml"))
    pack = Pack("test", Path("test"), None, (document,))
    wrong = [str(f) for f in SECTION.check((document,), pack) if "example" not in f.what]
    assert not wrong, wrong
    return tables_of(Policy([pack]))


def worth(text: str, **facts: Any) -> str:
    """The amount or quantity a table made by `term` owes; "" when nothing."""
    found = assess(unproved(text), "test.table", facts, ON)["remedies"]
    return next((r.get("amount") or r["quantity"] for r in found), "")
