"""Scenarios that guard one mistake each, and the mistakes themselves, put into the real code for one run."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Scenario = Callable[[], Awaitable[None]]
Plant = Callable[[pytest.MonkeyPatch], None]
GUARDS: dict[str, tuple[Scenario, Plant]] = {}


def guard(mistake: str, plant: Plant) -> Callable[[Scenario], Scenario]:
    """Registers a scenario under the mistake it guards against; it must fail once the mistake is planted."""

    def keep(scenario: Scenario) -> Scenario:
        GUARDS[mistake] = scenario, plant
        return scenario

    return keep


def everywhere(name: str, real: Any, wrong: Any) -> Plant:
    """Replaces a function in every module of the flow that knows it by this name."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        import sys

        for module in [m for n, m in sorted(sys.modules.items()) if n.startswith("shared.flow")]:
            if getattr(module, name, None) is real:
                patch.setattr(module, name, wrong)

    return plant


def method(owner: Any, name: str, wrong: Any) -> Plant:
    """Replaces one attribute of a class or module."""
    return lambda patch: patch.setattr(owner, name, wrong)


def both(*plants: Plant) -> Plant:
    """Several at once."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        for one in plants:
            one(patch)

    return plant
