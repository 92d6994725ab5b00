"""The shipped tables, loaded once."""

import pytest

from services.compensation.table_section import SECTION
from services.compensation.tables import Tables, tables_of
from shared.policy.packs import SHIPPED
from shared.policy.shelf import load_policy


@pytest.fixture(scope="session")
def shipped() -> Tables:
    return tables_of(load_policy([SHIPPED], [SECTION]))
