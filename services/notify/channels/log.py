"""The log channel: each message becomes one line of a file, as a mail or SMS gateway would be handed it."""

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from services.notify.domain import MARKS, RESPONDENT, SEALED_RESPONDENT
from shared.contracts.intake import SEALED_CONTACT
from shared.flow.effects import Result
from shared.flow.messages import Order

ANY_MARK = re.compile("|".join(map(re.escape, MARKS.values())))


class LogChannel:
    """Writes `{key, complaint, template, language, to, text}`; at least once, since a file takes no key."""

    def __init__(
        self,
        outbox: Path | None,
        open_contact: Callable[[str], Mapping[str, Any]],
        links: Callable[[str], Mapping[str, str]],
    ) -> None:
        """`links`: the secret links of a complaint, by the mark each stands for."""
        self.outbox, self.open_contact, self.links = outbox, open_contact, links
        self._sent: set[str] = set()

    async def carry_out(self, order: Order) -> Result:
        """Done once the line is on disk; refused when the contact cannot be opened, or was erased meanwhile."""
        content = order.content
        if order.key in self._sent:
            return Result("done", {"channel": "log"})
        sealed = content.get("sealed", {})
        try:
            contact = self.open_contact(str(sealed.get(SEALED_CONTACT, "")))
            respondent = self.open_contact(str(sealed[SEALED_RESPONDENT])) if SEALED_RESPONDENT in sealed else {}
        except ValueError:
            return Result("refused", {"channel": "log", "title": "the contact cannot be opened"})
        known = {MARKS[field]: str(respondent[part]) for field, part in RESPONDENT.items() if respondent.get(part)}
        known |= self.links(str(content["complaint"]))
        if not all(mark in known for mark in ANY_MARK.findall(str(content["text"]))):
            return Result("refused", {"channel": "log", "title": "who was ordered is not known in full"})
        text = ANY_MARK.sub(lambda found: known[found[0]], str(content["text"]))
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
