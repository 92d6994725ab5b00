"""What pydantic finds wrong, as JSON pointers and words of our own: nothing that was sent comes back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.web.problems import Problem

M = TypeVar("M", bound=BaseModel)

MOST = 20
NAME = re.compile(r"(?!.*[0-9]{3})[A-Za-z_][A-Za-z0-9_-]{0,63}")
"""A name that may be told back; a number hidden in one may be somebody's."""
SAYINGS = {
    "missing": "is needed",
    "extra_forbidden": "is not known here",
    "string_type": "must be text",
    "string_too_short": "must hold at least {min_length} characters",
    "string_too_long": "must hold at most {max_length} characters",
    "string_pattern_mismatch": "has not the form expected",
    "string_unicode": "is not valid Unicode",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "list_type": "must be a list",
    "too_short": "must hold at least {min_length} items",
    "too_long": "must hold at most {max_length} items",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "union_tag_not_found": "needs its tag {discriminator}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "date_type": "must be a date like 2026-11-24",
    "date_from_datetime_parsing": "must be a date like 2026-11-24",
    "date_parsing": "must be a date like 2026-11-24",
    "datetime_type": "must be a time like 2026-11-24T08:00:00Z",
    "datetime_parsing": "must be a time like 2026-11-24T08:00:00Z",
    "datetime_from_date_parsing": "must be a time like 2026-11-24T08:00:00Z",
    "timezone_aware": "must carry a zone, like 2026-11-24T08:00:00Z",
    "decimal_parsing": "must be an amount as text, like 27.50",
    "decimal_type": "must be an amount as text, like 27.50",
    "json_invalid": "is not JSON",
}


def validated(model: type[M], data: Any, at: str = "") -> M:
    """The data as its type; Problem `invalid` names every field at fault, with pointers below `at`."""
    try:
        return model.model_validate(data)
    except ValidationError as fault:
        raise invalid(fault.errors(include_url=False, include_input=False), data, at) from None


def invalid(errors: Sequence[Mapping[str, Any]], data: Any, at: str = "") -> Problem:
    """The problem for pydantic's list of errors in `data`."""
    faults = [{"pointer": at + pointer(error, data), "detail": saying(error)} for error in errors[:MOST]]
    distinct = list({(fault["pointer"], fault["detail"]): fault for fault in faults}.values())
    return Problem("invalid", errors=distinct)


def saying(error: Mapping[str, Any]) -> str:
    """What is wrong, in our own words."""
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind == "value_error":
        return str(context.get("error", "is not allowed"))  # raised by a validator of ours, which echoes nothing
    return SAYINGS.get(kind, f"is not what is expected ({kind})").format_map(_Known(context))


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "what is documented"


def pointer(error: Mapping[str, Any], data: Any) -> str:
    """RFC 6901; steps that are no part of the data (names of union arms) and unknown names are left out."""
    path, place = "", data
    parts = list(error["loc"])
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if isinstance(place, Mapping) and part in place:
            place = place[part]
        elif isinstance(place, Sequence) and isinstance(part, int) and not isinstance(place, str | bytes):
            place = place[part] if part < len(place) else None
        elif not (last and error["type"] == "missing"):
            continue
        if isinstance(part, str) and not NAME.fullmatch(part):
            return path  # a name somebody made up may hold anything
        path += f"/{part}"
    return path
