"""What a model finds wrong with a pack file, in plain words: what stands there, and what goes there instead."""

import difflib
import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from shared.policy.faults import Fault
from shared.policy.slips import key_mend
from shared.policy.source import Place, Source

Context = Mapping[str, Any]


def as_fault(source: Source, model: type[BaseModel], error: ErrorDetails) -> Fault:
    """The fault at its line."""
    place = tuple(error["loc"])
    what, mend = _in_words(model, place, error)
    return source.fault(_written(source, place), what, mend)


def _written(source: Source, place: Place) -> Place:
    """The place without what pydantic adds (tags of unions, names of validators)."""
    found: Place = ()
    for step in place:
        if (*found, step) in source.lines:
            found = (*found, step)
    return found


def _in_words(model: type[BaseModel], place: Place, error: ErrorDetails) -> tuple[str, str]:
    name = next((str(step) for step in reversed(place) if isinstance(step, str) and step != "[key]"), "the file")
    match error["type"]:
        case "missing":
            return f"'{place[-1]}' is missing", f"add a line '{place[-1]}: …'{_about(model, place)}"
        case "extra_forbidden":
            mend = key_mend(str(place[-1])) or _known(_names(model, place[:-1]), str(place[-1]))
            return f"'{place[-1]}' is not known here", mend
        case "union_tag_invalid" | "union_tag_not_found":
            context = error.get("ctx", {})
            kinds = f"give {context.get('discriminator')} as one of {context.get('expected_tags', '')}"
            return f"'{name}' does not say which kind it is", kinds
        case "value_error" | "assertion_error":
            what, _, mend = (error["msg"].partition(", ")[2] or error["msg"]).partition("; ")
            return f"'{name}': {what}", mend or "correct it as said"
        case _:
            return f"'{name}' is {_short(error['input'])}", _mend(model, place, error)


def _mend(model: type[BaseModel], place: Place, error: ErrorDetails) -> str:
    """What goes where a value of the wrong sort stands."""
    context = error.get("ctx", {})
    match error["type"]:
        case "literal_error" | "enum":
            return f"write {context.get('expected')}"
        case "string_pattern_mismatch":
            return _like(context.get("pattern", ""))
        case "model_type" if keys := _keys(model, place):
            return f"write {keys}"
        case "list_type" | "tuple_type" | "too_short" | "too_long":
            return _list(model, place, context)
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return _within(model, place, context)
        case "string_too_long":
            return f"write at most {context.get('max_length')} characters"
        case kind:
            return _TYPES.get(kind) or error["msg"][0].lower() + error["msg"][1:]


def _like(pattern: str) -> str:
    """A pattern as one would say it."""
    if pattern.startswith("^[a-z0-9]+("):
        return "use small letters and digits, joined by . _ or -"
    if pattern == "^[a-z][a-z0-9_]*$":
        return "use small letters, digits and _, a letter first"
    if pattern == "^[A-Z]{3}$":
        return "write three capital letters, like CNY"
    choices = [re.sub(r"\[.*", "NAME", choice) for choice in pattern.removeprefix("^(").removesuffix(")$").split("|")]
    return f"write one of {', '.join(choices)}"


_TYPES = {
    "string_type": "write text",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "bool_type": "write yes or no",
    "bool_parsing": "write yes or no",
    "dict_type": "write 'key: value' lines below it",
    "model_type": "write 'key: value' lines below it",
    "decimal_type": "write the number in quotes, like '12.50'",
    "decimal_parsing": "write the number in quotes, like '12.50'",
    "string_too_short": "write something here",
}


def _short(got: Any) -> str:
    if got is None:
        return "empty"
    if isinstance(got, dict):
        return "a mapping"
    if isinstance(got, list | tuple):
        return "a list" if got else "an empty list"
    text = str(got)
    return f"'{text if len(text) <= 40 else text[:37] + '…'}'"


def _known(names: list[str], wrong: str) -> str:
    close = difflib.get_close_matches(wrong, names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"remove it; known here: {', '.join(names)}" if names else "remove it"


def _about(model: Any, place: Place) -> str:
    """What goes there: as its owner describes it, or the keys it needs."""
    told = next((field.description for field in _fields(model, place) if field.description), None)
    keys = "" if told else _keys(model, place)
    return f": {told}" if told else f", written {keys}" if keys else ""


def _keys(model: Any, place: Place) -> str:
    """The keys a mapping needs there, and those it may have; "" when it takes none of its own."""
    fields = [(f.alias or name, f) for kind in _models(_kinds(model, place)) for name, f in kind.model_fields.items()]
    needed = list(dict.fromkeys(name for name, field in fields if field.is_required()))
    more = list(dict.fromkeys(name for name, field in fields if not field.is_required()))
    if not needed:
        return f"{{{', '.join(f'{name}: …' for name in more)}}}" if more else ""
    return f"{{{', '.join(f'{name}: …' for name in needed)}}}" + (f"; {', '.join(more)} may be added" if more else "")


def _list(model: Any, place: Place, context: Context) -> str:
    if "max_length" in context:
        return f"write {context['max_length']} items at most"
    keys = _keys(model, (*place, 0))
    least = context.get("min_length")
    amount = f"at least {least} item{'s' if least > 1 else ''}, each" if least else "a list: each item"
    return f"write {amount} on its own line after '- '" + (f", as {keys}" if keys else "")


def _within(model: Any, place: Place, context: Context) -> str:
    """Both bounds of a number, whichever of them it broke."""
    bounds = dict(context)
    for field in _fields(model, place):
        for each in field.metadata:
            bounds |= {name: getattr(each, name) for name in _BOUNDS if hasattr(each, name)}
    return "write a number " + " and ".join(
        f"{said} {bounds[name]}" for name, said in _BOUNDS.items() if name in bounds
    )


_BOUNDS = {"gt": "over", "ge": "of at least", "lt": "under", "le": "of at most"}


def _fields(model: Any, place: Place) -> list[FieldInfo]:
    """The declarations of the key this place ends in."""
    kinds = _models(_kinds(model, place[:-1]))
    return [f for kind in kinds for name, f in kind.model_fields.items() if place[-1] in (name, f.alias)]


def _kinds(model: Any, place: Place) -> list[Any]:
    kinds = [model]
    for step in place:
        kinds = [deeper for kind in kinds for deeper in _step(kind, step)]
    return kinds


def _names(model: Any, place: Place) -> list[str]:
    """The keys that may stand at this place of the model, also through lists, mappings and unions."""
    return sorted({f.alias or name for kind in _models(_kinds(model, place)) for name, f in kind.model_fields.items()})


def _step(kind: Any, step: str | int) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {f.alias or name: f.annotation for name, f in kind.model_fields.items()}
        return [fields[step]] if step in fields else [kind]
    return [deeper for part in get_args(kind) for deeper in (_step(part, step) if not _is_leaf(part) else [])] or [kind]


def _is_leaf(kind: Any) -> bool:
    return not get_args(kind) and not (isinstance(kind, type) and issubclass(kind, BaseModel))


def _models(kinds: list[Any]) -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = []
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found.append(kind)
        else:
            found.extend(_models(list(get_args(kind))))
    return found
