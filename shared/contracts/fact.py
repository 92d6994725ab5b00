"""What every fact type says of itself."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, WithJsonSchema


class Happened(BaseModel):
    """What happened, past tense. `TYPE` is its wire name; `CHANGES` the fields of the teller's `stands` it changes.

    Additive change only: a reader ignores what it does not know, and a new field has a default.
    """

    model_config = ConfigDict(extra="ignore")

    TYPE: ClassVar[str]
    CHANGES: ClassVar[frozenset[str]] = frozenset()
    STANDS: ClassVar["type[Stands] | None"] = None
    """How its thing stands, where that is no complaint, case or claim."""


class Stands(BaseModel):
    """How a teller's thing stands, carried by each of its facts."""

    model_config = ConfigDict(extra="ignore")

    lane: str = "standard"


def stands_of(model: type["Stands"], heard: dict[str, Any]) -> Any:
    """How a thing stands as its type; all defaults when nothing was heard."""
    return model.__pydantic_validator__.validate_python(heard)


AMOUNT = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
REMEDY: dict[str, Any] = {
    "type": "object",
    "title": "Remedy",
    "description": "Money has an amount and a currency, what is counted a quantity and a unit, both as text; other "
    "remedies a kind alone. `one_of`: the complainant's choice.",
    "properties": {
        "kind": {"type": "string", "description": "refund, compensation, free_service_time and so on; more may come."},
        "amount": AMOUNT,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "quantity": AMOUNT,
        "unit": {"type": "string"},
        "one_of": {"type": "array", "items": {"type": "object"}},
    },
    "dependencies": {"amount": ["kind", "currency"], "quantity": ["kind", "unit"]},
}
Remedy = Annotated[dict[str, Any], WithJsonSchema(REMEDY)]
"""{"kind", "amount", "currency"}, {"kind", "quantity", "unit"}, {"kind"} or {"one_of": [...]}; amounts are text."""
