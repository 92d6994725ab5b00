"""`paid: under owed`, where rows can only ask for values: the step that says the same, and what to ask of it."""

import re
from collections.abc import Mapping

from services.compensation.table_units import Wrong

_NUMBERS = ("money", "decimal", "integer", "share", "duration", "")
_SIGNS = {
    "over": "over", ">": "over", "after": "over", "at least": "at least", ">=": "at least", "from": "at least",
    "under": "under", "<": "under", "before": "under", "at most": "at most", "<=": "at most", "up to": "at most",
}  # fmt: skip
_ASKED = re.compile(
    r"(?:(?P<sign>at least|at most|up to|[a-z]+|[<>]=?) +|\.\.(?P<under><?)=? *)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"(?: *(?P<over><?)(?P<range>\.\.))?\Z"
)


def compared(name: str, written: str, types: Mapping[str, str]) -> Wrong | None:
    """How to compare the fact or step `name` with another one, by their types ("" for a step); None when it is none."""
    found = _ASKED.match(written.strip()) or _ASKED.match(written.rsplit(" and ", maxsplit=1)[-1].strip())
    other = found["name"] if found else written.rsplit(" ", maxsplit=1)[-1]
    if other not in types or other == name or name not in types:
        return None
    what = f"'{other}' is a fact or step, and rows compare with values"
    sign = _sign(found) if found else None
    one, two = types[name], types[other]
    if sign is not None and one in _NUMBERS and two in _NUMBERS:
        return Wrong(what, _step(name, other, sign, "{{minus: [{}, {}]}}"))
    if sign is not None and one == two and one in ("date", "datetime"):
        unit = "day" if one == "date" else "second"
        # from the second to the first is how much later the first is
        return Wrong(what, _step(name, other, sign, f"{{{{from: {{1}}, to: {{0}}, in: {unit}, other_way: 0}}}}"))
    return Wrong(what, "ask about each of the two with values, or hand over a fact that says how they compare")


def _sign(found: re.Match[str]) -> str | None:
    if found["range"]:
        return "over" if found["over"] else "at least"
    if found["under"] is not None:
        return "under" if found["under"] else "at most"
    return ("not" if found["sign"] == "not" else _SIGNS.get(found["sign"])) if found["sign"] else "is"


def _step(name: str, other: str, sign: str, form: str) -> str:
    """A difference is never below 0: over and under ask for more than 0, at most and at least for nothing left."""
    more, short = form.format(name, other), form.format(other, name)
    apart = f"{{plus: [{more}, {short}]}}"
    step, difference, ask = {
        "over": ("more", more, "over 0"),
        "at most": ("more", more, "0"),
        "under": ("short_of", short, "over 0"),
        "at least": ("short_of", short, "0"),
        "is": ("apart", apart, "0"),
        "not": ("apart", apart, "over 0"),
    }[sign]
    return f"write a step '{step}: {difference}' and ask '{step}: {ask}'"
