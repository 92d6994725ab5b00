"""The FastAPI face all services share: problems for every error, health, metrics, OpenAPI, and its pages."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from shared.flow.errors import Transient
from shared.web import documentation
from shared.web.bodies import Limits
from shared.web.face import Face
from shared.web.faults import invalid
from shared.web.openapi import Operation, maker
from shared.web.problems import Problem, of_status, unavailable

GREEN = frozenset({"ok", "running"})
Ready = Callable[[], Awaitable[Mapping[str, str]]]
Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    service: str,
    *,
    ready: Ready,
    version: str = "0.1.0",
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    needs: Collection[str] = (),
    limits: Limits | None = None,
) -> FastAPI:
    """An app with everything but the service's own routes.

    `ready` tells each part's state; `ok` and `running` are green. `needs`: the parts without which the service
    cannot serve at all (default: all); the others are shown, and leave it ready.
    """
    app = FastAPI(
        title=f"Redress {service}",
        version=version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    app.state.operations, app.state.hot = [], {}
    app.openapi = maker(app, app.state.operations)  # type: ignore[method-assign]
    beneath = app.build_middleware_stack
    app.build_middleware_stack = lambda: Face(  # type: ignore[method-assign]
        beneath(), app, service, limits or Limits(), app.state.hot
    )  # outermost: it answers every fault itself
    _answer_errors(app)
    _add_health(app, ready, frozenset(needs))
    documentation.add(app)
    return app


def served(app: FastAPI) -> ASGIApp:
    """The app as a server calls it: its face, past what the framework does before it (1 µs and some frames each)."""
    app.middleware_stack = face = app.build_middleware_stack()
    return face


def add_hot(app: FastAPI, operation: Operation, endpoint: Endpoint) -> None:
    """A route without FastAPI's own reading of the body (2.5 times the typed route), with its place in OpenAPI.

    It raises Problem and Transient only, never HTTPException: where its path holds no parameter, nothing is between.
    """

    async def known(request: Request) -> Response:
        request.scope["route"] = operation  # as FastAPI does for its own: the template is what metrics and log show
        return await endpoint(request)

    method = operation.method.upper()
    app.add_route(operation.path, known, methods=[method], include_in_schema=False)
    if "{" not in operation.path:
        app.state.hot[method, operation.path] = known
    app.state.operations.append(operation)


def _answer_errors(app: FastAPI) -> None:
    async def problem(_: Request, fault: Exception) -> Response:
        assert isinstance(fault, Problem)
        return fault.response()

    async def transient(_: Request, fault: Exception) -> Response:
        return unavailable().response()

    async def http(_: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        known = of_status(fault.status_code, fault.headers)
        return known.response() if known else Response(status_code=fault.status_code, headers=fault.headers)

    async def unread(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, RequestValidationError)
        return _of_parts(fault.errors(), request.state.json).response()

    async def defect(_: Request, fault: Exception) -> Response:
        return Problem("internal").response()  # the face hears of it as well, and writes it down

    app.add_exception_handler(Exception, defect)
    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(Transient, transient)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, unread)


def _of_parts(errors: Any, body: Any) -> Problem:
    """FastAPI's faults by where they stand: the body by pointer, parameters and headers by name."""
    in_body = [{**error, "loc": error["loc"][1:]} for error in errors if error["loc"][0] == "body"]
    found = list(invalid(in_body, body).errors)
    for error in errors:
        place, name = error["loc"][0], str(error["loc"][-1])
        if place != "body":
            told = invalid([{**error, "loc": ()}], None).errors[0]["detail"]
            found.append({"header" if place == "header" else "parameter": name, "detail": told})
    return Problem("invalid", errors=found)


def _add_health(app: FastAPI, ready: Ready, needs: Collection[str]) -> None:
    @app.get("/health/live", tags=["health"], summary="The process serves")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", tags=["health"], summary="Every part and what it does; 503 names what is red")
    async def is_ready() -> dict[str, Any]:
        parts = dict(await ready())
        red = sorted(name for name, state in parts.items() if state not in GREEN and (not needs or name in needs))
        if red:
            raise Problem("not-ready", f"red: {', '.join(red)}", headers={"Retry-After": "2"}, red=red, parts=parts)
        return {"status": "ready", "parts": parts}

    @app.get("/metrics", include_in_schema=False)
    async def measured() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
