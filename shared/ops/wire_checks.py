"""What of "always true" single records show: no address or number of a person, one payment one order. Pure."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from shared.contracts.notify import Outcome
from shared.flow import codec
from shared.flow.records import Record
from shared.flow.replay import without_sealed
from shared.ops.checked import Checked

MAIL = re.compile(rb"[\w.+-]{1,64}@[\w-]{1,64}(\.[\w-]{1,64}){0,6}\.[A-Za-z]{2,24}")
NUMBER = re.compile(rb"(?<![\w.+-])((\+|00)\d{9,14}|1[3-9]\d{9}|\d{17}[\dXx])(?![\w.-])")
"""Phone numbers with their country code, mobile numbers and identity numbers of the mainland."""
OTHERS = ("redress.channels.", ".dead")
"""What integrations publish, and what could not be read, is theirs."""


class WireChecks:
    """Fed every record once."""

    def __init__(self) -> None:
        self.clear = Checked("5 · no address or number of a person stands on a topic")
        self.orders = Checked("3 · each order keeps its key and its content over all tries")
        self.outcomes = Checked("1 · no number of an outcome is given twice")
        self._orders: dict[tuple[str, str], tuple[str, int]] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._outcomes: dict[tuple[str, int], str] = {}

    def take(self, record: Record) -> None:
        """Looks at one record; what others wrote passes."""
        if any(mark in record.topic for mark in OTHERS):
            return
        at = f"{record.topic}/{record.partition}/{record.offset}"
        whole = b"\n".join([record.value or b"", *(header for _, header in record.headers)])
        self.clear.count(_personal(whole), at)
        type = dict(record.headers).get("ce_type", b"")
        if type == codec.ORDER.encode():
            self._order(record, at)
        elif type == Outcome.TYPE.encode():
            self._outcome(record)

    def _order(self, record: Record, at: str) -> None:
        data = _read(record)
        content = without_sealed(data.get("content"))  # an erasure takes what is sealed
        thing = dict(record.headers).get("ce_subject", b"").decode(errors="replace")
        effect = thing, str(data.get("effect"))
        key = str(data.get("key"))
        stands = key, hash(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
        other = self._orders.setdefault(effect, stands) != stands or self._keys.setdefault(key, effect) != effect
        self.orders.count(other, f"{at} {data.get('effect')}")

    def _outcome(self, record: Record) -> None:
        happened, id = _read(record).get("happened", {}), dict(record.headers).get("ce_id", b"").decode()
        number = str(happened.get("complaint")), int(happened.get("sequence", 0))
        self.outcomes.count(self._outcomes.setdefault(number, id) != id, f"{number[0]} {number[1]}: {id}")

    def finish(self) -> list[Checked]:
        """Every rule with what it counted."""
        return [self.clear, self.orders, self.outcomes]


def _personal(data: bytes) -> bool:
    return (b"@" in data and MAIL.search(data) is not None) or NUMBER.search(data) is not None


def _read(record: Record) -> Mapping[str, Any]:
    try:
        data = orjson.loads(record.value or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return data if isinstance(data, dict) else {}
