"""What tests of triage begin with."""

import pytest

from tests.services.triage.house import house


@pytest.fixture
async def triage():
    found = await house()
    yield found
    found.check_changes()
