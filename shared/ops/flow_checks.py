"""What of "always true" every document of the flow shows by itself: nothing forgotten, nothing counted twice. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared import clock
from shared.flow.replay import SEALED_FORM
from shared.flow.telling import ATTEMPT
from shared.ops.checked import Checked, Document

LATE = timedelta(minutes=10)
"""A clock that has not struck so long after its time stands still."""


class FlowChecks:
    """Fed every document of every service; `now` is when they were read."""

    def __init__(self, now: datetime) -> None:
        self.asked = Checked("1 · what is not answered yet has a clock that asks again")
        self.requests = Checked("1 · each request is decided once")
        self.struck = Checked("4 · no clock stands past its time")
        self.due = Checked("4 · every document with a clock is found when it is due")
        self.erased = Checked("5 · of who was erased no document holds anything sealed")
        self.named = Checked("6 · every entry of a history says who and what")
        self._sealed_pages: set[tuple[str, str]] = set()
        self._late = clock.to_ms(now - LATE)

    def page(self, service: str, page: Document) -> None:
        """Looks at one page, before the documents."""
        if page.get("thing") and _sealed(page):
            self._sealed_pages.add((service, page["thing"]))

    def take(self, service: str, thing: Document) -> None:
        """Looks at one document."""
        source, clocks = f"{service}/{thing['_id']}", thing.get("clocks", {})
        for effect, attempt in thing.get("attempts", {}).items():
            if "answer" not in attempt:
                self.asked.count(ATTEMPT + effect not in clocks, f"{source} {effect}")
        requests = [(one["id"], one["fp"]) for one in thing.get("requests", ())]
        for request in requests:
            self.requests.count(requests.count(request) > 1, f"{source} {request[0]}")
        for name, due in clocks.items():
            self.struck.count(due < self._late, f"{source} {name}")
        if clocks:
            self.due.count(thing.get("due") != clock.minute_of(min(clocks.values())), source)
        if thing.get("erased"):
            self.erased.count((service, thing["_id"]) in self._sealed_pages or _sealed(thing), source)
        for entry in thing.get("history", ()):
            self.named.count(not (entry.get("who") and entry.get("what")), f"{source}/{entry.get('n')}")

    def finish(self) -> list[Checked]:
        """Every rule with what it counted."""
        return [self.asked, self.requests, self.struck, self.due, self.erased, self.named]


def _sealed(value: Any) -> bool:
    """Whether a sealed text stands anywhere in it."""
    if isinstance(value, Mapping):
        return any(_sealed(each) for each in value.values())
    if isinstance(value, str):
        return SEALED_FORM.search(value) is not None
    if isinstance(value, bytes):
        return SEALED_FORM.search(value.decode(errors="replace")) is not None
    return isinstance(value, Sequence) and any(_sealed(each) for each in value)
