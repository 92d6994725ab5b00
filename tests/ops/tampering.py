"""For each rule of the audit one change to a system in order that breaks it. Each says whether it found its place."""

import copy
from collections.abc import Callable
from typing import Any

from services.triage.domain import IN_DANGER
from shared.flow import history
from tests.ops.twin import TwinRunning

Tampering = Callable[[TwinRunning], bool]
BREAKS: dict[str, Tampering] = {}
SEALED = "eyJzaW0...bm90aGluZw.tag"


def breaks(rule: str) -> Callable[[Tampering], Tampering]:
    """Registers a change under the rule it breaks."""

    def registered(tampering: Tampering) -> Tampering:
        BREAKS[rule] = tampering
        return tampering

    return registered


# Documents ---------------------------------------------------------------------------------------


def _document(rule: str, service: str, change: Callable[[dict[str, Any]], bool | None]) -> None:
    """A rule broken by the first document of the service in which `change` finds what it looks for (not False)."""

    def tampering(running: TwinRunning) -> bool:
        for id, thing in running.stores[service].items():
            changed = copy.deepcopy(thing)
            try:
                if change(changed) is False:
                    continue
            except (KeyError, IndexError, StopIteration):
                continue
            running.stores[service][id] = changed
            return True
        return False

    BREAKS[rule] = tampering


def _first(mapping: dict[str, Any]) -> Any:
    return next(iter(mapping.values()))


def _received(thing: dict[str, Any]) -> dict[str, Any]:
    complaint: dict[str, Any] = thing["state"]["complaint"]
    if not complaint["received"]:
        raise KeyError
    return complaint


def _danger(thing: dict[str, Any], **changed: Any) -> bool:
    if thing["state"].get("safety") not in IN_DANGER:
        return False
    thing["state"].update(changed)
    return True


def _cash(thing: dict[str, Any]) -> dict[str, Any]:
    ledger: list[dict[str, Any]] = thing["state"]["claim"]["ledger"]
    return next(entry for entry in ledger if entry["credit"] == "cash")


def _twice_paid(thing: dict[str, Any]) -> None:
    thing["state"]["claim"]["ledger"].append({**_cash(thing), "id": "other"})


def _other_hashes(thing: dict[str, Any]) -> bool:
    """A history written anew: whole by itself, and not the one that was told."""
    if not thing["history"] or thing["pages"]:
        return False
    before = ""
    for entry in thing["history"]:
        entry["at"] += 1
        before = entry["hash"] = history.digest(before, entry)
    return True


def _unanswered(thing: dict[str, Any]) -> None:
    effect, attempt = next(iter(thing["attempts"].items()))
    attempt.pop("answer", None)
    thing["clocks"].pop(f"attempt/{effect}", None)


def _erased(thing: dict[str, Any]) -> bool:
    thing["state"]["left"] = {"over": [f"{SEALED}"]}
    return bool(thing.get("erased"))


def _half(thing: dict[str, Any]) -> None:
    _received(thing).update(received=False, waiting=[])
    thing["requests"] = []


def _unsaid(thing: dict[str, Any]) -> None:
    _first(thing["state"]["messages"]).update(state="skipped", reason="")


def _open_case(thing: dict[str, Any]) -> bool:
    state = thing["state"]
    state.update(owner=None, clocks={})
    return bool(state.get("received_ms")) and state["status"] not in ("closed", "withdrawn", "rejected")


_document("1 · each request is decided once", "intake", lambda t: t["requests"].append(t["requests"][0]))
_document("1 · every complaint received is whole", "intake", lambda t: _received(t)["stands"].update(line=""))
_document("1 · no fact was passed over by a service it is for", "triage",
          lambda t: t["heard"][f"intake/{t['_id']}"].update(high=0, holes=[]))  # fmt: skip
_document("1 · one message per fact, recipient and channel", "notify",
          lambda t: _first(t["state"]["messages"]).update(id="other"))  # fmt: skip
_document("1 · outcomes of a complaint are numbered without a gap", "notify",
          lambda t: bool(t["state"]["outcomes"]) and t["state"].update(sequence=0))  # fmt: skip
_document("1 · what is not answered yet has a clock that asks again", "notify", _unanswered)
_document("2 · a danger travels express and stands before everything in its queue", "triage",
          lambda t: _danger(t, rank=3))  # fmt: skip
_document("2 · no case with open danger is closed, withdrawn or rejected", "triage",
          lambda t: _danger(t, status="closed"))  # fmt: skip
_document("2 · safety is cleared by a named person only, and stands as last raised or cleared", "triage",
          lambda t: _danger(t, safety="none"))  # fmt: skip
_document("3 · each entitlement is given to one claim, its holder", "compensation",
          lambda t: t["_id"][0] == "e" and t["state"]["entitlement"].update(holder="nobody"))  # fmt: skip
_document("3 · no remedy is paid twice", "compensation", _twice_paid)
_document("3 · nothing is paid above what was assessed or agreed", "compensation",
          lambda t: _cash(t).update(amount=_cash(t)["amount"] * 2))  # fmt: skip
_document("3 · the ledger is whole: every entry has its two sides and its one cause", "compensation",
          lambda t: _cash(t).update(debit="cash"))  # fmt: skip
_document("4 · every document with a clock is found when it is due", "triage", lambda t: t.update(due=t["due"] + 1))
_document("4 · no clock stands past its time", "triage", lambda t: t["clocks"].update({next(iter(t["clocks"])): 1}))
_document("4 · every open case has an owner or a running clock", "triage", _open_case)
_document("5 · of who was erased no document holds anything sealed", "triage", _erased)
_document(
    "5 · text and contact are sealed, and gone once erased", "intake", lambda t: _received(t).update(text="aloud")
)
_document("6 · every entry of a history says who and what", "triage", lambda t: t["history"][0].update(who=""))
_document("6 · no history was changed", "triage", lambda t: t["history"][-1].update(at=1))
_document("6 · the history's hashes are those that were told", "triage", _other_hashes)
_document("7 · a message not sent says why", "notify", _unsaid)
_document("7 · nothing is half stored", "intake", _half)


def _gone(rule: str, service: str) -> None:
    """A rule broken by a document that is not there."""

    def tampering(running: TwinRunning) -> bool:
        at = next((id for id in running.stores[service] if id.startswith("c") and id in running.stores["intake"]), None)
        return at is not None and running.stores[service].pop(at) is not None

    BREAKS[rule] = tampering


_gone("1 · every complaint received is a case", "triage")
_gone("1 · every complaint received is acknowledged or said why not", "notify")
_gone("1 · every case triaged has a claim", "compensation")
