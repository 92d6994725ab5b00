"""The contracts as JSON Schemas, one for each fact: the snapshots that keep change additive."""

from typing import Any

from shared.contracts.catalog import ELSEWHERE, TOLD, body_of


def schemas() -> dict[str, dict[str, Any]]:
    """By wire name, the schema of every fact's data on the wire, definitions inside."""
    facts = (fact for facts in (*TOLD.values(), ELSEWHERE) for fact in facts)
    return {fact.TYPE: body_of(fact).model_json_schema(mode="validation") for fact in facts}
