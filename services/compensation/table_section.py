"""The section of a pack that holds its decision tables: how its files are checked."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.compensation.table_checks import check_cover, check_examples, check_form
from services.compensation.table_links import check_links, circles
from services.compensation.table_model import TableModel
from services.compensation.table_trial import takes, try_on
from services.compensation.tables import SECTION_NAME, Tables, compiled_of, session_of
from shared.policy.documents import Document
from shared.policy.faults import Fault
from shared.policy.packs import Pack
from shared.policy.policy import Policy
from shared.policy.sections import Section


def check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    """Every fault of the tables of one pack, beyond their form."""
    whole = True
    for document in documents:
        compiled, problems = compiled_of(document.content)
        found = list(problems.found) or [*check_form(compiled), *check_cover(compiled)]
        if not document.content.examples:
            found.append((("examples",), "'examples' is missing", "add a list 'examples:', one for each row at least"))
        yield from (document.fault(place, what, mend) for place, what, mend in found)
        whole = whole and not found
    if whole:
        yield from _together(documents, pack)


def _together(documents: Sequence[Document[TableModel]], pack: Pack) -> Iterable[Fault]:
    """What needs more than one table, then the examples, which may."""
    around = list(documents) + list(pack.shared.of(SECTION_NAME) if pack.shared else ())
    tables: dict[str, list[Any]] = {}
    for document in around:
        tables.setdefault(document.id, []).append(compiled_of(document.content)[0])
    clean = True
    for circle in circles(tables):
        told = " → ".join([*circle, circle[0]])
        for document in documents:
            if document.id in circle:
                clean = False
                yield document.fault(("steps",), f"tables ask each other in a circle: {told}", "break it at one place")
    for document in documents:
        for place, what, mend in check_links(compiled_of(document.content)[0], tables):
            clean = False
            yield document.fault(place, what, mend)
    if not clean:
        return
    index = Tables(Policy([p for p in (pack.shared, pack) if p]))
    for document in documents:
        session = session_of(index, document.content.in_force.start)
        for place, what, mend in check_examples(compiled_of(document.content)[0], session):
            yield document.fault(place, what, mend)


SECTION = Section(SECTION_NAME, "tables/*.yaml", TableModel, "decision tables: what is owed", check, takes, try_on)
