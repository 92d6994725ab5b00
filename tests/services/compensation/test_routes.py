"""Compensation's HTTP face: what cannot be a remedy is none, before anything is asked."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from services.compensation.app import make_app
from services.compensation.settings import Settings
from tests.web.faces import Issuer

ISSUER = Issuer()


@pytest.mark.parametrize("remedy", ["%E8%A1%A5%E5%81%BF-1", "c1%20-1", "x" * 90])
async def test_a_remedy_whose_id_cannot_be_one_is_not_found(remedy: str) -> None:
    host: Any = SimpleNamespace(ready=None, edge=None, store=None)
    app = make_app(host, None, Settings(link_secret="for tests only", jwks=ISSUER.jwks))
    headers = {"authorization": f"Bearer {ISSUER.token(scope='remedies:work')}", "idempotency-key": "k1"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://compensation.test", timeout=30
    ) as http:
        answer = await http.post(f"/v1/remedies/{remedy}/acceptance", json={}, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (404, "no remedy has such an id")
