"""Who is let in: tokens of the right issuer, audience and scope; keys that match."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from shared.web.auth import API_KEY, Tokens, TokenSettings, new_api_key, secret_matches
from tests.web.faces import Issuer, caller, face

ISSUER = Issuer()
TOKENS = Tokens(TokenSettings(jwks=ISSUER.jwks))


async def ask(token: str | None, tokens: Tokens = TOKENS):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with caller(face(tokens=tokens)) as http:
        return await http.get("/v1/mine", headers=headers)


async def test_a_good_token_with_its_scope_comes_in():
    answer = await ask(ISSUER.token(roles=["manager"]))
    assert (answer.status_code, answer.json()) == (200, {"sub": "agent-7", "roles": ["manager"]})


async def test_a_key_set_in_a_file_is_read(tmp_path):
    (tmp_path / "keys.json").write_text(ISSUER.jwks)
    tokens = Tokens(TokenSettings(jwks=str(tmp_path / "keys.json")))
    assert (await ask(ISSUER.token(), tokens)).status_code == 200


@pytest.mark.parametrize(
    "token",
    [
        None,
        "nonsense",
        ISSUER.token(aud="another"),
        ISSUER.token(exp=int(time.time()) - 120),
        ISSUER.token(exp=None),
        ISSUER.token(sub=None),
        ISSUER.token(kid="two"),
        ISSUER.token(key=ec.generate_private_key(ec.SECP256R1())),
        ISSUER.token(key="a-shared-secret-of-at-least-32-bytes", algorithm="HS256"),
        ISSUER.token(algorithm="none"),
    ],
)
async def test_any_other_token_is_401_and_says_how_to_come_in(token):
    answer = await ask(token)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["type"].endswith("/unauthenticated")


async def test_a_token_without_the_scope_is_403_and_names_it():
    answer = await ask(ISSUER.token(scope="cases:write"))
    assert answer.status_code == 403 and "cases:read" in answer.json()["detail"]


async def test_without_a_key_set_nobody_is_let_in():
    assert (await ask(ISSUER.token(), Tokens(TokenSettings()))).status_code == 401


def test_an_api_key_is_known_by_its_hash_alone():
    key, kept = new_api_key("callcentre-1")
    found = API_KEY.fullmatch(key)
    assert found is not None and found[1] == "callcentre-1"
    assert secret_matches(found[2], kept) and not secret_matches(found[2] + "x", kept)
    assert found[2] not in kept
