"""The OpenAPI document: typed routes as FastAPI knows them, hot routes beside them, one form for every error."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.web.problems import MEDIA_TYPE, ProblemDocument

REF = "#/components/schemas/{model}"
ERRORS = {"4XX": "what was wrong with the request", "503": "not possible just now; come again after Retry-After"}


@dataclass(frozen=True, slots=True)
class Operation:
    """A route served without FastAPI's own reading of the body, with what OpenAPI is to say of it."""

    path: str
    summary: str
    body: type[BaseModel] | None
    answers: dict[int, type[BaseModel] | None]
    method: str = "post"
    tags: Sequence[str] = ()
    security: str | None = None
    description: str = ""
    parameters: Sequence[dict[str, Any]] = field(default_factory=tuple)


IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "1 to 200 printable characters, bare or as a quoted string. A repeat gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


KEYED: dict[str, Any] = {"parameters": [IDEMPOTENCY_KEY]}
"""For `openapi_extra` of a typed route that asks for the key itself."""


def path_parameter(name: str) -> dict[str, Any]:
    """A parameter in the path, for a hot route."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def maker(app: FastAPI, operations: Sequence[Operation]) -> Callable[[], dict[str, Any]]:
    """What `app.openapi` becomes; made once, at the first question."""

    def make() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, operations)
        return app.openapi_schema

    return make


def _document(app: FastAPI, operations: Sequence[Operation]) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes, description=app.description)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    models: set[type[BaseModel]] = {ProblemDocument}
    for operation in operations:
        models |= {m for m in (operation.body, *operation.answers.values()) if m}
        document["paths"].setdefault(operation.path, {})[operation.method] = _hot(operation)
    ordered = sorted(models, key=lambda model: model.__name__)
    _, extra = models_json_schema([(model, "validation") for model in ordered], ref_template=REF)
    schemas.update(extra.get("$defs", {}))
    schemes = document["components"].setdefault("securitySchemes", {})
    schemes.update({o.security: {"type": "http", "scheme": "bearer"} for o in operations if o.security})
    for path in document["paths"].values():
        for operation_ in path.values():
            _with_errors(operation_)
    return document


def _with_errors(operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    for status in [s for s in responses if s.startswith("4")]:
        del responses[status]
    for status, words in ERRORS.items():
        content = {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="ProblemDocument")}}}
        responses[status] = {"description": words, "content": content}


def _hot(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": f"{operation.method}{operation.path}".replace("/", "_").replace("{", "").replace("}", ""),
        "tags": list(operation.tags),
        "parameters": list(operation.parameters),
        "responses": {str(status): _answer(model) for status, model in operation.answers.items()},
    }
    if operation.description:
        told["description"] = operation.description
    if operation.body:
        content = {"application/json": {"schema": {"$ref": REF.format(model=operation.body.__name__)}}}
        told["requestBody"] = {"required": True, "content": content}
    if operation.security:
        told["security"] = [{operation.security: []}]
    return told


def _answer(model: type[BaseModel] | None) -> dict[str, Any]:
    if model is None:
        return {"description": "done"}
    content = {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}
    return {"description": (model.__doc__ or "the answer").strip().splitlines()[0], "content": content}
