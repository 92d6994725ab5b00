"""The OpenAPI document: typed routes as FastAPI knows them, hot routes beside them, one form for every error."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.web import about
from shared.web.problems import MEDIA_TYPE, ProblemDocument

REF = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True)
class Operation:
    """A route served without FastAPI's own reading of the body, with what OpenAPI is to say of it.

    `security`: the schemes of which any one lets a caller in; `media`: the kinds of body that hold the model.
    """

    path: str
    summary: str
    body: type[BaseModel] | None
    answers: dict[int, type[BaseModel] | None]
    method: str = "post"
    tags: Sequence[str] = ()
    security: Sequence[str] = ()
    description: str = ""
    parameters: Sequence[dict[str, Any]] = field(default_factory=tuple)
    example: dict[str, Any] | None = None
    media: Sequence[str] = ("application/json",)


class Pending(BaseModel):
    """Taken onto the log; the decision is under way. `look`: where it will stand."""

    status: Literal["accepted"]
    look: str


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


def letting_in(schemes: Sequence[str]) -> dict[str, Any]:
    """For `openapi_extra` of a route that makes out its caller itself: any one of the schemes lets them in."""
    return {"security": [{scheme: []} for scheme in schemes]}


def maker(app: FastAPI, operations: Sequence[Operation]) -> Callable[[], dict[str, Any]]:
    """What `app.openapi` becomes; made once, at the first question."""

    def make() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, operations)
        return app.openapi_schema

    return make


def _document(app: FastAPI, operations: Sequence[Operation]) -> dict[str, Any]:
    told = about.SERVICES.get(app.title.rsplit(" ", 1)[-1], "")
    document = get_openapi(
        title=app.title, version=app.version, routes=app.routes, summary=told, description=about.EVERY_SERVICE,
        license_info=about.LICENSE, servers=[{"url": "/"}],
    )  # fmt: skip
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    models: set[type[BaseModel]] = {ProblemDocument, Pending}
    for operation in operations:
        models |= {m for m in (operation.body, *operation.answers.values()) if m}
        document["paths"].setdefault(operation.path, {})[operation.method] = _hot(operation)
    ordered = sorted(models, key=lambda model: model.__name__)
    _, extra = models_json_schema([(model, "validation") for model in ordered], ref_template=REF)
    schemas.update(extra.get("$defs", {}))
    waits = [_finish(path, m, o) for path, methods in document["paths"].items() for m, o in methods.items()]
    if not any(waits):
        schemas.pop("Pending")
    used = {name for methods in document["paths"].values() for o in methods.values() for name in _schemes(o)}
    given = document["components"].get("securitySchemes", {}) | about.SCHEMES
    document["components"]["securitySchemes"] = {name: given[name] for name in sorted(used)}
    tags = {tag for methods in document["paths"].values() for o in methods.values() for tag in o.get("tags", ())}
    document["tags"] = [{"name": tag, "description": about.TAGS.get(tag, "")} for tag in sorted(tags)]
    return document


def _schemes(operation: dict[str, Any]) -> list[str]:
    return [name for one in operation.get("security", ()) for name in one]


def _finish(path: str, method: str, operation: dict[str, Any]) -> bool:
    """What every operation says: a short id, words, its errors; whether its decision may be slow."""
    grown = "_" + re.sub(r"\W", "_", path.removeprefix("/")) + "_" + method
    operation["operationId"] = operation["operationId"].removesuffix(grown)
    operation["tags"] = operation.get("tags", [])[-1:]  # its own, where its router has another
    for parameter in operation.get("parameters", ()):
        parameter.setdefault("description", about.PARAMETERS.get(parameter["name"], ""))
    operation.setdefault("description", operation["summary"].rstrip(".") + ".")
    asked = operation.setdefault("security", [])
    scopes = sorted({scope for one in asked for named in one.values() for scope in named})
    if scopes:  # linters know scopes of OAuth2 flows alone, and where tokens come from is a deployment's own
        operation["description"] += f" Needs the scope {', '.join(scopes)}."
        operation["security"] = [{key: [] for key in one} for one in asked]
    responses = operation.setdefault("responses", {})
    waits = False
    for answer in responses.values():
        decided = answer.get("content", {}).get("application/json", {})
        if decided.get("schema") == {}:  # the decision's own answer
            decided["schema"] = {"type": "object", "description": "What was decided, and how it stands."}
            answer["description"], waits = "Decided.", True
    waits = waits and "202" not in responses
    if waits:
        content = {"application/json": {"schema": {"$ref": REF.format(model="Pending")}}}
        responses["202"] = {"description": "Taken, and not decided yet: look there.", "content": content}
    for status in [s for s in responses if s.startswith("4")]:
        del responses[status]
    for status, words in about.errors(path, method, bool(operation.get("security"))).items():
        content = {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="ProblemDocument")}}}
        responses[status] = {"description": words, "content": content}
    return waits


def _hot(operation: Operation) -> dict[str, Any]:
    name = re.sub(r"\W+", "_", operation.path.replace("/v1/", "")).strip("_")
    told: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": f"{operation.method}_{name}",
        "tags": list(operation.tags),
        "parameters": list(operation.parameters),
        "responses": {str(status): _answer(model) for status, model in operation.answers.items()},
    }
    if operation.description:
        told["description"] = operation.description
    if operation.body:
        body: dict[str, Any] = {"schema": {"$ref": REF.format(model=operation.body.__name__)}}
        if operation.example is not None:
            body["example"] = operation.example
        told["requestBody"] = {"required": True, "content": dict.fromkeys(operation.media, body)}
    if operation.security:
        told |= letting_in(operation.security)
    return told


def _answer(model: type[BaseModel] | None) -> dict[str, Any]:
    if model is None:
        return {"description": "Done."}
    content = {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}
    return {"description": (model.__doc__ or "The answer.").strip().splitlines()[0], "content": content}
