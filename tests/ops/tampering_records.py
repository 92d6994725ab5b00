"""Changes to what stands on the topics, each breaking a rule of the audit."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from services.triage.domain import IN_DANGER
from shared.flow import codec
from shared.flow.records import Record
from tests.ops.tampering import BREAKS, breaks
from tests.ops.twin import TwinRunning


def _facts(running: TwinRunning, teller: str) -> Iterator[Record]:
    for _, records in sorted(running.reader.records.items()):
        yield from [record for record in records if dict(record.headers).get("ce_teller") == teller.encode()]


def _again(running: TwinRunning, record: Record, value: Any = None, **headers: str) -> bool:
    """The record once more at the end of its partition, with other content or headers."""
    told = {name: text.encode() for name, text in headers.items()}
    kept = tuple((name, told.get(name, was)) for name, was in record.headers)
    records = running.reader.records[record.part]
    changed = record.value if value is None else orjson.dumps(value)
    records.append(record._replace(offset=len(records), value=changed, headers=kept))
    return True


def _numbered(rule: str, change: Callable[[TwinRunning, Record], bool], teller: str = "triage") -> None:
    """A rule broken by the first fact of the teller for which `change` finds what it looks for."""
    BREAKS[rule] = lambda running: any(change(running, record) for record in _facts(running, teller))


def _data(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(record.value or b"{}")
    return found


def _lowered(running: TwinRunning, record: Record) -> bool:
    data, id = _data(record), dict(record.headers)["ce_subject"].decode()
    if not data["stands"] or running.stores["triage"][id]["state"]["safety"] not in IN_DANGER:
        return False
    source = f"triage/{id}"
    return _again(running, record, {**data, "stands": {**data["stands"], "safety": "none"}},
                  ce_id=f"{source}/99999", ce_sequence="99999")  # fmt: skip


def _outcome(running: TwinRunning, record: Record) -> bool:
    return record.topic.startswith("redress.outcomes") and _again(running, record, ce_id="notify/c/9")


def _slowed(running: TwinRunning, record: Record) -> bool:
    return record.topic.endswith("express") and _again(running, record, ce_id="triage/c/9", ce_lane="standard")


_numbered("1 · every fact's id is derived from teller, thing and number", lambda r, one: _again(r, one, ce_id="own"))
_numbered("1 · one id, one content", lambda r, one: _again(r, one, {**_data(one), "chain": "other"}))
_numbered("2 · safety is lowered by a named person only", _lowered)
_numbered("2 · what is raised travels express, and stays so", _slowed)
_numbered("1 · no number of an outcome is given twice", _outcome, "notify")


@breaks("1 · the numbers of each thing are without a gap, nothing told is missing on the topics")
def _missing(running: TwinRunning) -> bool:
    lost = next(_facts(running, "triage"))
    id = dict(lost.headers)["ce_id"]
    for part, records in running.reader.records.items():
        running.reader.records[part] = [one for one in records if dict(one.headers).get("ce_id") != id]
    return True


@breaks("1 · every entry on the channel topics has its receipt")
def _no_receipts(running: TwinRunning) -> bool:
    entries = [part for part in running.reader.records if part[0].startswith("redress.channels")]
    for part in [part for part in running.reader.records if part[0] == "redress.receipts"]:
        del running.reader.records[part]
    return bool(entries)


@breaks("3 · each order keeps its key and its content over all tries")
def _other_amount(running: TwinRunning) -> bool:
    for records in running.reader.records.values():
        for record in records:
            if dict(record.headers).get("ce_type") == codec.ORDER.encode():
                return _again(running, record, {**_data(record), "content": {"amount": "1000.00"}})
    return False


@breaks("5 · no address or number of a person stands on a topic")
def _address(running: TwinRunning) -> bool:
    record = next(_facts(running, "notify"))
    return _again(running, record, {**_data(record), "to": "someone@mail.example"})


@breaks("7 · bad input is answered with its reason")
def _no_reason(running: TwinRunning) -> bool:
    dead = [record for records in running.reader.records.values() for record in records if ".dead" in record.topic]
    return bool(dead) and _again(running, dead[0]._replace(headers=()))


@breaks("7 · what is not of its contract is buried with its reason")
def _unfit(running: TwinRunning) -> bool:
    return _again(running, next(_facts(running, "triage")), {"nothing": 1})
