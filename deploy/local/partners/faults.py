"""How a simulated partner misbehaves, endpoint by endpoint: silence, lost answers, refusals, slowness."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.local.partners.contract import Problem

Endpoint = Literal["order", "payout", "payout_by_key", "grant", "grant_by_key", "protective_action"]


class Behaviour(BaseModel):
    """What an endpoint does for the next `times` requests (None: until told otherwise).

    `hang`: no work; the connection stays open for `seconds`, then closes without an answer. `lose`: the work,
    after `seconds` the connection closes without an answer. `slow`: the work, the answer after `seconds`.
    `fail`: 500. `busy`: 503 with Retry-After `retry_after` seconds. `refuse`: 422. The last three do no work.
    """

    model_config = ConfigDict(extra="forbid")

    endpoint: Endpoint
    do: Literal["normal", "hang", "lose", "slow", "fail", "busy", "refuse"]
    seconds: Annotated[float, Field(ge=0, le=3600)] = 0
    retry_after: Annotated[int, Field(ge=0, le=3600)] = 1
    times: Annotated[int, Field(ge=1)] | None = None


def closable(app: ASGIApp) -> ASGIApp:
    """Lets a response cut its own connection: uvicorn's transport, which ASGI does not offer, goes into the scope."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["transport"] = send.__self__.transport  # type: ignore[attr-defined]
        await app(scope, receive, send)

    return serve


class NoAnswer(Response):
    """Closes the connection without a byte."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["transport"].abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def problem(status: int, title: str, detail: str = "", headers: dict[str, str] | None = None) -> JSONResponse:
    body = Problem(title=title, status=status, detail=detail).model_dump()
    return JSONResponse(body, status, headers, media_type="application/problem+json")


class Faults:
    """The behaviours set at the moment; none is `normal`."""

    def __init__(self) -> None:
        self.set: dict[Endpoint, Behaviour] = {}

    def tell(self, behaviour: Behaviour) -> None:
        self.set[behaviour.endpoint] = behaviour

    def _next(self, endpoint: Endpoint) -> Behaviour:
        behaviour = self.set.get(endpoint) or Behaviour(endpoint=endpoint, do="normal")
        if behaviour.times is not None:
            behaviour.times -= 1
            if behaviour.times == 0:
                del self.set[endpoint]
        return behaviour

    async def around(self, endpoint: Endpoint, work: Callable[[], Response]) -> Response:
        """Does `work`, or not, and answers, or not, as the endpoint is told to."""
        told = self._next(endpoint)
        match told.do:
            case "hang":
                await asyncio.sleep(told.seconds)
                return NoAnswer()
            case "fail":
                return problem(500, "Internal error")
            case "busy":
                return problem(503, "Busy", headers={"Retry-After": str(told.retry_after)})
            case "refuse":
                return problem(422, "Refused", "the simulator was told to refuse this")
        answer = work()
        await asyncio.sleep(told.seconds)
        return NoAnswer() if told.do == "lose" else answer
