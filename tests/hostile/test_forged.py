"""Forged, stolen, stale and swapped credentials on every operation that asks for one: nothing is let in."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from shared import ids, links
from shared.web.auth import Tokens, TokenSettings
from tests.hostile.doors import DOORS, LINK_SECRET, SCOPES, Door
from tests.web.faces import Issuer

GOOD = ids.complaint_id("hotline", "k1")
OTHER = ids.complaint_id("hotline", "k2")


def part(content: Any) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def claims(**more: Any) -> dict[str, Any]:
    return {
        "sub": "thief",
        "aud": "redress",
        "exp": int(time.time()) + 600,
        "scope": SCOPES,
        "roles": ["manager"],
        **more,
    }


def by_hand(header: dict[str, Any], content: dict[str, Any], signature: bytes) -> str:
    return f"{part(header)}.{part(content)}.{part(signature)}"


def hs_with_public_key(issuer: Issuer) -> list[str]:
    """The public key, which anybody has, used as the secret of an HMAC."""
    public = issuer.key.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    told = []
    for secret in (pem, issuer.jwks.encode(), json.dumps(json.loads(issuer.jwks)["keys"][0]).encode()):
        head = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'one'})}.{part(claims())}"
        told.append(f"{head}.{part(hmac.new(secret, head.encode(), hashlib.sha256).digest())}")
    return told


def tokens(issuer: Issuer) -> dict[str, str]:
    stranger, large = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    own = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(stranger.public_key()))
    good = issuer.token(scope=SCOPES, exp=int(time.time()) + 600, roles=["manager"])
    head, body, signature = good.split(".")

    def carrying(**more: Any) -> str:
        return jwt.encode(claims(), stranger, algorithm="ES256", headers={"kid": "one", **more})

    return {
        "alg none": by_hand({"alg": "none", "kid": "one"}, claims(), b""),
        "alg None": by_hand({"alg": "None", "kid": "one"}, claims(), b""),
        "alg none with the good signature": f"{part({'alg': 'none', 'kid': 'one'})}.{body}.{signature}",
        **{f"HS256 by the public key {n}": token for n, token in enumerate(hs_with_public_key(issuer))},
        "a signature of zeros": by_hand({"alg": "ES256", "kid": "one"}, claims(), bytes(64)),
        "no signature": f"{head}.{body}.",
        "another's content": f"{head}.{part(claims())}.{signature}",
        "another's key": carrying(),
        "its own key in the header": carrying(jwk=own),
        "an address of keys": carrying(jku="http://127.0.0.1:9/keys", x5u="http://127.0.0.1:9/cert"),
        "a certificate": carrying(x5c=["MIIB"]),
        "RS256 under an EC key's name": jwt.encode(claims(), large, algorithm="RS256", headers={"kid": "one"}),
        "an unknown key id": issuer.token(kid="two", scope=SCOPES),
        "a path as key id": issuer.token(kid="../../../dev/null", scope=SCOPES),
        "another audience": issuer.token(aud="another", scope=SCOPES),
        "no audience": issuer.token(aud=None, scope=SCOPES),
        "expired": issuer.token(exp=int(time.time()) - 60, scope=SCOPES),
        "never expiring": issuer.token(exp=None, scope=SCOPES),
        "expiring at no number": issuer.token(exp="tomorrow", scope=SCOPES),
        "not yet": issuer.token(nbf=int(time.time()) + 600, scope=SCOPES),
        "of nobody": issuer.token(sub=None, scope=SCOPES),
        "of an empty name": issuer.token(sub="", scope=SCOPES),
        "of a name nobody could print": issuer.token(sub="a\x00b", scope=SCOPES),
        "of a name without end": issuer.token(sub="a" * 5000, scope=SCOPES),
        "two tokens": f"{good} {good}",
        "a part more": good + "." + signature,
        "nothing": "",
        "an API key of nobody": "rk_nobody_" + "x" * 43,
        "an API key by its hash": f"rk_hotline_{hashlib.sha256(b'x').hexdigest()}",
        "a link of another complaint": links.token(LINK_SECRET, OTHER),
        "a link by another secret": links.token(b"another secret", GOOD),
        "a link cut short": links.token(LINK_SECRET, GOOD)[:-1],
        "a link without its proof": f"{GOOD}.",
        "a link with more": links.token(LINK_SECRET, GOOD) + "A",
        "a link's name alone": GOOD,
    }


@pytest.fixture(params=sorted(DOORS))
async def door(request: pytest.FixtureRequest, mongo_url: str) -> Door:
    return await DOORS[request.param](mongo_url)


@pytest.fixture
async def http(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    door.issuer = Issuer()  # type: ignore[attr-defined]
    door.app.state.tokens = Tokens(TokenSettings(jwks=door.issuer.jwks))  # type: ignore[attr-defined]
    transport = httpx.ASGITransport(app=door.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://door.test", timeout=30) as client:
        yield client


def guarded(door: Door) -> list[tuple[str, str]]:
    """Every operation that asks for a credential, with genuine names in its path."""
    found = []
    for path, methods in door.app.openapi()["paths"].items():
        for method, operation in methods.items():
            if operation.get("security") or path.startswith("/v1/complaints"):
                named = path.replace("{id}", GOOD).replace("{remedy}", f"{GOOD}-1-a").replace("{action}", "call")
                found.append((method.upper(), named + _asked_for(operation)))
    return found


def asked(door: Door) -> int:
    """How many requests came onto the log."""
    return sum(len(records) for (topic, _), records in door.broker.records.items() if ".inbox." in topic)


def _asked_for(operation: dict[str, Any]) -> str:
    wanted = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query" and p.get("required")]
    return "?" + "&".join(f"{name}={GOOD}" for name in wanted) if wanted else ""


async def test_no_forged_token_opens_any_operation(door: Door, http: httpx.AsyncClient) -> None:
    operations = guarded(door)
    assert operations
    for what, token in tokens(door.issuer).items():  # type: ignore[attr-defined]
        for method, path in operations:
            headers = {"authorization": f"Bearer {token}", "idempotency-key": "k1"}
            body: dict[str, Any] = {} if method == "GET" else {"json": {}}
            answer = await http.request(method, path, headers=headers, **body)
            unread = {422} if path.startswith("/v1/remedies") else set()  # the body is read before the token
            assert answer.status_code in {401, 403} | unread, (what, method, path, answer.text)
            assert "thief" not in answer.text and GOOD not in answer.text
    assert asked(door) == 0, "something was let in"


async def test_a_genuine_token_without_the_scope_opens_nothing(door: Door, http: httpx.AsyncClient) -> None:
    token = door.issuer.token(scope="pages:read cases other:work", scp=SCOPES, roles=["manager"])  # type: ignore[attr-defined]
    for method, path in guarded(door):
        headers = {"authorization": f"Bearer {token}", "idempotency-key": "k1"}
        body: dict[str, Any] = {} if method == "GET" else {"json": {}}
        answer = await http.request(method, path, headers=headers, **body)
        assert answer.status_code in {401, 403, 422}, (method, path, answer.status_code)
    assert asked(door) == 0


async def test_what_is_let_in_by_a_genuine_credential_shows_that_the_tries_reach_the_door(door: Door) -> None:
    transport = httpx.ASGITransport(app=door.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://door.test", timeout=30) as client:
        statuses = set()
        for method, path in guarded(door):
            headers = {"authorization": f"Bearer {door.credential}", "idempotency-key": "k1"}
            if method == "GET":
                statuses.add((await client.get(path, headers=headers)).status_code)
    assert statuses & {200, 404}, statuses
