"""What every fact type says of itself."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Happened(BaseModel):
    """What happened, past tense. `TYPE` is its wire name; `CHANGES` the fields of the teller's `stands` it changes.

    Additive change only: a reader ignores what it does not know, and a new field has a default.
    """

    model_config = ConfigDict(extra="ignore")

    TYPE: ClassVar[str]
    CHANGES: ClassVar[frozenset[str]] = frozenset()


class Stands(BaseModel):
    """How a teller's thing stands, carried by each of its facts."""

    model_config = ConfigDict(extra="ignore")

    lane: str = "standard"


def stands_of(model: type["Stands"], heard: dict[str, Any]) -> Any:
    """How a thing stands as its type; all defaults when nothing was heard."""
    return model.__pydantic_validator__.validate_python(heard)


Remedy = dict[str, Any]
"""{"kind", "amount", "currency"}, {"kind", "quantity", "unit"}, {"kind"} or {"one_of": [...]}; amounts are text."""
