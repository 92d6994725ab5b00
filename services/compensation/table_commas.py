"""`1,000 EUR` inside brackets or braces, where the comma has made two things of one number."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from shared.policy.source import Place

WHAT = "a comma has made two things of one number: '{}'"
MEND = "write it without commas, like 1500, or two numbers each with its unit"
_END = re.compile(r"[0-9]{3}(?:\.[0-9]+)?(?: *[A-Za-z%].*)?\Z")
_BEGIN = re.compile(r"(?:.*[^0-9.,])?[0-9]{1,3}\Z")
_GOES_ON = re.compile(r"[0-9]{3}(?:\.[0-9]+)? *[A-Za-z%]|00[0-9](?:\.[0-9]+)?\Z")


def cut_numbers(node: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Where a number was cut by its comma, and what is left of it."""
    if isinstance(node, dict):
        before: Any = ""
        for key, value in node.items():
            if _END.match(str(key)) and (value is None or before is None):
                yield place, str(key)
            before = value
            yield from cut_numbers(value, (*place, key))
    elif isinstance(node, list):
        for one, other in pairwise(node):
            # 1, 500 EUR is 1500 EUR; 100, 200 may be two numbers, but 1, 000 is none
            if _BEGIN.match(str(one)) and _GOES_ON.match(str(other)):
                yield place, f"{one},{other}"
        for at, part in enumerate(node):
            yield from cut_numbers(part, (*place, at))
