"""`redress.channels.*`: complaints that integrations publish instead of calling HTTP, signed, answered by receipts."""

import re
from collections.abc import Sequence

import orjson

from services.intake.domain import Create
from services.intake.integrations import Integration, Integrations, check_signature
from services.intake.sealed import Reception
from services.intake.told import Told
from shared import ids
from shared.contracts.intake import Receipt
from shared.flow import codec
from shared.flow.errors import Poison
from shared.flow.messages import Request
from shared.flow.records import Outgoing, Record
from shared.flow.service import Refused
from shared.sealing import BadRing, SealBroken, of_secrets
from shared.web.asking import read_key
from shared.web.bodies import Limits, parse
from shared.web.faults import validated
from shared.web.problems import Problem

LIMITS = Limits()
NAME = re.compile(r"[a-z0-9-]{1,40}")
SEALED = "application/jose"
TOPIC, RECEIPTS = "redress.channels", "redress.receipts"


class Channels:
    """Reads one record of the open inbox, by the integrations known at the record's own time."""

    def __init__(self, integrations: Integrations, reception: Reception) -> None:
        self.integrations, self.reception = integrations, reception

    def read(self, record: Record) -> Request | Refused:
        """The complaint as a request, or the receipt that says why not. Transient while it cannot be judged."""
        headers = self._headers(record)
        name = headers.get("integration", "")
        name = name if NAME.fullmatch(name) else ""
        key = read_key((record.key or b"").decode("ascii", errors="replace")) or ""
        try:
            return self._request(record, headers, name, key)
        except Problem as problem:
            first = dict(problem.errors[0]) if problem.errors else {}
            detail = first.get("detail") or problem.detail
            reason = f"{problem.kind}: {detail}" if detail else problem.kind
            return Refused(_receipt(record, name, key, reason, first.get("pointer")))

    def _headers(self, record: Record) -> dict[str, str]:
        try:
            return codec.header_texts(record.headers)
        except Poison:
            return {}

    def _request(self, record: Record, headers: dict[str, str], name: str, key: str) -> Request:
        if not name:
            raise Problem("unauthenticated", "the header integration is missing or none")
        sender = self.integrations.at(name, record.time)
        if sender is None:
            raise Problem("unauthenticated", "no such integration stands")
        body = record.value or b""
        fault = check_signature(sender, headers, body, record.time)
        if fault is not None:
            raise Problem("unauthenticated", fault)
        if not key:
            raise Problem("idempotency-key-missing", "the record's key is the idempotency key")
        if len(body) > LIMITS.body:
            raise Problem("too-large", f"at most {LIMITS.body} bytes are read")
        if headers.get("content-type", "").lower().startswith(SEALED):
            body = _opened(sender, body)
        told = validated(Told, parse(body, LIMITS))
        faults = self.reception.faults(told, sender.lines, record.time)
        if faults:
            raise Problem("invalid", errors=faults)
        request = self.reception.request(told, sender.id, key, record.time, receipt=True)
        if record.topic.endswith(".express"):
            request.body.lane = "express"  # type: ignore[attr-defined]
        return request


def _opened(sender: Integration, body: bytes) -> bytes:
    """A body sealed with a secret of the integration's: what stands on a topic may be watched by anybody."""
    try:
        opened: bytes = orjson.dumps(of_secrets(sender.secrets).open(body.decode("ascii", errors="replace")))
    except (SealBroken, BadRing):
        raise Problem("invalid", "the sealed body cannot be opened with this integration's secret") from None
    return opened


def repeated(request: Request, record: Record) -> Sequence[Outgoing]:
    """The receipt of an entry that repeats one: accepted, the same reference."""
    body = request.body
    assert isinstance(body, Create)
    if body.receipt_key is None:
        return ()
    receipt = Receipt(
        integration=body.integration, key=body.receipt_key, accepted=True, complaint=request.thing,
        reference=ids.reference(request.thing),
    )  # fmt: skip
    return (_event(record, request.thing, receipt),)


def _receipt(record: Record, name: str, key: str, reason: str, pointer: str | None) -> Outgoing:
    return _event(record, key, Receipt(integration=name, key=key, accepted=False, reason=reason, pointer=pointer))


def _event(record: Record, key: str, receipt: Receipt) -> Outgoing:
    at = f"{record.topic}/{record.partition}/{record.offset}"
    data = {"happened": receipt.model_dump(mode="json"), "stands": {}}
    return codec.event(RECEIPTS, key or at, Receipt.TYPE, at, at, data)
