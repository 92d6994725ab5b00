"""HTTP in and out: the queue, a case with its time line, what staff do about it, hot spots."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from services.triage import views
from services.triage.domain import Case, StaffRequest
from services.triage.policy import NotOpened, Policy, profile_of
from services.triage.requests import VERBS, Acknowledgement, Body, SafetyChange, type_of
from services.triage.shown import CaseShown, HotSpots, Queue, SideSeen, answers
from services.triage.sides import Side, seen_by
from services.triage.steps import work_of
from shared import clock
from shared.flow.edge import Edge
from shared.flow.messages import Lane
from shared.flow.records import Store
from shared.flow.thing import Thing, from_store
from shared.policy.policy import InForce
from shared.policy.policy import Policy as Packs
from shared.web.asking import asking, respond
from shared.web.auth import Caller, staff
from shared.web.face import trace_of
from shared.web.openapi import KEYED
from shared.web.problems import Problem

CASE = re.compile(r"c[a-z2-7]{26}")
INDEXES = {
    "queue": [("state.open", 1), ("state.rank", 1), ("state.next_due", 1)],
    "received": [("state.received_ms", 1)],
    "reference": [("state.reference", 1)],
}
QUEUE_ORDER = (("state.rank", 1), ("state.next_due", 1), ("state.received_ms", 1))
READ, WORK, CLEAR, TEXTS = "cases:read", "cases:work", "safety:clear", "texts:read"
Reader = Annotated[Caller, Depends(staff(READ))]
Worker = Annotated[Caller, Depends(staff(WORK))]
Action = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]
Short = Annotated[str | None, Query(max_length=100)]


@dataclass(frozen=True)
class Now:
    """The packs in force while somebody reads, and who may open words."""

    packs: Callable[[], Packs]
    open: Callable[[str], str]

    def in_force(self, line: str) -> InForce:
        return Policy(self.packs(), self.open).in_force(line, clock.now())

    def unit_of(self, line: str, queue: str) -> str:
        """The department a queue of a line belongs to; '' where the pack names none."""
        profile = profile_of(self.in_force(line))
        return next((one.unit for one in profile.queues if one.id == queue), "") if profile else ""

    def target_of(self, line: str) -> int | None:
        """What the answers to the survey should come to."""
        profile = profile_of(self.in_force(line))
        return profile.survey_target if profile else None


class Lists(Protocol):
    """What the routes ask of the store beside single cases."""

    async def find(
        self, where: Mapping[str, Any], order: Sequence[tuple[str, int]], limit: int, fields: Sequence[str]
    ) -> list[dict[str, Any]]: ...

    async def pages(self, thing: str, count: int) -> list[dict[str, Any]]: ...


def routes(edge: Edge, store: Store, lists: Lists, packs: Callable[[], Packs], open: Callable[[str], str]) -> APIRouter:
    """All of triage's paths under /v1."""
    router = APIRouter(prefix="/v1", tags=["cases"])
    _reading(router, store, lists, now := Now(packs, open))
    _looking_on(router, store, lists, now)

    async def act(http: Request, id: str, verb: str, caller: Caller, body: Body, action: str = "") -> Response:
        by = f"staff:{caller.sub}"
        asked = StaffRequest(by=by, manager=_may_clear(caller), action=action, body=body.model_dump(mode="json"))
        raises = isinstance(body, SafetyChange) and body.safety != "cleared"
        lane: Lane = "express" if raises else "standard"
        request = asking(http, by, _known(id), type_of(verb), asked)
        return respond(await edge.ask(request, lane, trace=trace_of(http)), f"/v1/cases/{id}")

    for verb, model in VERBS.items():
        if verb not in ("acknowledgement", "safety"):
            _add(router, act, verb, model)

    @router.post("/cases/{id}/safety", summary="Raise safety, or clear it as a manager", openapi_extra=KEYED)
    async def change_safety(http: Request, id: str, body: SafetyChange, caller: Worker) -> Response:
        if body.safety == "cleared" and not _may_clear(caller):
            raise Problem("forbidden", f"clearing takes the role manager and the scope {CLEAR}")
        return await act(http, id, "safety", caller, body)

    acknowledgement, summary = (
        "/cases/{id}/protective-actions/{action}/acknowledgement",
        "Acknowledge a protective action",
    )

    @router.post(acknowledgement, summary=summary, openapi_extra=KEYED)
    async def acknowledge(http: Request, id: str, action: Action, body: Acknowledgement, caller: Worker) -> Response:
        return await act(http, id, "acknowledgement", caller, body, action)

    return router


def _may_clear(caller: Caller) -> bool:
    return "manager" in caller.roles and CLEAR in caller.scopes


def _known(id: str) -> str:
    if not CASE.fullmatch(id):
        raise Problem("not-found", "no case has such an id")
    return id


def _add(router: APIRouter, act: Callable[..., Any], verb: str, model: Any) -> None:
    async def endpoint(http: Request, id: str, body: model, caller: Worker) -> Response:
        return await act(http, id, verb, caller, body)  # type: ignore[no-any-return]

    endpoint.__name__ = verb.replace("-", "_")
    summary = (model.__doc__ or verb).strip().split("\n")[0]
    router.add_api_route(f"/cases/{{id}}/{verb}", endpoint, methods=["POST"], summary=summary, openapi_extra=KEYED)


async def _load(store: Store, id: str) -> Thing[Case]:
    raw = (await store.load([_known(id)])).get(id)
    if raw is None or not raw.get("state", {}).get("received_ms"):
        raise Problem("not-found", "there is no such case")
    return from_store(raw, Case)


def _reading(router: APIRouter, store: Store, lists: Lists, now: Now) -> None:
    @router.get("/cases", summary="The queue: danger first, then what is due first", responses=answers(Queue))
    async def queue(
        caller: Reader, line: Short = None, queue: Short = None, owner: Short = None, status: Short = None,
        safety: Short = None, category: Short = None, priority: Short = None,
        reference: Short = None, state: Literal["open", "ended", "all"] = "open",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:  # fmt: skip
        given = {"line": line, "queue": queue, "owner": owner, "status": status, "safety": safety,
                 "category": category, "priority": priority, "reference": reference}  # fmt: skip
        where: dict[str, Any] = {"state.received_ms": {"$gt": 0}}
        where |= {} if state == "all" else {"state.open": state == "open"}
        where |= {f"state.{name}": value for name, value in given.items() if value is not None}
        found = await lists.find(where, QUEUE_ORDER, limit, views.ROW_FIELDS)
        return {"cases": [views.row(each) for each in found]}

    @router.get("/cases/{id}", summary="One case, and its time line with who and why", responses=answers(CaseShown))
    async def one(id: str, caller: Reader) -> dict[str, Any]:
        thing = await _load(store, id)
        pages = await lists.pages(id, thing.pages) if thing.pages else []
        entries = [entry for page in pages for entry in page["entries"]] + thing.history
        texts = {"texts": _texts(thing, now.open)} if TEXTS in caller.scopes else {}
        return views.case(thing, entries, work_of(thing.state, now.in_force(thing.state.line))) | texts


def _looking_on(router: APIRouter, store: Store, lists: Lists, now: Now) -> None:
    """What somebody who does not work on the case is shown: a side of it, a department."""
    seen = "One case as one of its two sides may see it"

    @router.get("/cases/{id}/sides/{side}", summary=seen, responses=answers(SideSeen))
    async def side_of(id: str, side: Side, caller: Reader) -> dict[str, Any]:
        thing = await _load(store, id)
        return seen_by(thing, side, now.in_force(thing.state.line))

    @router.get("/hot-spots", tags=["hot spots"], summary="What is complained of most", responses=answers(HotSpots))
    async def hot_spots(
        caller: Reader,
        line: Short = None,
        unit: Short = None,
        days: Annotated[int, Query(ge=1, le=366)] = 30,
        least: Annotated[int, Query(ge=1, le=1000)] = 3,
    ) -> dict[str, Any]:
        at = clock.now()
        since = clock.to_ms(at - timedelta(days=days))
        where: dict[str, Any] = {"state.received_ms": {"$gte": since}} | ({"state.line": line} if line else {})
        fields = tuple(f"state.{name}" for name in views.OF_HOT_SPOTS)
        found = await lists.find(where, (("state.received_ms", -1),), 5000, fields)
        unit_of, target_of = functools.cache(now.unit_of), functools.cache(now.target_of)
        spots = views.hot_spots(found, least, unit_of, clock.to_ms(at - timedelta(days=1)), unit)
        content = views.satisfaction(found, unit_of, target_of, unit)
        return {"days": days, "counted": len(found), "hot_spots": spots, "satisfaction": content}


def _texts(thing: Thing[Case], open: Callable[[str], str]) -> list[dict[str, Any]]:
    """What was told, in words, for those who may read it."""

    def words(token: str) -> str | None:
        try:
            return open(token)
        except NotOpened:
            return None

    return [{"part": part, "text": words(token)} for part, token in thing.state.texts.items()]
