"""Values of facts: from JSON as callers send them, and from the table as its owner writes them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.compensation.table_model import FactModel
from services.compensation.table_slips import nearest
from services.compensation.table_units import Wrong, convert, in_unit, read_number
from services.compensation.table_words import UnitWords
from shared.money import DECIMALS, plain

MISSING: Any = object()
NUMBERS = ("money", "decimal", "integer", "share", "duration")
_ISO_SPAN = re.compile(r"P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?\Z", re.ASCII)
_AS_TEXT = {"yes": True, "no": False, "true": True, "false": False}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


@dataclass(frozen=True)
class Setting:
    """What of the table its facts and amounts depend on; `units` are the words for units of its own."""

    currency: str | None
    zone: ZoneInfo
    units: Mapping[str, UnitWords] = field(default_factory=dict)


def literal_reader(type: str, unit: str | None, setting: Setting, values: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """Reads one value as written in a table, into what facts of this type are compared with."""
    if type == "yes_no":
        return _yes_no
    if type == "choice":
        return lambda node: _choice(node, values)
    if type == "date":
        return lambda node: _must(_date(node), "write a date like 2026-10-01")
    if type == "datetime":
        return lambda node: _must(_datetime(node, setting.zone), "write a time like 2026-10-01T08:00+08:00")
    return lambda node: in_unit(read_number(node), unit, setting.currency)


def _must(found: Any, mend: str) -> Any:
    if found is MISSING:
        raise Wrong("this is not such a value", mend)
    return found


def _yes_no(node: Any) -> bool:
    if isinstance(node, bool):
        return node
    if isinstance(node, str) and node in _AS_TEXT:
        return _AS_TEXT[node]
    raise Wrong("yes or no is expected here", "write yes or no")


def _choice(node: Any, values: tuple[str, ...]) -> str:
    if str(node) not in values or isinstance(node, bool):
        mend = f"{nearest(str(node), values)}write one of {', '.join(values)}"
        raise Wrong(f"'{str(node)[:40]}' is none of its values", mend)
    return str(node)


def as_json(node: Any, model: FactModel, unit: str | None, setting: Setting) -> Any:
    """A value written in the table (`48 h`, `4 EUR`, 25%) as JSON would bring it."""
    if model.type in NUMBERS and not isinstance(node, bool):
        try:
            return plain(in_unit(read_number(node), unit, setting.currency))
        except Wrong:
            return node
    return node


def json_reader(model: FactModel, unit: str | None, setting: Setting) -> Callable[[Any], Any]:
    """From a JSON value to the typed one, MISSING when it is not one."""
    match model.type:
        case "yes_no":
            return _truth
        case "choice":
            allowed = frozenset(model.values)
            return lambda v: _chosen(v, allowed)
        case "text":
            return lambda v: v if isinstance(v, str) and 0 < len(v) <= 200 else MISSING
        case "date":
            return _date
        case "datetime":
            return lambda v: _datetime(v, setting.zone)
        case "duration":
            return lambda v: _span(v, str(unit))
        case "money":
            number = number_reader(places_of(model, setting))
            return lambda v: number(v) if v.__class__ is not float else MISSING
        case _:
            return number_reader(places_of(model, setting))


def _chosen(value: Any, allowed: frozenset[str]) -> Any:
    if value.__class__ is int:
        value = str(value)
    return value if isinstance(value, str) and value in allowed else MISSING


def _truth(value: Any) -> Any:
    if value is True or value is False:
        return value
    return _AS_TEXT.get(value, MISSING) if isinstance(value, str) else MISSING


def number_reader(places: int) -> Callable[[Any], Any]:
    """Reads a JSON number or its text, with so many decimals at most; a float counts by its shortest text."""
    fits = re.compile(rf"-?[0-9]{{1,13}}(?:\.(?=[0-9])[0-9]{{0,{places}}}0{{0,20}})?").fullmatch

    def read(value: Any) -> Any:
        if value.__class__ is not str:
            if value.__class__ is float:
                value = repr(value)
            elif value.__class__ is int or value.__class__ is Decimal:
                value = str(value)
            else:
                return MISSING
        return Decimal(value) if fits(value) else MISSING

    return read


_ANY_NUMBER = number_reader(9)


def _span(value: Any, unit: str) -> Any:
    found = _ANY_NUMBER(value)
    if found is not MISSING or not isinstance(value, str):
        return found
    parts = _ISO_SPAN.match(value)
    if not parts or not any(parts.groups()):
        return MISSING
    days, hours, minutes, seconds = (Decimal(part or 0) for part in parts.groups())
    return convert(days * 86400 + hours * 3600 + minutes * 60 + seconds, "second", unit)


def _date(value: Any) -> Any:
    if isinstance(value, str) and _DAY.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return MISSING
    return MISSING


def _datetime(value: Any, zone: ZoneInfo) -> Any:
    if not isinstance(value, str) or len(value) > 40 or len(value) < 16:
        return MISSING
    try:
        found = datetime.fromisoformat(value)
        local = found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)
        # Its own offset, not the zone: within one zone Python counts by the clock on the wall, changed or not.
        return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))
    except (ValueError, OverflowError):
        return MISSING


def places_of(model: FactModel, setting: Setting) -> int:
    if model.type == "integer":
        return 0
    if model.places is not None:
        return model.places
    return DECIMALS[setting.currency] if model.type == "money" and setting.currency else 9
