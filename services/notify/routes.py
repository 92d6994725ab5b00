"""HTTP out: what became of each message of a complaint."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.notify.domain import Letters
from shared.flow.records import Store
from shared.flow.thing import from_store
from shared.web.auth import Caller, staff
from shared.web.problems import Problem


def routes(store: Store) -> APIRouter:
    """All of notify's paths under /v1."""
    router = APIRouter(prefix="/v1")

    @router.get("/deliveries", tags=["deliveries"], summary="The messages of one complaint: which, how, what became")
    async def deliveries(
        complaint: str, caller: Annotated[Caller, Depends(staff("deliveries:read"))]
    ) -> dict[str, Any]:
        raw = (await store.load([complaint])).get(complaint)
        if raw is None:
            raise Problem("not-found", "nothing is known of this complaint here")
        shown = {"id", "template", "at", "language", "text", "version", "state", "channel", "reason"}
        messages = from_store(raw, Letters).state.messages.values()
        return {"complaint": complaint, "messages": [m.model_dump(mode="json", include=shown) for m in messages]}

    return router
