"""The published documents as outsiders' own programs read them; needs Node (`make test-node`)."""

import json
from pathlib import Path

import pytest

from tests.contracts.checking import DOCUMENT
from tests.contracts.faces import openapis
from tests.contracts.outsiders import asyncapi_says, spectral_says

pytestmark = [pytest.mark.node, pytest.mark.timeout(300)]

NEWER = "information asyncapi-latest-version"
"""3.0 is what we promise; that 3.1 is out is no fault."""
FACES = openapis()


def test_the_asyncapi_parser_has_nothing_against_our_document() -> None:
    assert [said for said in asyncapi_says(DOCUMENT) if not said.startswith(NEWER)] == []


def test_the_asyncapi_parser_would_say_so(tmp_path: Path) -> None:
    document = json.loads(DOCUMENT.read_text("utf-8"))
    document["channels"]["redress.receipts"]["messages"] = {"receipt": {"$ref": "#/components/messages/nowhere"}}
    document["components"]["messages"]["redress.outcomes.outcome.v1"]["examples"][0]["payload"]["happened"] = 3
    spoilt = tmp_path / "asyncapi.json"
    spoilt.write_text(json.dumps(document))
    said = " ".join(asyncapi_says(spoilt))
    assert "nowhere" in said and "error" in said


@pytest.mark.parametrize("name", sorted(FACES))
def test_spectral_has_nothing_against_an_openapi_document(name: str, tmp_path: Path) -> None:
    assert spectral_says(FACES[name], tmp_path) == []


def test_spectral_would_say_so(tmp_path: Path) -> None:
    document = json.loads(json.dumps(FACES["intake"]))
    operation = document["paths"]["/v1/complaints"]["post"]
    operation["responses"]["4XX"]["content"] = {"application/json": {}}
    operation["requestBody"]["content"]["application/json"]["example"]["line"] = 7
    del operation["description"]
    said = " ".join(spectral_says(document, tmp_path))
    assert all(
        rule in said for rule in ("every-error-is-a-problem", "oas3-valid-media-example", "operation-description")
    )
