"""Every decision leaves its mark in the thing it was made for: what was decided once stands there once."""

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from shared import clock
from shared.flow.messages import Answered, Asked, Heard, Input, Struck, Telling
from shared.flow.service import Service
from shared.flow.thing import Thing

IN_DANGER = ("suspected", "confirmed")
ENDED = ("resolved", "closed", "withdrawn", "rejected", "linked")
"""How a case stands when it is over."""
Breaks = Callable[[str, str], bool]


class Broken(RuntimeError):
    """A defect planted in `decide`."""


def mark(input: Input) -> str:
    """The name of an input: the same for the same input, whoever decides it."""
    if isinstance(input, Heard):
        return f"fact {input.fact.source} {input.fact.number}"
    if isinstance(input, Asked):
        return asked_mark(input.request.id, input.request.fingerprint)
    if isinstance(input, Struck):
        return f"clock {input.clock} {clock.to_ms(input.due)}"
    assert isinstance(input, Answered)
    return f"answer {input.effect} {input.verdict}{' unawaited' if input.unawaited else ''}"


def asked_mark(id: str, fingerprint: str) -> str:
    return f"asked {id} {hashlib.sha256(fingerprint.encode()).hexdigest()[:8]}"


def watched(service: Service[Any], breaks: Breaks, novel: bool) -> Service[Any]:
    """The service with a `decide` that leaves its marks, in a field it does not know; a newer one counts too.

    `breaks` says for which input of which thing it raises instead.
    """
    real = service.decide

    def decide(thing: Thing[Any], input: Input, now: datetime, policy: Any) -> tuple[Thing[Any], Sequence[Telling]]:
        name = mark(input)
        if breaks(thing.id, name):
            raise Broken(name)
        seen = [*getattr(thing.state, "seen", ()), name]
        count = getattr(thing.state, "novel", 0)
        thing, told = real(thing, input, now, policy)
        thing.state.seen = seen
        if novel:
            thing.state.novel = count + 1
            thing.state.seen[-1] = name + " *"
        return thing, told

    return dataclasses.replace(service, decide=decide)


def marks(document: dict[str, Any]) -> list[str]:
    """The marks in a document, without whose version left them."""
    return [name.removesuffix(" *") for name in document.get("state", {}).get("seen", ())]
