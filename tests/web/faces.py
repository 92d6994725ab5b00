"""A small app behind the shared face, and callers of it that can send anything."""

import json
import time
from typing import Annotated, Any, Literal

import httpx
import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from shared.flow.errors import Transient
from shared.flow.messages import Reply
from shared.web.app import add_hot, create_app
from shared.web.asking import fingerprint, idempotency_key, respond
from shared.web.auth import Caller, Tokens, TokenSettings, staff
from shared.web.bodies import Limits
from shared.web.faults import validated
from shared.web.openapi import IDEMPOTENCY_KEY, Operation


class Phone(BaseModel):
    kind: Literal["phone"]
    rings: int = Field(ge=0)


class Web(BaseModel):
    kind: Literal["web"]
    page: str


class Told(BaseModel):
    model_config = {"extra": "forbid"}
    text: str = Field(max_length=20)
    channel: Annotated[Phone | Web, Field(discriminator="kind")] | None = None
    facts: dict[str, str | int | bool] = {}


class Kept(BaseModel):
    kept: dict[str, Any]


class Said(BaseModel):
    """What was understood."""

    key: str
    text: str


def face(
    ready: dict[str, str] | None = None, needs: tuple[str, ...] = (), tokens: Tokens | None = None,
    limits: Limits | None = None,
) -> Any:  # fmt: skip
    async def parts() -> dict[str, str]:
        return ready or {"log": "ok", "lane express": "running"}

    app = create_app("toy", ready=parts, needs=needs, limits=limits)
    app.state.tokens = tokens or Tokens(TokenSettings())

    async def tell(request: Request) -> Response:
        told = validated(Told, request.state.json)
        return respond(Reply(202, {"key": idempotency_key(request), "text": told.text}), "/v1/told/1")

    hot = Operation("/v1/told", "Tell", Told, {202: Said}, parameters=[IDEMPOTENCY_KEY], security=["channel"])
    add_hot(app, hot, tell)

    @app.post("/v1/typed/{number}")
    async def typed(number: int, told: Told) -> dict[str, Any]:
        return {"number": number, "text": told.text}

    @app.post("/v1/kept")
    async def keep(kept: Kept) -> Response:
        print_ = fingerprint(kept)
        return respond(Reply(202, {"print": print_, "kept": kept.kept}), "/v1/kept/1")

    @app.get("/v1/broken")
    async def broken() -> None:
        raise RuntimeError("Zhang San 10000000000")

    @app.get("/v1/away")
    async def away() -> None:
        raise Transient("log away")

    @app.get("/v1/mine")
    async def mine(caller: Annotated[Caller, Depends(staff("cases:read"))]) -> dict[str, Any]:
        return {"sub": caller.sub, "roles": sorted(caller.roles)}

    return app


def caller(app: Any) -> httpx.AsyncClient:
    """Speaks to the app in this process; failures of the app are answers, as over a wire."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://intake.test",
        timeout=30,
    )


def body(**more: Any) -> bytes:
    return orjson.dumps({"text": "hello", **more})


JSON = {"content-type": "application/json", "idempotency-key": "k1"}


class Issuer:
    """Makes access tokens as an identity provider would."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        self.jwks = json.dumps({"keys": [{**public, "kid": "one", "alg": "ES256", "use": "sig"}]})

    def token(self, kid: str = "one", key: Any = None, algorithm: str = "ES256", **claims: Any) -> str:
        told = {"sub": "agent-7", "aud": "redress", "exp": int(time.time()) + 60, "scope": "cases:read"} | claims
        told = {name: value for name, value in told.items() if value is not None}
        chosen = None if algorithm == "none" else key or self.key
        return jwt.encode(told, chosen, algorithm=algorithm, headers={"kid": kid})
