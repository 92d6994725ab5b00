"""`/docs`: the OpenAPI document as a page for people, rendered here, nothing loaded from anywhere."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from shared.web.pages import Pages


def add(app: FastAPI) -> None:
    """Adds the page to an app."""
    pages = Pages(style="documentation.css")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        document = app.openapi()
        return pages.render("documentation.html", info=document["info"], operations=list(_operations(document)),
                            schemas=list(_schemas(document)))  # fmt: skip


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {})
            yield {
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "parameters": operation.get("parameters", []),
                "body": [_named(content.get("schema", {})) for content in body.values()],
                "answers": [
                    (status, answer.get("description", ""), [_named(c.get("schema", {})) for c in _contents(answer)])
                    for status, answer in operation.get("responses", {}).items()
                ],
            }


def _contents(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return list(answer.get("content", {}).values())


def _schemas(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, schema in sorted(document.get("components", {}).get("schemas", {}).items()):
        needed = schema.get("required", [])
        fields = [
            {"name": field, "kind": _named(kind), "needed": field in needed, "words": kind.get("description", "")}
            for field, kind in schema.get("properties", {}).items()
        ]
        yield {"name": name, "words": schema.get("description", ""), "fields": fields}


def _named(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(_named(each) for each in schema[choice])
    if "const" in schema or "enum" in schema:
        return " | ".join(str(value) for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_named(schema.get('items', {}))}"
    kind = str(schema.get("type", "anything"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind
