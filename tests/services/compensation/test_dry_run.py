"""`POST /v1/assessments`: what a table would say, asked by anybody, with nothing of the store or the log touched."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.compensation.commands import answer
from services.compensation.routes import routes
from services.compensation.table_section import SECTION
from services.compensation.tables import tables_of
from shared.policy.packs import SHIPPED
from shared.policy.shelf import load_policy
from shared.web.app import create_app

TABLES = tables_of(load_policy([SHIPPED], [SECTION]))
ASKED: dict[str, Any] = {
    "table": "eu_rail.delay", "facts": {"price": "59.85", "delay_min": 60}, "on": "2026-11-22",
}  # fmt: skip


class Untouched:
    """Stands where the log and the store stand; whoever reaches for it fails."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a dry run reached for {name}")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async def parts() -> dict[str, str]:
        return {"log": "ok"}

    app = create_app("compensation", ready=parts)
    app.include_router(routes(Untouched(), Untouched(), TABLES, b""))  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://compensation.test", timeout=30) as client:
        yield client


async def test_says_what_the_command_says_without_any_token(http):
    said = await http.post("/v1/assessments", json=ASKED)
    assert said.status_code == 200
    assert said.json() == answer(TABLES, ASKED)
    assert said.json()["remedies"] == [{"kind": "compensation", "amount": "14.96", "currency": "EUR"}]


@pytest.mark.parametrize(
    ("change", "pointers", "told"),
    [
        ({"facts": {}}, ["/facts/price", "/facts/delay_min"], "price is missing"),
        ({"facts": {"price": 59.85, "delay_min": 60}}, ["/facts/price"], "as text"),
        ({"table": "eu_rail"}, ["/table"], "eu_rail.delay"),
        ({"on": "2020-01-01"}, ["/on"], "from 2023-06-07 on"),
        ({"on": "someday"}, ["/on"], ""),
        ({"facts": [1]}, ["/facts"], ""),
        ({"strange": 1}, ["/strange"], ""),
    ],
)
async def test_what_is_missing_or_wrong_is_named_with_its_place(http, change, pointers, told):
    said = await http.post("/v1/assessments", json=ASKED | change)
    assert said.status_code == 422
    assert said.headers["content-type"] == "application/problem+json"
    problem = said.json()
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert told in problem.get("detail", "") + "".join(error["detail"] for error in problem["errors"])
