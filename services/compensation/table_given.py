"""The facts given to a table: read into its slots, or everything missing and wrong told at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.compensation.table_read import MISSING
from services.compensation.table_ready import Compiled
from services.compensation.table_slips import nearest
from services.compensation.table_units import Wrong

Json = dict[str, Any]


class CannotAssess(Exception):
    """Why nothing can be said about these facts.

    `type` is unknown-table, not-in-force, facts-missing, facts-wrong or too-large; `pointer` is a JSON pointer into
    the request; `problems` holds one {"pointer", "detail"} for every fact concerned; `more` what else is told.
    """

    def __init__(self, type: str, detail: str, pointer: str = "", problems: Sequence[Json] = (), **more: Any) -> None:
        super().__init__(detail)
        self.type, self.detail, self.pointer, self.more = type, detail, pointer, more
        self.problems = list(problems)


def fact_pointer(name: str) -> str:
    """The JSON pointer of a fact in a request."""
    return "/facts/" + name[:80].replace("~", "~0").replace("/", "~1")


def read_facts(table: Compiled, facts: Mapping[str, Any]) -> list[Any]:
    """The slots of the table's facts, defaults filled in. Raises CannotAssess naming everything missing or wrong."""
    slots: list[Any] = []
    get, taken = facts.get, 0
    try:
        for name, read, default, or_none in table.readers:
            value = get(name)
            if value is not None:
                taken += 1
                slots.append(read(value))
            elif default is not MISSING:
                slots.append(default)
            elif or_none and name in facts:
                slots.append(None)
            else:
                raise _all_faults(table, facts)
    except Wrong:
        raise _all_faults(table, facts) from None
    if taken < len(facts) and not facts.keys() <= table.facts.keys():
        raise _all_faults(table, facts)
    return slots


def _all_faults(table: Compiled, facts: Mapping[str, Any]) -> CannotAssess:
    missing: list[Json] = []
    wrong: list[Json] = []
    names: list[str] = []
    for name, fact in table.facts.items():
        value = facts.get(name)
        if value is None:
            if fact.default is MISSING and not (fact.or_none and name in facts):
                detail = f"{name} is missing: {fact.expected}{', or null' if fact.or_none else ''}"
                missing.append({"pointer": fact_pointer(name), "detail": detail})
                names.append(name)
            continue
        try:
            fact.read(value)
        except Wrong as fault:
            wrong.append({"pointer": fact_pointer(name), "detail": f"{name} must be {fault.mend}"})
    strange = _strangers(table, facts)
    # a stranger is what to correct: the fact that is missing may be that one, misspelt
    problems = strange + missing + wrong
    detail = "; ".join(problem["detail"] for problem in problems)
    type = "facts-wrong" if wrong or strange else "facts-missing"
    return CannotAssess(type, detail, problems[0]["pointer"], problems, missing=names)


def _strangers(table: Compiled, facts: Mapping[str, Any]) -> list[Json]:
    known = ", ".join(table.facts)
    strange = [str(name) for name in facts if name not in table.facts][:20]
    told = {name: f"{nearest(name[:80], table.facts)}its facts are {known}" for name in strange}
    return [
        {"pointer": fact_pointer(name), "detail": f"{name[:80]} is not a fact of this table; {mend}"}
        for name, mend in told.items()
    ]
