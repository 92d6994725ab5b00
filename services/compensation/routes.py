"""HTTP in and out: remedies and what the two sides do about them, the ledger, and assessments as a dry run."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.compensation.domain import Book, RemedyRequest, claim_of
from services.compensation.proposals import Proposed
from services.compensation.tables import CannotAssess, Tables, assess
from shared import links
from shared.flow.edge import Edge
from shared.flow.records import Store
from shared.flow.thing import from_store
from shared.web.about import LINK
from shared.web.asking import asking, respond
from shared.web.auth import BEARER, Caller, bearer, staff, unauthenticated
from shared.web.face import trace_of
from shared.web.openapi import KEYED, letting_in
from shared.web.problems import Problem

REMEDY = re.compile(r"c[a-z2-7]{26}-[a-z0-9-]{1,60}")


class Strict(BaseModel):
    """A body whose every field is known."""

    model_config = ConfigDict(extra="forbid")


class Acceptance(Strict):
    """`choice`: the index of the remedy chosen where the offer leaves a choice."""

    choice: int | None = Field(None, ge=0, le=50)


class Nothing(Strict):
    """No fields."""


class Proposal(Strict):
    """The remedy proposed or decided: {"kind", "amount", "currency"} or {"kind", "quantity", "unit"} or {"kind"}."""

    proposed: Proposed


class Evidence(Strict):
    """A reference to evidence kept elsewhere; never the evidence itself."""

    reference: str = Field(pattern=r"^[A-Za-z0-9._:/-]{1,200}$")


class Referral(Strict):
    """The external body it is referred to, by its code."""

    body: str = Field(pattern=r"^[a-z0-9_.-]{1,80}$")


class DryRun(Strict):
    """As `redress assess` takes it."""

    table: str = Field(max_length=120)
    facts: dict[str, Any]
    on: date


PARTY = {"acceptance": ("accept", Acceptance), "refusal": ("refuse", Nothing), "counter-offer": ("counter", Proposal),
         "evidence": ("evidence", Evidence)}  # fmt: skip
BY_TOKEN = [Depends(BEARER)]
"""Says in OpenAPI that a token is read; whose it may be, the route decides."""
STAFF = {"mediation": ("mediate", Nothing), "adjudication": ("adjudicate", Proposal), "referral": ("refer", Referral),
         "approval": ("approve", Nothing)}  # fmt: skip


def routes(edge: Edge, store: Store, tables: Tables, link_secret: bytes) -> APIRouter:
    """All of compensation's paths under /v1."""
    router = APIRouter(prefix="/v1")

    async def act(http: Request, remedy: str, verb: str, by: str, body: BaseModel) -> Response:
        complaint = _claim_of(remedy)
        asked = RemedyRequest(remedy=remedy, by=by, **body.model_dump(exclude_none=True))
        request = asking(http, by, complaint, f"redress.compensation.{verb}.v1", asked)
        return respond(await edge.ask(request, trace=trace_of(http)), f"/v1/remedies/{remedy}")

    def by_party(http: Request, remedy: str) -> str:
        """The complainant by the secret link's token, or staff acting for somebody."""
        token = bearer(http) or ""
        if "." in token and token.count(".") == 1:
            if links.complaint_of(link_secret, token) != claim_of(remedy):
                raise unauthenticated("this link does not speak for this complaint")
            return "complainant"
        caller: Caller = http.app.state.tokens.caller(token) if token else _nobody()
        if "remedies:work" not in caller.scopes:
            raise Problem("forbidden", "the scope remedies:work is needed")
        return f"staff:{caller.sub}"

    for path, (verb, model) in PARTY.items():
        router.add_api_route(
            f"/remedies/{{remedy}}/{path}", _party(act, by_party, verb, model), methods=["POST"], tags=["remedies"],
            dependencies=BY_TOKEN, openapi_extra=KEYED | letting_in(LINK),
        )  # fmt: skip
    for path, (verb, model) in STAFF.items():
        router.add_api_route(
            f"/remedies/{{remedy}}/{path}", _staff(act, verb, model), methods=["POST"], tags=["remedies"],
            openapi_extra=KEYED,
        )  # fmt: skip
    _reading(router, store, by_party)
    _dry_run(router, tables)
    return router


SAID = {
    "accept": "Take what is offered; `choice` says which where there is one.",
    "refuse": "Say no to what is offered.",
    "counter": "Propose another remedy.",
    "evidence": "Name where evidence is kept.",
    "mediate": "Open a mediation: the two sides do not agree.",
    "adjudicate": "Decide what is due, in place of the offer.",
    "refer": "Hand it to a body outside.",
    "approve": "Approve, as a second person, what is above the limit.",
}
"""Each request of a remedy, in a sentence."""


def _claim_of(remedy: str) -> str:
    """The complaint of a remedy's name; Problem 404 for anything that cannot be one: it would begin a document."""
    if not REMEDY.fullmatch(remedy):
        raise Problem("not-found", "no remedy has such an id")
    return claim_of(remedy)


def _nobody() -> Caller:
    raise unauthenticated("a bearer token is needed: the secret link's, or staff's")


def _party(act: Callable[..., Any], by_party: Callable[..., str], verb: str, model: Any) -> Callable[..., Any]:
    async def endpoint(http: Request, remedy: str, body: model) -> Response:
        return await act(http, remedy, verb, by_party(http, remedy), body)  # type: ignore[no-any-return]

    endpoint.__name__, endpoint.__doc__ = f"{verb}_remedy", f"{SAID[verb]} By either side."
    return endpoint


def _staff(act: Callable[..., Any], verb: str, model: Any) -> Callable[..., Any]:
    async def endpoint(
        http: Request, remedy: str, body: model, caller: Annotated[Caller, Depends(staff("remedies:decide"))]
    ) -> Response:
        return await act(http, remedy, verb, f"staff:{caller.sub}", body)  # type: ignore[no-any-return]

    endpoint.__name__, endpoint.__doc__ = f"{verb}_remedy", f"{SAID[verb]} By staff."
    return endpoint


def _reading(router: APIRouter, store: Store, by_party: Callable[..., str]) -> None:
    async def claim(complaint: str) -> Book:
        raw = (await store.load([complaint])).get(complaint)
        if raw is None:
            raise Problem("not-found", "nothing is known of this complaint here")
        return from_store(raw, Book).state

    summary = "One remedy: what, by which row, and where it stands"

    @router.get(
        "/remedies/{remedy}", tags=["remedies"], summary=summary, dependencies=BY_TOKEN, openapi_extra=letting_in(LINK)
    )
    async def read(http: Request, remedy: str) -> dict[str, Any]:
        by_party(http, remedy)
        book = (await claim(_claim_of(remedy))).claim.remedies.get(remedy)
        if book is None:
            raise Problem("not-found", "there is no such remedy")
        return book.model_dump(mode="json", include={"id", "table", "row", "remedy", "state", "version", "sentences"})

    @router.get("/ledger", tags=["ledger"], summary="The entries of one complaint's claim")
    async def ledger(complaint: str, caller: Annotated[Caller, Depends(staff("ledger:read"))]) -> dict[str, Any]:
        state = await claim(complaint)
        return {"complaint": complaint, "entries": [e.model_dump(mode="json") for e in state.claim.ledger]}


def _dry_run(router: APIRouter, tables: Tables) -> None:
    @router.post("/assessments", tags=["assessments"], summary="What a table would say; nothing is kept")
    async def dry_run(body: DryRun) -> dict[str, Any]:
        try:
            return dict(assess(tables, body.table, body.facts, body.on))
        except CannotAssess as fault:
            faults = [{"pointer": p.get("pointer", ""), "detail": p.get("detail", "")} for p in fault.problems or ()]
            raise Problem(
                "invalid", fault.detail, faults or [{"pointer": fault.pointer, "detail": fault.detail}]
            ) from None
