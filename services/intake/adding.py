"""HTTP in: what is added to a complaint later, by its channel or by who holds the secret link."""

import re
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.intake.desk import Desk
from services.intake.domain import REOPEN, SUPPLEMENT, WITHDRAW, Asking, Withdraw
from services.intake.told import Evidence, Message, Reopening, Withdrawal
from shared import clock
from shared.flow.messages import Lane
from shared.flow.messages import Request as FlowRequest
from shared.web.about import LINK_OR_CHANNEL
from shared.web.app import add_hot
from shared.web.asking import fingerprint, idempotency_key, respond
from shared.web.face import trace_of
from shared.web.faults import validated
from shared.web.openapi import IDEMPOTENCY_KEY, Operation, path_parameter
from shared.web.problems import Problem

COMPLAINT = re.compile(r"c[a-z2-7]{26}")

WORDS = {
    "messages": ("Say more, or correct what was understood",
                 "Read for danger like the first telling; what it names joins the complaint."),
    "evidence": ("Name where evidence is kept", "A reference only: the evidence stays where it is."),
    "withdrawal": ("Withdraw; a danger is followed up all the same",
                   "The case ends, unless somebody may be in danger."),
    "reopening": ("Have it looked at again", "Opens a case that was closed; why may be told."),
}  # fmt: skip


class Added(BaseModel):
    """Taken down; `number` counts what was added."""

    id: str
    reference: str
    lane: str
    number: int


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Messages, evidence, withdrawal, reopening."""
    reception = desk.reception

    def message(told: Message, by: str) -> Asking:
        return reception.supplement(told, by, None, clock.now())

    def evidence(told: Evidence, by: str) -> Asking:
        return reception.evidence(told, by, clock.now())

    def withdrawal(_: Withdrawal, by: str) -> Asking:
        return Withdraw(by=by)

    def reopening(told: Reopening, by: str) -> Asking:
        return reception.reopening(told, by, clock.now())

    rooms = (
        ("messages", SUPPLEMENT, Message, message),
        ("evidence", SUPPLEMENT, Evidence, evidence),
        ("withdrawal", WITHDRAW, Withdrawal, withdrawal),
        ("reopening", REOPEN, Reopening, reopening),
    )
    for path, type, model, body in rooms:
        summary, description = WORDS[path]
        operation = Operation(
            f"/v1/complaints/{{id}}/{path}", summary, model, {202: Added}, tags=["complaints"],
            security=LINK_OR_CHANNEL, parameters=[path_parameter("id"), IDEMPOTENCY_KEY], description=description,
        )  # fmt: skip
        add_hot(app, operation, _endpoint(desk, type, model, body))


def _endpoint(
    desk: Desk, type: str, model: type[BaseModel], body: Callable[..., Asking]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(http: Request) -> Response:
        id = known_form(http.path_params["id"])
        by = await desk.speaker(http, id)
        key = idempotency_key(http)
        told = validated(model, http.state.json if http.state.body else {})
        desk.pace.keep(id)
        asked = body(told, by)
        print_ = fingerprint(told.model_dump(mode="json", exclude_defaults=True), desk.reception.seals.complainant)
        lane: Lane = "express" if getattr(asked, "lane", "") == "express" else "standard"
        request = FlowRequest(id, type, f"{by}:{key}", print_, by, asked, id)
        return respond(await desk.edge.ask(request, lane, trace_of(http)), f"/v1/complaints/{id}")

    return endpoint


def known_form(id: str) -> str:
    """A complaint's id; Problem 404 for anything that cannot be one."""
    if not COMPLAINT.fullmatch(id):
        raise Problem("not-found", "no complaint has such an id")
    return id
