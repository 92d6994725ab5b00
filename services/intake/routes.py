"""HTTP in and out: complaints, alone and in batches; the rest stands in its own rooms."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.intake import adding, answering, looking, supplying
from services.intake.desk import Desk
from services.intake.integrations import Integration
from services.intake.told import Accepted, Answers, Item, Told
from shared.flow.errors import Transient
from shared.flow.messages import Request as Asking
from shared.web.about import CHANNEL
from shared.web.answers import Answer
from shared.web.app import add_hot
from shared.web.asking import BARE, idempotency_key
from shared.web.face import trace_of
from shared.web.faults import validated
from shared.web.openapi import IDEMPOTENCY_KEY, Operation
from shared.web.problems import Problem, unavailable

Taken = tuple[Told, Asking]

EXAMPLE = {
    "channel": {"kind": "phone", "call_id": "call-4711", "agent": "a17", "external_id": "T-2026-1"},
    "line": "driving_school", "language": "en", "text": "I booked two hours and was taught for one and a half.",
    "contact": {"email": "someone@example.org"}, "references": {"order": "DS-4711"},
    "facts": {"booked_hours": "2", "given_hours": "1.5"}, "wish": "free_service_time",
}  # fmt: skip

CREATE = Operation(
    "/v1/complaints", "Tell a complaint", Told, {202: Accepted}, tags=["complaints"], security=CHANNEL, example=EXAMPLE,
    parameters=[IDEMPOTENCY_KEY],
    description="The answer follows from the request alone, so a repeat gets the same. The key with another body "
    "becomes a message on the complaint.",
)  # fmt: skip


class Batch(BaseModel):
    """Complaints, each with its own key; an answer for each, in order."""

    items: list[Item] = Field(min_length=1, max_length=500)


class Envelope(BaseModel):
    """A batch before its items are looked at: one bad item never stops the others."""

    items: list[Any] = Field(min_length=1, max_length=500)


BATCH = Operation(
    "/v1/complaints/batch", "Tell many complaints", Batch, {202: Answers, 207: Answers}, tags=["complaints"],
    security=CHANNEL, example={"items": [{"idempotency_key": "call-4711", **EXAMPLE}]},
    description="202 when every item was accepted, else 207; each answer has its own status.",
)  # fmt: skip


def add_routes(app: FastAPI, desk: Desk) -> None:
    """All of intake's paths."""

    async def create(http: Request) -> Response:
        sender = await desk.integration(http)
        key = idempotency_key(http)
        told = validated(Told, http.state.json)
        asking = desk.take(told, sender, key)
        said = await desk.append(asking, trace_of(http))
        accepted = desk.accepted(told, asking)
        return _json(202, _told(accepted, said), {"Location": accepted["status"]})

    async def batch(http: Request) -> Response:
        sender = await desk.integration(http)
        items = validated(Envelope, http.state.json).items
        taken = []
        for index, item in enumerate(items):
            taken.append(_read(desk, sender, index, item))
            await asyncio.sleep(0)  # a long text takes a while to read: others are served in between
        answers = await _append(desk, taken, trace_of(http))
        told = [
            {"index": index, "idempotency_key": _key_of(item), **answer}
            for index, (item, answer) in enumerate(zip(items, answers, strict=True))
        ]
        if all(answer["status"] == 503 for answer in told):
            raise unavailable()
        return _json(202 if all(answer["status"] == 202 for answer in told) else 207, {"items": told})

    add_hot(app, CREATE, create)
    add_hot(app, BATCH, batch)
    adding.add_routes(app, desk)
    supplying.add_routes(app, desk)
    looking.add_routes(app, desk)
    answering.add_routes(app, desk)


def _read(desk: Desk, sender: Integration, index: int, item: Any) -> Taken | Problem:
    try:
        told = validated(Item, item, f"/items/{index}")
        return told, desk.take(told, sender, told.idempotency_key)
    except Problem as problem:
        if problem.kind == "invalid":
            at = f"/items/{index}"
            errors = [{**e, "pointer": e["pointer"] if e["pointer"].startswith(at) else at + e["pointer"]}
                      for e in problem.errors]  # fmt: skip
            return Problem("invalid", errors=errors)
        return problem


async def _append(desk: Desk, taken: list[Taken | Problem], trace: bytes) -> list[dict[str, Any]]:
    """In waves, so that one key's bodies keep their order; a repeat in the batch is answered by the first."""
    answers: dict[int, dict[str, Any]] = {}
    known: dict[tuple[str, str], int] = {}
    waves: list[list[int]] = []
    seen: dict[str, int] = {}
    for index, one in enumerate(taken):
        if isinstance(one, Problem):
            answers[index] = {"status": one.status, "problem": one.body()}
            continue
        asking = one[1]
        if known.setdefault((asking.thing, asking.fingerprint), index) != index:
            continue
        wave = seen[asking.thing] = seen.get(asking.thing, -1) + 1
        waves += [[]] if wave == len(waves) else []
        waves[wave].append(index)
    for wave_ in waves:
        said = await asyncio.gather(*(_one(desk, taken[index], trace) for index in wave_))
        answers.update(zip(wave_, said, strict=True))
    for index, one in enumerate(taken):
        if index not in answers and not isinstance(one, Problem):
            answers[index] = answers[known[one[1].thing, one[1].fingerprint]]
    return [answers[index] for index in range(len(taken))]


async def _one(desk: Desk, one: Taken | Problem, trace: bytes) -> dict[str, Any]:
    assert not isinstance(one, Problem)
    told, asking = one
    try:
        said = await desk.append(asking, trace)
    except (Transient, Problem) as fault:
        problem = fault if isinstance(fault, Problem) else unavailable()
        return {"status": problem.status, "problem": problem.body()}
    return {"status": 202, "complaint": _told(desk.accepted(told, asking), said)}


def _told(accepted: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The answer, with what the decision said of a used key where that is known."""
    more = {name: said[name] for name in ("became", "number", "detail") if name in said}
    return {**accepted, **more}


def _key_of(item: Any) -> str | None:
    key = item.get("idempotency_key") if isinstance(item, dict) else None
    return key if isinstance(key, str) and BARE.fullmatch(key) else None  # of another form it may be anything


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Answer(status, orjson.dumps(body), headers)
