"""`python -m tests.faults.campaign.newer SERVICE`: the service as a later release whose documents hold one field more.

`newer` counts the decisions of that release on a thing. An older replica beside it knows nothing of the field and
must carry it along.
"""

import dataclasses
import importlib
import runpy
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic import create_model

from shared.flow.messages import Input, Telling
from shared.flow.service import Service
from shared.flow.thing import Thing

FIELD = "newer"


def later(declared: Service[Any]) -> Service[Any]:
    """The same service with one field more in its state."""

    def decide(thing: Thing[Any], input: Input, now: datetime, policy: Any) -> tuple[Thing[Any], Sequence[Telling]]:
        thing, told = declared.decide(thing, input, now, policy)
        thing.state.newer += 1
        return thing, told

    state = create_model(declared.state.__name__, __base__=declared.state, newer=(int, 0))
    return dataclasses.replace(declared, state=state, decide=decide)


def main(name: str) -> None:
    """Starts the service as its own `__main__` does, with the later declaration in place."""
    app = importlib.import_module(f"services.{name}.app")
    as_declared: Callable[..., Service[Any]] = app.service
    app.service = lambda *args, **more: later(as_declared(*args, **more))  # type: ignore[attr-defined]
    runpy.run_module(f"services.{name}", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1])
