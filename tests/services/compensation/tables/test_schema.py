"""The JSON Schema of the format: editors take every shipped table and underline what is not of it."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from services.compensation.table_model import TableModel
from shared.policy.packs import SHIPPED
from shared.policy.source import parse_source

SCHEMA = jsonschema_rs.validator_for(TableModel.model_json_schema(by_alias=True))
FILES = sorted(SHIPPED.glob("*/tables/*.yaml"))


def data(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = parse_source(path.read_bytes(), path.name).data
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_takes_every_shipped_table(path: Path) -> None:
    assert [error.message for error in SCHEMA.iter_errors(data(path))] == []


@pytest.mark.parametrize(
    "change",
    [
        {"borne_bye": "x"},
        {"hit": "ANY"},
        {"facts": {"price": {"type": "number"}}},
        {"steps": {"a": {"percent": "25%", "of": "price"}}},
        {"steps": {"a": {"share": "25%", "of": "price", "cap": 5}}},
        {"rows": [{"id": "a", "due": "something", "reason": {}}]},
        {"examples": "none"},
    ],
)
def test_underlines_what_is_not_of_the_format(change: dict[str, Any]) -> None:
    assert not SCHEMA.is_valid(data(FILES[0]) | change)
