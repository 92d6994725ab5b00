"""The facts a table asks for: what each can be, when it may be left out, and what would be right."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from services.compensation.table_axes import Scale
from services.compensation.table_model import FactModel
from services.compensation.table_read import MISSING, Setting, as_json, json_reader, literal_reader, places_of
from services.compensation.table_units import MONEY, RATE, Wrong, is_time, several, unit_name
from shared.money import DECIMALS, amount_text, plain

BIGGEST = Decimal(10) ** 12
_BOUNDED = ("money", "decimal", "integer", "duration", "share", "date", "datetime")


@dataclass(frozen=True)
class Fact:
    """One declared fact. `read` takes a JSON value and gives the typed one, or raises Wrong; `unit` as terms see it.

    `default` is MISSING for a fact that must be given; `scale` says which values it can take (text has none).
    """

    name: str
    type: str
    unit: str | None
    read: Callable[[Any], Any]
    default: Any
    or_none: bool
    scale: Scale | None
    expected: str

    @property
    def optional(self) -> bool:
        """Whether rows must reckon with its absence."""
        return self.or_none or self.default is None


def build_fact(name: str, model: FactModel, setting: Setting) -> Fact:
    """The fact as declared; raises Wrong for what does not fit together."""
    _check_keys(model)
    unit = _unit(model, setting)
    read = json_reader(model, unit, setting)
    low, high = _ends(model, unit, setting)
    if low is not None and high is not None and low > high:
        raise Wrong("'min' is greater than 'max'", "exchange the two")
    expected = _expected(model, unit, setting, low, high)

    def reads(value: Any) -> Any:
        found = read(value)
        if found is MISSING or (low is not None and found < low) or (high is not None and found > high):
            raise Wrong("is not what the table asks for", expected)
        return found

    default: Any = MISSING
    if "default" in model.model_fields_set:
        given = model.default
        if given is None or given == "none":
            default = None
        else:
            try:
                default = reads(as_json(given, model, unit, setting))
            except Wrong:
                raise Wrong("'default' is no value of this fact", f"write {expected}, or none") from None
    optional = model.or_none or default is None
    scale = _scale(name, model, unit, setting, low, high, optional)
    return Fact(name, model.type, unit, reads, default, model.or_none, scale, expected)


def _check_keys(model: FactModel) -> None:
    if (model.type == "choice") != bool(model.values):
        raise Wrong(
            "'values' belong to a choice and to nothing else", "write type: choice and values: [a, b], or neither"
        )
    if len(set(model.values)) < len(model.values) or {"any", "none", "given"} & set(model.values):
        raise Wrong("'values' must differ from each other and from any, none, given", "rename one")
    if any(v.startswith("not ") for v in model.values):
        raise Wrong("a value cannot begin with 'not '", "rename it")
    if (model.min is not None or model.max is not None) and model.type not in _BOUNDED:
        raise Wrong(f"'min' and 'max' do not fit type {model.type}", "remove them")
    if model.places is not None and model.type not in ("money", "decimal"):
        raise Wrong(f"'places' does not fit type {model.type}", "remove it")
    if model.unit is not None and model.type not in ("decimal", "integer", "duration"):
        raise Wrong(f"'unit' does not fit type {model.type}", "remove it, or use type decimal, integer or duration")


def _unit(model: FactModel, setting: Setting) -> str | None:
    if model.type == "money":
        if setting.currency is None:
            raise Wrong("a fact in money, but the table names no currency", "add a line 'currency: CNY' to the table")
        return MONEY
    if model.type == "share":
        return RATE
    if model.unit is None:
        if model.type == "duration":
            raise Wrong("a duration needs its unit", "add 'unit: hour' (or second, minute, day, week)")
        return None
    unit = unit_name(model.unit)
    if unit in DECIMALS:
        raise Wrong("a currency is not a unit", "use type: money; the table's 'currency' says which")
    if model.type == "duration" and not is_time(unit):
        raise Wrong(f"'{unit}' is no unit of time", "write second, minute, hour, day or week; or use type: decimal")
    return unit


def _ends(model: FactModel, unit: str | None, setting: Setting) -> tuple[Any, Any]:
    if model.type not in _BOUNDED:
        return None, None
    literal = literal_reader(model.type, unit, setting)
    low = literal(model.min) if model.min is not None else None
    high = literal(model.max) if model.max is not None else None
    if model.type in ("date", "datetime"):
        return low, high
    low = Decimal(0) if low is None else low
    return low, (Decimal(1) if model.type == "share" else BIGGEST) if high is None else high


def _scale(
    name: str, model: FactModel, unit: str | None, setting: Setting, low: Any, high: Any, optional: bool
) -> Scale | None:
    if model.type == "text":
        return None
    said = setting.currency if unit == MONEY else unit
    read = literal_reader(model.type, unit, setting, model.values)
    if model.type == "choice":
        return Scale(name, read, choices=model.values, optional=optional)
    if model.type == "yes_no":
        return Scale(name, read, choices=(True, False), optional=optional)
    step: Any = None
    if model.type == "date":
        step = timedelta(days=1)
    elif model.type in ("money", "integer") or model.places is not None:
        step = Decimal(1).scaleb(-places_of(model, setting))
    return Scale(name, read, None, low, high, step, optional, said)


def _expected(model: FactModel, unit: str | None, setting: Setting, low: Any, high: Any) -> str:
    """What would be right, for people."""
    match model.type:
        case "yes_no":
            return "true or false, or yes or no"
        case "choice":
            return f"one of {', '.join(model.values)}"
        case "text":
            return "text of 1 to 200 characters"
        case "date":
            kind = "a date like 2026-10-01"
        case "datetime":
            kind = f"a time like 2026-10-01T08:00:00+08:00, or without offset as clocks show it in {setting.zone.key}"
        case "money":
            like = amount_text(Decimal(12), setting.currency) if setting.currency else "12"
            kind = f"an amount in {setting.currency} as text, like '{like}'"
        case "integer":
            kind = f"a whole number{f' of {several(unit)}' if unit else ''}"
        case "share":
            kind = "a share between 0 and 1 as text, like '0.4'"
        case _:
            kind = f"a number{f' of {several(unit)}' if unit else ''}, like '12.5'"
    if model.type == "share" and low == 0 and high == 1:
        return kind
    ends = [f"at least {plain(low) if isinstance(low, Decimal) else low.isoformat()}"] if low is not None else []
    if high is not None and high != BIGGEST:
        ends.append(f"at most {plain(high) if isinstance(high, Decimal) else high.isoformat()}")
    places = f", {places_of(model, setting)} decimals at most" if model.type == "money" else ""
    return ", ".join([kind, *ends]) + places
