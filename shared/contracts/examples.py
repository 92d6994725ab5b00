"""One example of each message others read or write; a test holds each to its own schema."""

from typing import Any

COMPLAINT = "c7mcb2p5q3u6w4x2y7z3a5b6c2d"
_EVENT = {"ce_specversion": "1.0", "content-type": "application/json"}


def _fact(type: str, number: int, lane: str = "standard", teller: str = "") -> dict[str, str]:
    teller = teller or type.split(".")[1]
    return {
        **_EVENT, "ce_id": f"{teller}/{COMPLAINT}/{number}", "ce_type": type,
        "ce_source": "/" + "/".join(type.split(".")[:2]), "ce_subject": COMPLAINT,
        "ce_time": "2026-11-22T08:30:00.000Z", "ce_sequence": str(number), "ce_partitionkey": COMPLAINT,
        "ce_teller": teller, "ce_lane": lane,
    }  # fmt: skip


def _outcome(name: str, sequence: int, **more: Any) -> dict[str, Any]:
    told = {
        "outcome": name, "complaint": COMPLAINT, "line": "high_speed_rail", "sequence": sequence,
        "at": "2026-11-22T08:30:00Z", "category": "delay_or_no_show", "safety": "none",
        "references": {"ticket": "E-2001"}, "remedies": [], "corrects": None, **more,
    }  # fmt: skip
    return {"happened": told, "stands": {}}


_PAID = [{"kind": "compensation", "amount": "27.50", "currency": "EUR"}]
_OUTCOME, _RECEIPT, _ACTION = (
    "redress.outcomes.outcome.v1", "redress.receipts.receipt.v1", "redress.triage.protective-action-requested.v1",
)  # fmt: skip

EXAMPLES: dict[str, list[dict[str, Any]]] = {
    _OUTCOME: [
        {"name": "paid", "summary": "What was owed is delivered.", "headers": _fact(_OUTCOME, 12, teller="notify"),
         "payload": _outcome("paid", 5, remedies=_PAID)},
        {"name": "reversed", "summary": "The fifth outcome no longer holds.",
         "headers": _fact(_OUTCOME, 17, teller="notify"), "payload": _outcome("reversed", 8, corrects=5)},
    ],
    _RECEIPT: [
        {"name": "accepted", "summary": "A complaint, or the repeat of one.",
         "headers": _fact(_RECEIPT, 2, teller="intake"),
         "payload": {"happened": {"integration": "hotline", "key": "call-4711", "accepted": True,
                                  "complaint": COMPLAINT, "reference": "7MCB-2P5Q-3U6W", "reason": None,
                                  "pointer": None}, "stands": {}}},
        {"name": "refused", "summary": "The entry is not taken; it may be mended and published under the same key.",
         "headers": {**_EVENT, "ce_id": "redress.channels.standard/3/1881", "ce_type": _RECEIPT,
                     "ce_source": "/redress/receipts", "ce_subject": "redress.channels.standard/3/1881"},
         "payload": {"happened": {"integration": "hotline", "key": "call-4712", "accepted": False, "complaint": None,
                                  "reference": None, "reason": "invalid: is no known line", "pointer": "/line"},
                     "stands": {}}},
    ],
    _ACTION: [
        {"name": "suspend", "summary": "An instructor fell asleep at the wheel.",
         "headers": _fact(_ACTION, 3, lane="express"),
         "payload": {"happened": {"action": "suspend", "plan": "dozing", "owner": "safety_desk",
                                  "acknowledge_by": "2026-11-22T08:35:00Z"}, "stands": {}}},
    ],
    "redress.channels.complaint": [
        {"name": "call", "summary": "Taken down by an agent on the phone.",
         "headers": {"integration": "hotline", "webhook-id": "msg-1", "webhook-timestamp": "1795336200",
                     "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
                     "content-type": "application/json"},
         "payload": {"channel": {"kind": "phone", "call_id": "call-4711", "agent": "a17"}, "line": "driving_school",
                     "language": "en", "text": "I booked two hours and was taught for one and a half.",
                     "references": {"order": "DS-4711"},
                     "facts": {"booked_hours": "2", "given_hours": "1.5"}, "wish": "free_service_time"}},
    ],
}  # fmt: skip
