"""Where in a record a fault lies, in declared names only: a key somebody made up may be anything, a phone number."""

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticUserError

UNDECLARED = "*"


def pointer(model: type[BaseModel], loc: Sequence[int | str]) -> str:
    """A JSON pointer from pydantic's location; `*` for each part that is no declared name and no index."""
    declared = _declared(model)
    parts = (str(part) if isinstance(part, int) or part in declared else UNDECLARED for part in loc)
    return "".join(f"/{part}" for part in parts)


@functools.cache
def _declared(model: type[BaseModel]) -> frozenset[str]:
    try:
        return frozenset(_names(model.model_json_schema()))
    except PydanticUserError:
        return frozenset(model.model_fields)


def _names(schema: Any) -> Iterator[str]:
    """Names of fields, and what a tag may be."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for tag in (schema.get("const"), *schema.get("enum", ())):
            if isinstance(tag, str):
                yield tag
        for part in schema.values():
            yield from _names(part)
    if isinstance(schema, list):
        for part in schema:
            yield from _names(part)
