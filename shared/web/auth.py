"""Who is asking: staff and partners by bearer token (OAuth2 JWT), channels by API key."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import jwt
from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic_settings import BaseSettings

from shared.web.problems import Problem

ALGORITHMS = ("ES256", "RS256")
LEEWAY_S = 30
LONGEST_NAME = 200
API_KEY = re.compile(r"rk_([a-z0-9-]{1,40})_([A-Za-z0-9-]{20,100})")
Given = HTTPAuthorizationCredentials | None
BEARER = HTTPBearer(auto_error=False, scheme_name="staff", bearerFormat="JWT", description="OAuth2 access token")


class TokenSettings(BaseSettings):
    """`jwks`: the JSON Web Key Set itself, or a file that holds it; without it nobody is let in."""

    jwks: str = ""
    jwt_audience: str = "redress"
    jwt_issuer: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or system with what it may do."""

    sub: str
    scopes: frozenset[str]
    roles: frozenset[str]


class Tokens:
    """Reads access tokens. A key is used with the algorithm of its own kind only, whatever a token says."""

    def __init__(self, settings: TokenSettings) -> None:
        self._audience, self._issuer = settings.jwt_audience, settings.jwt_issuer or None
        self._keys = {key.key_id: key for key in _keys(settings.jwks) if key.algorithm_name in ALGORITHMS}

    def caller(self, token: str) -> Caller:
        """Who holds this token; Problem 401 when it is not good."""
        try:
            key = self._keys[jwt.get_unverified_header(token).get("kid")]
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "sub", "aud"]},
            )
            return Caller(_named(claims["sub"]), _words(claims, "scope", "scopes", "scp"), _words(claims, "roles"))
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            raise unauthenticated("the bearer token is not valid here") from None


def _keys(given: str) -> list[Any]:
    if not given:
        return []
    text = given if given.lstrip().startswith("{") else Path(given).read_text("utf-8")
    return list(jwt.PyJWKSet.from_dict(json.loads(text)).keys)


def _named(sub: str) -> str:
    """It stands in histories and in the ids of requests; ValueError when it names nobody, or without end."""
    if not 0 < len(sub) <= LONGEST_NAME or not sub.isprintable() or not sub.strip():
        raise ValueError("a subject names somebody in at most 200 characters")
    return sub


def _words(claims: dict[str, Any], *names: str) -> frozenset[str]:
    for name in names:
        value = claims.get(name)
        if isinstance(value, str):
            return frozenset(value.split())
        if isinstance(value, list):
            return frozenset(str(each) for each in value)
    return frozenset()


def unauthenticated(detail: str) -> Problem:
    """401, with how to come in."""
    return Problem("unauthenticated", detail, headers={"WWW-Authenticate": "Bearer"})


def staff(scope: str) -> Callable[..., Caller]:
    """A dependency: `caller: Annotated[Caller, Depends(staff("cases:write"))]`; reads `app.state.tokens`."""

    def who(request: Request, credentials: Annotated[Given, Security(BEARER, scopes=[scope])] = None) -> Caller:
        if credentials is None:
            raise unauthenticated("a bearer token is needed")
        tokens: Tokens = request.app.state.tokens
        caller = tokens.caller(credentials.credentials)
        if scope not in caller.scopes:
            raise Problem("forbidden", f"the scope {scope} is needed")
        return caller

    return who


# Channels ------------------------------------------------------------------------------------------


def new_api_key(integration: str) -> tuple[str, str]:
    """(the key, shown once; its hash, kept)."""
    secret = secrets.token_urlsafe(32).replace("_", "-")
    return f"rk_{integration}_{secret}", hash_secret(secret)


def hash_secret(secret: str) -> str:
    """SHA-256: enough for 256 bits drawn by chance."""
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_matches(secret: str, kept: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(hash_secret(secret), kept)


def header(request: Request, name: bytes) -> str:
    """A header as the face found it; empty when there is none."""
    value: bytes = request.state.headers.get(name, b"")
    return value.decode("latin-1")


def bearer(request: Request) -> str | None:
    """What stands after `Bearer` in Authorization."""
    kind, _, value = header(request, b"authorization").partition(" ")
    return value.strip() if kind.lower() == "bearer" and value.strip() else None


def api_key(request: Request) -> tuple[str, str]:
    """(integration, secret) as the caller claims; Problem 401 when there is none of that form."""
    given = header(request, b"x-api-key") or bearer(request) or ""
    found = API_KEY.fullmatch(given)
    if found is None:
        raise unauthenticated("an API key is needed, as Authorization: Bearer or X-Api-Key")
    return found[1], found[2]
