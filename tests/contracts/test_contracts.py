"""The contracts: snapshots of every schema change by addition only, and the AsyncAPI document is current."""

import json
from pathlib import Path

import pytest

from shared.contracts.catalog import CATALOG, STANDS, TOLD, changed_by
from shared.contracts.documents import schemas
from tests.contracts.published import document

DOCS = Path(__file__).parents[2] / "docs"
SNAPSHOTS = DOCS / "contracts"
WRITE_AGAIN = "write it again: python -m tests.contracts.write"


def _named(type: str) -> Path:
    return SNAPSHOTS / f"{type}.json"


@pytest.mark.parametrize("type", sorted(CATALOG))
def test_the_snapshot_of_each_fact_is_current(type):
    assert json.loads(_named(type).read_text("utf-8")) == schemas()[type], WRITE_AGAIN


def test_no_snapshot_stands_without_its_fact():
    assert {file.stem for file in SNAPSHOTS.glob("*.json")} == set(CATALOG)


def test_the_asyncapi_document_is_current():
    assert json.loads((DOCS / "asyncapi.json").read_text("utf-8")) == document(), WRITE_AGAIN


def test_every_field_a_fact_says_it_changes_stands_with_its_teller():
    for teller, facts in TOLD.items():
        fields = set(STANDS[teller].model_fields) | {"holder"}
        for fact in facts:
            assert fields >= fact.CHANGES, fact.TYPE


def test_every_field_of_every_teller_is_changed_by_some_fact():
    for teller, model in STANDS.items():
        for field in model.model_fields:
            if field not in ("lane",):
                assert changed_by(teller, field), f"{teller}.{field}"


def test_a_new_field_has_a_default_so_older_facts_stay_readable():
    for type, schema in schemas().items():
        stands = schema["properties"]["stands"]
        assert "default" in stands, type
