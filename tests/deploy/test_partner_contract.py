"""What partners implement is published, current, and says nothing of the simulator's controls."""

import json
from pathlib import Path

from deploy.local.partners.__main__ import contract

PUBLISHED = Path(__file__).parents[2] / "docs" / "partners.openapi.json"
WRITE_AGAIN = "write it again: python -m deploy.local.partners --openapi > docs/partners.openapi.json"


def test_the_published_contract_is_current() -> None:
    assert PUBLISHED.read_text("utf-8") == contract(), WRITE_AGAIN


def test_the_contract_holds_the_partners_endpoints_only() -> None:
    assert set(json.loads(contract())["paths"]) == {
        "/orders/{reference}",
        "/payouts",
        "/payouts/by-key/{key}",
        "/grants",
        "/grants/by-key/{key}",
        "/protective-actions",
    }
