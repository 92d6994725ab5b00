"""What every write must hold at its moment, since what comes later may cover a fault: a retry, or another's write."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.flow.records import Part


def left_behind(old: dict[str, Any], new: dict[str, Any]) -> Iterable[str]:
    """Open effects that a raise to express did not order again; one whose answer is kept for a person may wait.

    So may one whose kept answer was erased in the same write, as long as its clock asks again.
    """
    if old["lane"] == "express" or new["lane"] != "express":
        return
    for effect, before in old["attempts"].items():
        now = new["attempts"].get(effect, {})
        asked_again = new.get("erased") and not old.get("erased") and f"attempt/{effect}" in new["clocks"]
        open = "answer" not in before and "answer" not in now and "topic" not in before
        kept = any(kept["event"].startswith(before["key"]) for kept in new["person"])
        if open and not kept and not asked_again and now.get("try") == before["try"]:
            yield effect


def let_go(
    service: str, old: dict[str, Any], new: dict[str, Any], committed: Mapping[tuple[str, Part], int]
) -> Iterable[str]:
    """Records whose tellings are no longer kept for another telling, and whose offset nobody has committed."""
    kept = {_place(group) for group in new["replay"]}
    for group in old["replay"]:
        topic, partition, offset = place = _place(group)
        if place not in kept:
            lane = topic.rsplit(".", 1)[-1]
            if committed.get((f"redress.{service}.{lane}", (topic, partition)), 0) <= offset:
                yield f"{topic}/{partition}/{offset}"


def _place(group: Mapping[str, Any]) -> tuple[str, int, int]:
    return group["topic"], group["partition"], group["offset"]


def not_written(page: Mapping[str, Any], before: Mapping[str, Any] | None, document: Mapping[str, Any]) -> bool:
    """Whether a page of history holds what does not stand in the document, nor on the same page as it was kept."""
    entries = page.get("entries", ())
    if before is not None and before.get("entries", ()) == entries:
        return False
    stand = {entry["hash"] for entry in document.get("history", ())}
    return any(entry["hash"] not in stand for entry in entries)
