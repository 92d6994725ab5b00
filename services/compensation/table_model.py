"""The file of one decision table: its parts as a policy owner writes them."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PrivateAttr, WithJsonSchema

from shared.policy.documents import Dated, Identifier, Named, PackModel, Words

KINDS = (
    "refund", "fee", "compensation", "fee_waiver", "coupon", "points", "free_service_time", "rebooking", "lodging",
    "seat_change", "invoice", "credit_correction", "repair", "exchange", "explanation", "apology",
)  # fmt: skip
FACT_TYPES = ("money", "decimal", "integer", "share", "duration", "choice", "yes_no", "date", "datetime", "text")


def _name(value: str) -> str:
    if not re.match(r"[a-z][a-z0-9_]{0,49}\Z", value):
        raise ValueError(f"'{value[:40]}' is no name: use small letters, digits and _, a letter first, 50 at most")
    return value


Name = Annotated[str, AfterValidator(_name)]

_TERM_FORMS: dict[str, dict[str, Any]] = {
    "value": {"value": "a term"},
    "share": {"share": "25% or a term", "of": "a term", "over_one": "yes, when more than the whole is meant"},
    "times": {"times": "a list of terms"},
    "plus": {"plus": "a list of terms"},
    "minus": {"minus": "a list of terms; never below 0"},
    "lesser": {"lesser": "a list of terms"},
    "greater": {"greater": "a list of terms"},
    "divide": {"divide": "a term", "by": "a term above 0"},
    "each": {
        "each": "an amount", "per": "a size such as 1 kg", "of": "a quantity", "after": "quantity that is exempt",
        "up_to": "quantity counted at most", "counting": "exact, started or whole",
    },
    "from": {
        "from": "a date or time", "to": "a date or time", "in": "a unit of time", "not_counted": "exempt days",
        "other_way": "0, when the second may be earlier and then no time counts",
    },
    "by": {"by": "a fact or step", "is": "a mapping from what it is to a term"},
    "table": {"table": "the id of another table", "take": "a kind of remedy", "with": "its facts"},
}  # fmt: skip
MODIFIERS = ("at_least", "at_most", "rounded", "nothing_below")
FORMS = {form: tuple(keys) for form, keys in _TERM_FORMS.items()}


def _term_schema() -> dict[str, Any]:
    forms: list[dict[str, Any]] = [
        {"type": ["string", "integer"], "description": "a number, or the name of a fact or step"}
    ]
    for form, keys in _TERM_FORMS.items():
        properties: dict[str, Any] = {key: {"description": told} for key, told in keys.items()}
        properties |= {key: {} for key in MODIFIERS}
        forms.append({"type": "object", "required": [form], "properties": properties, "additionalProperties": False})
    return {"anyOf": forms, "description": "a term: a number, a name, or one of the forms"}


_DUE_SCHEMA = {
    "description": "'nothing', or a list of remedies: a kind, {kind: term}, or {one_of: [remedy, …]}",
    "anyOf": [
        {"const": "nothing"},
        {"type": "array", "items": {"anyOf": [{"enum": list(KINDS)}, {"type": "object", "minProperties": 1}]}},
    ],
}
_CELLS = {"type": "object", "additionalProperties": {"type": ["string", "integer", "boolean", "array"]}}

_NUMBER_OR_TEXT = {"type": ["string", "integer"]}
_YES_NO = {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no"]}]}

Written = Annotated[str, WithJsonSchema(_NUMBER_OR_TEXT)]
YesNo = Annotated[bool, WithJsonSchema(_YES_NO)]
Term = Annotated[Any, WithJsonSchema(_term_schema())]
Due = Annotated[Any, WithJsonSchema(_DUE_SCHEMA)]
When = Annotated[Any, WithJsonSchema({"anyOf": [_CELLS, {"type": "array", "items": _CELLS}]})]


def _of(least: int, most: int) -> BeforeValidator:
    """A list or mapping of bounded size."""

    def check(value: Any) -> Any:
        if isinstance(value, (list, dict)) and not least <= len(value) <= most:
            raise ValueError(f"holds {len(value)} entries; write {least} to {most}, or split the table")
        return value

    return BeforeValidator(check)


class FactModel(PackModel):
    """One fact a table asks for. `default` makes it one that may be left out; `or_none` one that may be null."""

    type: Literal["money", "decimal", "integer", "share", "duration", "choice", "yes_no", "date", "datetime", "text"]
    unit: Annotated[str, Field(max_length=30)] | None = None
    values: Annotated[tuple[Annotated[Written, Field(min_length=1, max_length=60)], ...], _of(0, 100)] = ()
    min: Written | None = None
    max: Written | None = None
    places: Annotated[int, Field(ge=0, le=9)] | None = None
    default: Any = None
    or_none: YesNo = False
    about: Words | None = None


class RowModel(PackModel):
    """One row: when it holds, what is due then, and why, in words a passenger understands."""

    id: Identifier
    when: When = Field(default_factory=dict)
    due: Due
    reason: Named
    borne_by: Name | None = None
    each_alone: YesNo = False


class ExampleModel(PackModel):
    """One worked example, run whenever the table is loaded."""

    name: Words | None = None
    facts: dict[str, Any]
    row: Identifier
    due: Due


def _examples_required(schema: dict[str, Any]) -> None:
    schema["required"].append("examples")


class TableModel(Dated):
    """A decision table: facts in, the first (or only) row that holds, remedies out.

    `basis` is the source as a passenger is told it, in their language; without it they are told `source`. `units`
    are the words for units of its own. A table without `examples` is refused, with all else that is wrong in it.
    """

    model_config = ConfigDict(json_schema_extra=_examples_required)

    basis: Named | None = None
    hit: Literal["FIRST", "UNIQUE"] = "FIRST"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    rounding: Annotated[str, Field(max_length=40)] | None = None
    borne_by: Name
    time_zone: Annotated[str, Field(max_length=60)] = "UTC"
    units: Annotated[dict[Name, Named], _of(0, 40)] = Field(default_factory=dict)
    facts: Annotated[dict[Name, FactModel], _of(1, 40)]
    steps: Annotated[dict[Name, Term], _of(0, 40)] = Field(default_factory=dict)
    rows: Annotated[tuple[RowModel, ...], _of(1, 1000)]
    examples: Annotated[tuple[ExampleModel, ...], _of(1, 1000)] = ()
    _compiled: Any = PrivateAttr(default=None)
