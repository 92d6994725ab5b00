"""Each wording of the protocol that lost something: a scenario that holds, and fails once the mistake is put in."""

import asyncio

import pytest

from tests.flow import guards_deciding, guards_telling  # noqa: F401  they register their guards
from tests.flow.guards import GUARDS


@pytest.fixture(autouse=True)
async def _left_behind():
    """A process that dies in a scenario leaves failed tasks; their tracebacks are no part of the outcome."""
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)


@pytest.mark.parametrize("mistake", GUARDS)
async def test_the_flow_does_not_make(mistake):
    await GUARDS[mistake][0]()


@pytest.mark.parametrize("mistake", GUARDS)
async def test_its_guard_sees(mistake, monkeypatch):
    scenario, plant = GUARDS[mistake]
    plant(monkeypatch)
    with pytest.raises((AssertionError, KeyError, ValueError, TimeoutError)):
        async with asyncio.timeout(20):
            await scenario()
