"""Numbers as a policy owner writes them: 15, "4.50", 25%, 48 h, 4 EUR, and units that can be compared."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.compensation.table_slips import CODES, currency_meant, number_meant
from shared.money import DECIMALS, EXACT, plain
from shared.policy.source import Place

RATE, MONEY, UNKNOWN = "rate", "money", "?"

_FAMILIES: dict[str, dict[str, str]] = {
    "time": {"second": "1", "minute": "60", "hour": "3600", "day": "86400", "week": "604800"},
    "mass": {"gram": "1", "kilogram": "1000", "tonne": "1000000"},
    "distance": {"metre": "1", "kilometre": "1000"},
}
_SIZE = {unit: (family, Decimal(size)) for family, units in _FAMILIES.items() for unit, size in units.items()}
_ALIASES = {
    "s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour", "d": "day",
    "g": "gram", "kg": "kilogram", "t": "tonne", "m": "metre", "km": "kilometre",
    "meter": "metre", "kilometer": "kilometre",
}  # fmt: skip
_LITERAL = re.compile(r"(?P<number>-?[0-9]{1,12}(\.[0-9]{1,9})?) *(?P<unit>%|[A-Za-z_]+)?\Z")
NUMBERS = "a number like 15, '4.50', 25%, 48 h or 4 EUR"
_UNIT = re.compile(r"[a-z][a-z_]{0,29}\Z")


class Wrong(Exception):
    """What is written wrongly in a table, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass
class Problems:
    """Every fault of one table, each at its place in the file."""

    found: list[tuple[Place, str, str]] = field(default_factory=list)

    def add(self, place: Place, what: str, mend: str) -> None:
        if (place, what, mend) not in self.found:
            self.found.append((place, what, mend))

    def wrong(self, place: Place, fault: Wrong) -> None:
        self.add(place, fault.what, fault.mend)


@dataclass(frozen=True)
class Number:
    """A written number; `unit` is None (bare), "rate" for a percentage, a currency code, or a unit's full name."""

    value: Decimal
    unit: str | None


def unit_name(word: str) -> str:
    """The full name of a unit (`h`, `hours` → `hour`); raises Wrong when it cannot be one."""
    if word in DECIMALS:
        return word
    meant = currency_meant(word)
    if meant:
        raise Wrong(f"'{word}' is not how a currency is written", f"write {meant}")
    name = _ALIASES.get(word, word)
    if name not in _SIZE and name.endswith("s") and (name[:-1] in _SIZE or _ALIASES.get(name[:-1])):
        name = _ALIASES.get(name[:-1], name[:-1])
    elif name not in _SIZE and len(name) > 3 and name.endswith("s"):
        name = name[:-1]
    if len(word) == 3 and word.isupper():
        raise Wrong(f"'{word}' is no currency known here", CODES)
    if not _UNIT.match(name):
        raise Wrong(f"'{word}' is no unit", "write a unit in small letters, like hour, day, kg, km, point")
    return name


def read_number(node: Any) -> Number:
    """A number with or without unit, as the YAML reader hands it over; raises Wrong."""
    if isinstance(node, bool) or not isinstance(node, (int, str, Decimal)):
        raise Wrong("a number is expected here", f"write {NUMBERS}")
    text = str(node).strip()
    found = _LITERAL.match(text)
    if not found:
        raise Wrong(f"'{text[:40]}' is not a number", number_meant(text[:80]) or f"write {NUMBERS}")
    value, unit = Decimal(found["number"]), found["unit"]
    if unit == "%":
        return Number(EXACT.divide(value, Decimal(100)), RATE)
    return Number(value, unit_name(unit) if unit else None)


def same_family(one: str, other: str) -> bool:
    return one == other or (one in _SIZE and other in _SIZE and _SIZE[one][0] == _SIZE[other][0])


def convert(value: Decimal, source: str, target: str) -> Decimal:
    """The value, given in `source`, in `target`, a unit of the same family; exact wherever the result ends."""
    if source == target:
        return value
    return EXACT.divide(EXACT.multiply(value, _SIZE[source][1]), _SIZE[target][1])


def smaller(one: str, other: str) -> str:
    """The smaller of two units of one family, into which the other converts without a rest."""
    return one if one == other or _SIZE[one][1] <= _SIZE[other][1] else other


def several(unit: str) -> str:
    """A unit as it is said of more than one, or a currency."""
    return unit if unit in DECIMALS else unit.replace("_", " ") + "s"


def unit_of(number: Decimal, unit: str) -> str:
    """A unit as it is said of this number: 1 day, 2 days."""
    return several(unit) if number != 1 else unit.replace("_", " ")


def percent(share: Decimal) -> str:
    """A share as a percentage: 0.25 is 25 %."""
    return f"{plain(EXACT.multiply(share, Decimal(100)))} %"


def is_time(unit: str) -> bool:
    return _SIZE.get(unit, ("",))[0] == "time"


def in_unit(number: Number, unit: str | None, currency: str | None) -> Decimal:
    """The number in the unit of what it is compared with; a bare number already is. Raises Wrong."""
    if number.unit is None:
        return number.value
    if unit == MONEY:
        if number.unit == currency:
            return number.value
        raise Wrong(f"'{number.unit}' does not fit: this table counts in {currency}", f"write it in {currency}")
    if unit is not None and number.unit != RATE and same_family(number.unit, unit):
        return convert(number.value, number.unit, unit)
    if number.unit == unit:
        return number.value
    told = "a percentage" if number.unit == RATE else f"'{number.unit}'"
    wanted = {None: "a bare number", RATE: "a percentage like 25%"}.get(unit, f"a number in {unit}")
    raise Wrong(f"{told} does not fit here", f"write {wanted}")
