"""HTTP in: facts that partner systems supply (CloudEvents), and the erasure of a complainant."""

import re
import uuid
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import orjson
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.intake.adding import COMPLAINT
from services.intake.desk import Desk
from services.intake.domain import ERASE, JOINING, SUPPLEMENT, SUPPLY, Erase, Supplement, Supply, reference_id
from services.intake.told import Code, SuppliedFacts
from shared import clock
from shared.flow.messages import Lane
from shared.flow.messages import Request as FlowRequest
from shared.web.about import CHANNEL
from shared.web.app import add_hot
from shared.web.asking import fingerprint, read_key, respond
from shared.web.auth import Caller, staff
from shared.web.face import trace_of
from shared.web.faults import validated
from shared.web.openapi import Operation
from shared.web.problems import Problem

COMPLAINANT = re.compile(r"p[a-z2-7]{26}")
Type = Literal[
    "redress.supplied.order.v1", "redress.supplied.job-sheet.v1", "redress.supplied.trip-record.v1",
    "redress.supplied.order-anomaly.v1", "redress.supplied.session-ended.v1",
]  # fmt: skip

MediaType = Annotated[str, Field(max_length=100, pattern=r"^application/([A-Za-z0-9.+-]+\+)?json( *;.*)?$")]
"""JSON, plain or of a `+json` kind, with what parameters it likes."""


class Event(BaseModel):
    """A CloudEvent 1.0 with supplied facts. `subject`: a complaint's id, or a reference as `order/4711`."""

    model_config = ConfigDict(extra="allow")

    specversion: Literal["1.0"]
    id: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,200}$")]
    source: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]
    type: Type
    subject: Code | None = None
    datacontenttype: MediaType | None = None
    data: SuppliedFacts


class Kept(BaseModel):
    """Kept: on the complaint named, or under this many references until a complaint names one of them."""

    kept: int


EVENTS = Operation(
    "/v1/events", "Supply facts", Event, {202: Kept}, tags=["events"], security=CHANNEL,
    description="A CloudEvent 1.0, structured as here, or in binary mode: `data` alone as application/json, attributes "
    "in ce- headers. Its source and id are its idempotency key: the same again is kept once. `respondent` says who was "
    "ordered (driver, plate, phone): it is sealed at once, and every message that names them says exactly this.",
    media=["application/cloudevents+json"],
    example={
        "specversion": "1.0", "id": "order-4711-3", "source": "https://orders.example/north", "subject": "order/4711",
        "type": "redress.supplied.order.v1", "datacontenttype": "application/json",
        "data": {"line": "driving_school", "references": {"order": "4711"}, "facts": {"given_hours": "1.5"}},
    },
)  # fmt: skip


ERASURE: dict[str, Any] = {
    "summary": "Erase a complainant",
    "description": "Everything personal is dropped everywhere, and dropped on arrival from then on; "
    "what was paid stays paid.",
}


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Events, and the erasure of a complainant."""

    async def supply(http: Request) -> Response:
        sender = await desk.integration(http)
        if not sender.supplies:
            raise Problem("forbidden", "this integration may not supply facts")
        event = validated(Event, _envelope(http))
        by, key = "partner", f"integration:{sender.id}:event:{event.source} {event.id}"  # no source holds a space
        secret = desk.reception.seals.complainant if event.data.respondent else b""
        print_ = fingerprint(event.model_dump(mode="json", exclude_defaults=True), secret)
        screen, lane = desk.reception.supplied(event.data.facts, event.data.line, clock.now())
        said = {"facts": event.data.facts, "references": event.data.references, "screen": screen, "lane": lane}
        said["respondent"] = desk.reception.respondent(event.data.respondent)
        asked: BaseModel
        if event.subject and COMPLAINT.fullmatch(event.subject):
            things, type, asked = [event.subject], SUPPLEMENT, Supplement(by=by, kind="facts", **said)
        else:
            things, type, asked = _references(event), SUPPLY, Supply(by=by, **said)
        to: Lane = "express" if lane == "express" else "standard"
        for thing in things:
            request = FlowRequest(thing, type, key, print_, f"integration:{sender.id}", asked, thing)
            await desk.edge.append(request, to, trace_of(http))
        return Response(orjson.dumps({"kept": len(things)}), 202, media_type="application/json")

    add_hot(app, EVENTS, supply)

    @app.delete("/v1/complainants/{id}", status_code=202, tags=["complainants"], **ERASURE)
    async def erase(
        http: Request, id: str, caller: Annotated[Caller, Depends(staff("complainants:erase"))]
    ) -> Response:
        if not COMPLAINANT.fullmatch(id):
            raise Problem("not-found", "no complainant has such an id")
        key = read_key(http.headers.get("idempotency-key", "")) or uuid.uuid4().hex
        by = f"staff:{caller.sub}"
        request = FlowRequest(id, ERASE, f"{by}:{key}", "erase", by, Erase(by=by), id)
        return respond(await desk.edge.ask(request, trace=trace_of(http)), f"/v1/complainants/{id}")


def _envelope(http: Request) -> dict[str, Any]:
    """The event's attributes and data, from either mode."""
    if http.headers.get("content-type", "").lower().startswith("application/cloudevents+json"):
        return http.state.json if isinstance(http.state.json, dict) else {}
    attributes = {name[3:]: unquote(value) for name, value in http.headers.items() if name.startswith("ce-")}
    return {**attributes, "data": http.state.json}


def _references(event: Event) -> list[str]:
    """The things that keep the facts, one for each reference complaints can be joined by."""
    named = dict(event.data.references)
    kind, slash, value = (event.subject or "").partition("/")
    if slash and value:
        named[kind] = value
    things = [reference_id(event.data.line, k, v) for k, v in sorted(named.items()) if k in JOINING]
    if not things:
        detail = f"must name a complaint, or a reference: {', '.join(sorted(JOINING))}"
        raise Problem("invalid", errors=[{"pointer": "/subject", "detail": detail}])
    return things
