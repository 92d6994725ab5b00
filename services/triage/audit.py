"""What triage can check of "always true" over its own documents, for `redress audit`. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.triage.domain import IN_DANGER, OVER
from shared.ops.checked import Checked, Document

RAISED, CLEARED = "redress.triage.safety-raised.v1", "redress.triage.safety-cleared.v1"


def check(documents: Iterable[Document]) -> list[Checked]:
    """The rules about safety and owners, each with what it counted and every breach by reference."""
    by_machine = Checked("2 · safety is cleared by a named person only, and stands as last raised or cleared")
    first = Checked("2 · a danger travels express and stands before everything in its queue")
    unended = Checked("2 · no case with open danger is closed, withdrawn or rejected")
    owned = Checked("4 · every open case has an owner or a running clock")
    for document in documents:
        state: Mapping[str, Any] = document.get("state", {})
        if not state.get("received_ms"):
            continue
        source, danger = f"triage/{document['_id']}", state.get("safety") in IN_DANGER
        by_machine.count(_lowered(state, document.get("history", ())), source)
        if danger:
            first.count(document.get("lane") != "express" or state.get("rank") != 0, source)
            unended.count(state.get("status") in OVER, source)
        if state.get("status") not in OVER:
            owned.count(not state.get("owner") and not _runs(state, document.get("clocks", {})), source)
    return [by_machine, first, unended, owned]


def _lowered(state: Mapping[str, Any], history: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the entries about safety do not lead to how it stands."""
    last = ""
    for entry in history:
        if entry["what"] == CLEARED and not str(entry["who"]).startswith("staff:"):
            return True
        last = entry["what"] if entry["what"] in (RAISED, CLEARED) else last
    safety = state.get("safety")
    if last == RAISED:
        return safety not in IN_DANGER
    return last == CLEARED and safety != "cleared"


def _runs(state: Mapping[str, Any], clocks: Mapping[str, int]) -> bool:
    """A clock of the case that is not met: it runs, or waits for the complainant."""
    unmet = {name: one for name, one in state.get("clocks", {}).items() if one.get("met_at") is None}
    return any(name in clocks or len((one.get("pauses") or [[0, 0]])[-1]) == 1 for name, one in unmet.items())
