"""The log channel: each message becomes one line of a file, as a mail or SMS gateway would be handed it."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from services.notify.domain import LINK
from shared.contracts.intake import SEALED_CONTACT
from shared.flow.effects import Result
from shared.flow.messages import Order


class LogChannel:
    """Writes `{key, complaint, template, language, to, text}`; at least once, since a file takes no key."""

    def __init__(
        self, outbox: Path | None, open_contact: Callable[[str], Mapping[str, Any]], link: Callable[[str], str]
    ) -> None:
        self.outbox, self.open_contact, self.link = outbox, open_contact, link
        self._sent: set[str] = set()

    async def carry_out(self, order: Order) -> Result:
        """Done once the line is on disk; refused when the contact cannot be opened, or was erased meanwhile."""
        content = order.content
        if order.key in self._sent:
            return Result("done", {"channel": "log"})
        try:
            contact = self.open_contact(str(content.get("sealed", {}).get(SEALED_CONTACT, "")))
        except ValueError:
            return Result("refused", {"channel": "log", "title": "the contact cannot be opened"})
        text = str(content["text"]).replace(LINK, self.link(str(content["complaint"])))
        line = {
            "key": order.key, "complaint": content["complaint"], "template": content["template"],
            "language": content["language"], "to": dict(contact), "text": text,
        }  # fmt: skip
        if self.outbox is not None:
            await asyncio.to_thread(_append, self.outbox, orjson.dumps(line))
        self._sent.add(order.key)
        return Result("done", {"channel": "log"})


def _append(outbox: Path, line: bytes) -> None:
    with outbox.open("ab") as file:
        file.write(line + b"\n")
        file.flush()
