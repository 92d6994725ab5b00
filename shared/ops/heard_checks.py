"""Whether all that was told was heard: each fact by the services it is for, each entry of the open inbox answered."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from shared.flow.records import Part, Record
from shared.ops.checked import Checked, Document
from shared.web.asking import read_key

NAME = re.compile(r"[a-z0-9-]{1,40}")
RECEIPTS, CHANNELS = "redress.receipts", "redress.channels."

OF_REMEDIES = "assessed offered accepted refused countered mediation-opened adjudicated referred paid reversed".split()
OF_ASKING = ["entitlement-claimed", "entitlement-released"]
HEARS: Mapping[str, Mapping[str, Iterable[str]]] = {
    "intake": {
        "triage": "triaged safety-raised safety-cleared assigned info-requested finding-recorded linked unlinked "
        "withdrawn rejected resolved closed reopened".split(),
        "compensation": OF_REMEDIES[1:],
        "notify": ["delivered", "failed"],
    },
    "triage": {
        "intake": "received supplemented withdrawal-asked reopening-asked erased".split(),
        "compensation": [*OF_REMEDIES, "evidence-added", "settlement-ordered", "failed", *OF_ASKING],
        "notify": ["survey-answered"],
    },
    "compensation": {
        "triage": "triaged safety-raised safety-cleared identity-verified finding-recorded reopened".split(),
        "intake": ["offer-answered"],
    },
    "notify": {
        "intake": ["received", "erased", "supplemented", "withdrawal-asked", "reopening-asked"],
        "contacts": ["told"],
        "triage": "triaged safety-raised safety-cleared protective-action-requested finding-recorded resolved closed "
        "reopened rejected withdrawn info-requested identity-verified promised assigned step-taken answered "
        "called-back linked unlinked protective-action-acknowledged corrective-action-ordered "
        "corrective-action-answered corrective-action-verified".split(),
        "compensation": [*OF_REMEDIES, "evidence-added", "settlement-ordered", "failed", *OF_ASKING],
    },
}
"""By service and teller: the facts that concern the service's thing of the complaint. Held against the services."""


def _by_type() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for service, tellers in HEARS.items():
        for teller, facts in tellers.items():
            for fact in facts:
                type = f"redress.{teller}.{fact}.v1"
                found[type] = (*found.get(type, ()), service)
    return found


class HeardChecks:
    """Fed every document, then every record; `groups`: what each group had committed before the documents were read."""

    def __init__(self, groups: Mapping[str, Mapping[Part, int]]) -> None:
        self.heard = Checked("1 · no fact was passed over by a service it is for")
        self.receipts = Checked("1 · every entry on the channel topics has its receipt")
        self.groups = groups
        self._services = _by_type()
        self._high: dict[tuple[str, str], dict[str, tuple[int, tuple[tuple[int, int], ...]]]] = {}
        self._waiting: set[tuple[str, str]] = set()
        self._erased: set[tuple[str, str]] = set()
        self._seen: set[tuple[str, str]] = set()
        self._entries: dict[tuple[str, str], str] = {}
        self._receipts: set[tuple[str, str]] = set()

    def document(self, service: str, thing: Document) -> None:
        """What a thing has heard from each teller, and what of that waits for a person."""
        heard: Mapping[str, Any] = thing.get("heard", {})
        self._high[service, thing["_id"]] = {
            source: (one["high"], tuple((low, high) for low, high in one["holes"])) for source, one in heard.items()
        }
        self._waiting |= {(service, str(kept["event"])) for kept in thing.get("person", ())}
        if thing.get("erased"):
            self._erased.add((service, thing["_id"]))

    def record(self, record: Record) -> None:
        """Looks at one record; what is nobody's passes."""
        if record.topic.startswith(CHANNELS):
            self._entry(record)
        elif record.topic == RECEIPTS:
            told = orjson.loads(record.value or b"{}").get("happened", {})
            self._receipts.add((str(told.get("integration")), str(told.get("key"))))
        else:
            self._fact(record)

    def _fact(self, record: Record) -> None:
        headers = dict(record.headers)
        services = self._services.get(headers.get("ce_type", b"").decode(errors="replace"), ())
        if not services or "ce_sequence" not in headers or record.topic.endswith(".dead"):
            return
        id, number = headers["ce_id"].decode(), int(headers["ce_sequence"])
        source = id.rsplit("/", 1)[0]
        for service in services:
            if self._read(service, record) and (service, id) not in self._seen:
                self._seen.add((service, id))
                thing = service, (record.key or b"").decode()
                high, holes = self._high.get(thing, {}).get(source, (0, ()))
                # what was kept of an erased person for somebody to look at is gone, and its number stays open
                open_ = thing not in self._erased and any(low <= number <= top for low, top in holes)
                unheard = number > high or open_
                self.heard.count(unheard and (service, id) not in self._waiting, f"{service} has not heard {id}")

    def _entry(self, record: Record) -> None:
        if self._read("intake", record):
            name = dict(record.headers).get("integration", b"").decode(errors="replace")
            key = read_key((record.key or b"").decode("ascii", errors="replace")) or ""
            at = f"{record.topic}/{record.partition}/{record.offset}"
            self._entries.setdefault((name if NAME.fullmatch(name) else "", key), at)

    def _read(self, service: str, record: Record) -> bool:
        lane = record.topic.rsplit(".", 1)[-1]
        return record.offset < self.groups.get(f"redress.{service}.{lane}", {}).get(record.part, 0)

    def finish(self) -> list[Checked]:
        """Receipts may stand anywhere on their topic."""
        for entry, at in self._entries.items():
            self.receipts.count(entry not in self._receipts, at)
        return [self.heard, self.receipts]
