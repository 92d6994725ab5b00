"""Nothing on the log tells what a person said or how to reach them, to whoever watches."""

import re
from collections.abc import Iterable

from tests.simulation.complainants import DANGER, LINES, MORE
from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.world import World

TEXTS = ("+1555010", *DANGER, *MORE, *(text for both in LINES.values() for text in both))
SAID = re.compile("|".join(map(re.escape, TEXTS)).encode())
"""Every text and every number the people here use, as it stands in JSON."""
THEIRS = ("redress.channels.", "redress.intake.dead")
"""Where a sender's own bytes stand, untouched."""


def nothing_in_clear(world: World, reading: Reading) -> Iterable[Broken]:
    for (topic, _), records in world.broker.records.items():
        if topic.startswith(THEIRS):
            continue
        for record in records:
            for held in (record.value, record.key, *(value for _, value in record.headers)):
                if held is not None and (found := SAID.search(held)):
                    yield (record.key or b"").decode(), f"{topic} holds in clear: {found[0].decode()}"
    for service, store in world.stores.items():
        for id, page in store.pages.items():
            if SAID.search(bytes(page.get("value") or b"")):
                yield page.get("thing", id), f"{service} keeps a page that tells in clear what was said: {id}"


RULES = (nothing_in_clear,)
