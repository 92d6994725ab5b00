"""What of "always true" notify can say of its documents."""

from collections.abc import Iterable
from typing import Any

from shared.ops.checked import Checked, Document

PREFIX = "message/"


def check(things: Iterable[Document]) -> list[Checked]:
    """One message per fact, recipient and channel, its row before any attempt; what was not sent says why."""
    once = Checked("1 · one message per fact, recipient and channel")
    why = Checked("7 · a message not sent says why")
    numbered = Checked("1 · outcomes of a complaint are numbered without a gap")
    for thing in things:
        messages: dict[str, dict[str, Any]] = thing["state"]["messages"]
        attempts = {
            name.removeprefix(PREFIX): each for name, each in thing["attempts"].items() if name.startswith(PREFIX)
        }
        for id in {*messages, *attempts}:
            message, attempt = messages.get(id), attempts.get(id)
            delivered = message is not None and message["state"] == "delivered"
            done = (attempt or {}).get("answer", {}).get("verdict") == "done"
            once.count(message is None or message["id"] != id or delivered != done, f"{thing['_id']} {id}")
            if message is not None:
                unsaid = message["state"] in ("skipped", "failed") and not message["reason"]
                why.count(unsaid, f"{thing['_id']} {id}")
        told = set(thing["state"]["outcomes"].values())
        numbered.count(bool(told) and max(told) > thing["state"]["sequence"], thing["_id"])
    return [once, why, numbered]
