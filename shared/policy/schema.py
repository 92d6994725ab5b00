"""The JSON Schema of every kind of pack file, so that editors complete and underline."""

from collections.abc import Sequence
from typing import Any

from shared.policy.sections import Section, all_sections

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(section: Section) -> dict[str, Any]:
    """The schema of one file of this section."""
    schema: dict[str, Any] = section.model.model_json_schema(by_alias=True)
    return {"$schema": DIALECT, "title": f"{section.name}: {section.about}"} | _without(schema, "title")


def schemas(sections: Sequence[Section] | None = None) -> dict[str, Any]:
    """All of them: {"files": {glob: section}, "sections": {section: schema}}."""
    found = all_sections() if sections is None else sections
    files = {section.files: section.name for section in found}
    return {"files": files, "sections": {section.name: schema_of(section) for section in found}}


def _without(schema: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != key}
