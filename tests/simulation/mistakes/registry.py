"""The mistakes of the flow's protocol, each put into the real code for one run: the simulator must find them.

What each wording lost when it was modelled stands in `docs/simulation.md`, with the seeds it takes to find it here.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

Plant = Callable[[contextlib.ExitStack], None]
MISTAKES: dict[str, Plant] = {}


def mistake(name: str) -> Callable[[Plant], Plant]:
    """Registers one under the words of the protocol's table."""

    def keep(plant: Plant) -> Plant:
        MISTAKES[name] = plant
        return plant

    return keep


@contextlib.contextmanager
def planted(name: str) -> Iterator[None]:
    """While it holds, the flow makes this mistake."""
    with contextlib.ExitStack() as stack:
        MISTAKES[name](stack)
        yield


def everywhere(stack: contextlib.ExitStack, name: str, real: Any, wrong: Any) -> None:
    """Replaces a function in every module of the flow that knows it by this name."""
    for module in [m for n, m in sorted(sys.modules.items()) if n.startswith("shared.flow")]:
        if getattr(module, name, None) is real:
            stack.enter_context(mock.patch.object(module, name, wrong))


def method(stack: contextlib.ExitStack, owner: Any, name: str, wrong: Any) -> None:
    stack.enter_context(mock.patch.object(owner, name, wrong))
