"""The simulated partners' HTTP face: what partners serve for Redress, and the controls tests use."""

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from deploy.local.partners.books import Books, KeyUsed
from deploy.local.partners.contract import (
    Acknowledgement,
    Grant,
    GrantOrder,
    Order,
    Payout,
    PayoutOrder,
    Problem,
    ProtectiveAction,
)
from deploy.local.partners.faults import Behaviour, Faults, problem

Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200, description="repeat safely")]
Given = Annotated[str, Path(description="as the complainant or channel gave it")]
Asked = Annotated[str, Path(description="the Idempotency-Key it was asked under")]


PROBLEM = {"application/problem+json": {"schema": Problem.model_json_schema()}}
TAGS = [
    {"name": "fleet control", "description": "What must be done at once so that nobody is hurt."},
    {"name": "order system", "description": "What an order's books say; reading changes nothing."},
    {"name": "payouts", "description": "Money and grants, each once by its key."},
]
MEANINGS = {
    400: "The idempotency key is missing",
    404: "Not known here",
    422: "Final: the body is at fault, it is refused, or the key was used for another body",
    503: "Busy: again, with the same key, after Retry-After seconds",
}


def _says(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": MEANINGS[status], "content": PROBLEM} for status in statuses}


def _answer(shape: BaseModel, status: int = 200) -> Response:
    return JSONResponse(shape.model_dump(), status)


def partner_routes(books: Books, faults: Faults) -> APIRouter:
    """What partners implement; the contract is made of these alone."""
    routes = APIRouter(responses={"default": {"description": "Anything else", "content": PROBLEM}})

    @routes.get("/orders/{reference:path}", response_model=Order, responses=_says(404, 503), tags=["order system"])
    async def read_order(reference: Given) -> Response:
        """An order by the reference the complainant or channel gave."""
        order = books.orders.get(reference)
        return await faults.around("order", lambda: _answer(order) if order else problem(404, "No such order"))

    _payouts(routes, books, faults)

    @routes.post(
        "/protective-actions",
        response_model=Acknowledgement,
        status_code=202,
        responses=_says(400, 422, 503),
        tags=["fleet control"],
    )
    async def protect(action: ProtectiveAction, key: Key) -> Response:
        """Acknowledges that somebody there has taken the action on."""
        return await faults.around("protective_action", lambda: _answer(books.actions.do(key, action), 202))

    return routes


def _payouts(routes: APIRouter, books: Books, faults: Faults) -> None:
    """Money and grants: done once by key, and known by it."""

    @routes.post("/payouts", response_model=Payout, status_code=201, responses=_says(400, 422, 503), tags=["payouts"])
    async def pay(order: PayoutOrder, key: Key) -> Response:
        """Pays once per key: the same key and body again gets the same answer and pays nothing."""
        return await faults.around("payout", lambda: _answer(books.payouts.do(key, order), 201))

    @routes.get("/payouts/by-key/{key:path}", response_model=Payout, responses=_says(404, 503), tags=["payouts"])
    async def read_payout(key: Asked) -> Response:
        """What became of an attempt whose answer was lost: the payout, or 404 when nothing was paid."""
        entry = books.payouts.entries.get(key)
        return await faults.around(
            "payout_by_key", lambda: _answer(entry.given) if entry else problem(404, "Nothing paid under this key")
        )

    @routes.post("/grants", response_model=Grant, status_code=201, responses=_says(400, 422, 503), tags=["payouts"])
    async def grant(order: GrantOrder, key: Key) -> Response:
        """Grants once per key what is not money."""
        return await faults.around("grant", lambda: _answer(books.grants.do(key, order), 201))

    @routes.get("/grants/by-key/{key:path}", response_model=Grant, responses=_says(404, 503), tags=["payouts"])
    async def read_grant(key: Asked) -> Response:
        """What became of an attempt whose answer was lost: the grant, or 404 when nothing was granted."""
        entry = books.grants.entries.get(key)
        return await faults.around(
            "grant_by_key", lambda: _answer(entry.given) if entry else problem(404, "Nothing granted under this key")
        )


def control_routes(books: Books, faults: Faults) -> APIRouter:
    """For tests and the demo; no partner has these."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/_control", status_code=204)
    async def control(behaviour: Behaviour) -> None:
        faults.tell(behaviour)

    @routes.post("/_orders", status_code=204)
    async def add_orders(orders: list[Order]) -> None:
        books.add(orders)

    @routes.get("/_ledger")
    async def ledger() -> dict[str, Any]:
        return books.ledger()

    return routes


async def _faulty_request(request: Request, fault: Exception) -> Response:
    """Names the field and the reason, never the value."""
    assert isinstance(fault, RequestValidationError)
    first = fault.errors()[0]
    place, *path = (str(part) for part in first["loc"])
    if place == "header":
        return problem(400, "Idempotency-Key is missing", "send the header Idempotency-Key")
    return problem(422, "The request is at fault", f"/{'/'.join(path)}: {first['msg']}")


async def _used_key(request: Request, fault: Exception) -> Response:
    return problem(422, "Idempotency-Key was used for another body")


def build_app(books: Books | None = None, faults: Faults | None = None) -> FastAPI:
    """The whole simulator; `openapi()` describes the partners' part only."""
    books, faults = books or Books(), faults or Faults()
    app = FastAPI(
        title="What partners serve for Redress",
        version="1.0.0",
        description="Order look-up, payouts and protective actions. References only: no personal data either way. "
        "Every POST carries an Idempotency-Key and may come again.",
        license_info={"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        servers=[{"url": "/", "description": "Where the partner serves it; a setting of Redress for each system."}],
        openapi_tags=TAGS,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(partner_routes(books, faults))
    app.include_router(control_routes(books, faults))
    app.add_exception_handler(RequestValidationError, _faulty_request)
    app.add_exception_handler(KeyUsed, _used_key)
    return app
