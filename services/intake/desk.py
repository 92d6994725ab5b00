"""What the routes share: who is calling, what may be asked of whom, and how a complaint is taken in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import Request as HttpRequest

from services.intake.domain import Create
from services.intake.integrations import Integration, Integrations, check_signature
from services.intake.sealed import Reception
from services.intake.told import Told
from shared import clock, ids, links
from shared.flow.edge import Edge
from shared.flow.messages import Lane, Request
from shared.flow.records import Store
from shared.web.auth import API_KEY, api_key, bearer, unauthenticated
from shared.web.pace import Pace, Remembered
from shared.web.problems import Problem


@dataclass
class Desk:
    """The parts the routes work with."""

    edge: Edge
    store: Store
    reception: Reception
    integrations: Integrations
    find: Callable[[str, str], Awaitable[Sequence[dict[str, Any]]]]
    link_secret: bytes
    public_url: str
    answer: timedelta
    safety_answer: timedelta
    batch_most: int = 500
    used: Remembered = field(default_factory=Remembered)
    pace: Pace = field(default_factory=Pace)

    # Who is calling --------------------------------------------------------------------------------

    async def integration(self, http: HttpRequest) -> Integration:
        """By API key, and by signature where one is given or demanded; Problem 401."""
        claimed = api_key(http)
        found = self.integrations.met(claimed)
        if found is None:
            found = await self.integrations.by_key(*claimed)
            if found is None:
                raise unauthenticated("no integration has this API key")
            self.integrations.meet(claimed, found)
        if found.signed or b"webhook-signature" in http.state.headers:
            fault = check_signature(found, dict(http.headers), http.state.body, clock.now())
            if fault is not None:
                raise unauthenticated(fault)
        return found

    async def speaker(self, http: HttpRequest, complaint: str) -> str:
        """`complainant` by the secret link's token, or `integration:<id>` by API key; Problem 401."""
        given = bearer(http) or ""
        if API_KEY.fullmatch(given) or b"x-api-key" in http.state.headers:
            return f"integration:{(await self.integration(http)).id}"
        self.complainant(http, complaint)
        return "complainant"

    def complainant(self, http: HttpRequest, complaint: str) -> None:
        """Problem 401 unless the secret link's token speaks for this complaint."""
        given = bearer(http)
        if given is None:
            raise unauthenticated("the secret link's token is needed, as Authorization: Bearer")
        if links.complaint_of(self.link_secret, given) != complaint:
            raise unauthenticated("this token does not speak for this complaint")

    # Taking in -------------------------------------------------------------------------------------

    def take(self, told: Told, sender: Integration, key: str) -> Request:
        """The request for the inbox; Problem 422 when the pack or the integration says no."""
        now = clock.now()
        faults = self.reception.faults(told, sender.lines, now)
        if faults:
            raise Problem("invalid", errors=faults)
        return self.reception.request(told, sender.id, key, now)

    async def append(self, request: Request, trace: bytes) -> dict[str, Any]:
        """Onto the log; what the decision says when this replica knows the key was used with another body."""
        if self.used.values.get(request.thing, request.fingerprint) != request.fingerprint:
            self.pace.keep(request.thing)  # one key with ever other bodies is one complaint, and a bounded document
        lane: Lane = "express" if request.body.lane == "express" else "standard"  # type: ignore[attr-defined]
        await self.edge.append(request, lane, trace)
        before = self.used.put(request.thing, request.fingerprint)
        if before is None or before == request.fingerprint:
            return {}
        reply = await self.edge.answer(request)
        return dict(reply.body) if reply else {}

    def accepted(self, told: Told, request: Request) -> dict[str, Any]:
        """The answer that follows from the request alone, as `Accepted` has it: a repeat gets the same."""
        create: Create = request.body  # type: ignore[assignment]
        danger = create.screen.safety != "none"
        token = links.token(self.link_secret, request.thing)
        understood = told.model_dump(
            mode="json", exclude_none=True, exclude={"text", "contact", "channel", "idempotency_key"}
        )
        return {
            "id": request.thing,
            "reference": ids.reference(request.thing),
            "token": token,
            "link": f"{self.public_url}/s/{token}",
            "lane": "express" if create.lane == "express" else "standard",
            "safety_first": danger,
            "answer_expected_within": duration(self.safety_answer if danger else self.answer),
            "understood": understood,
            "missing": self.missing(told.line, told.language, create.missing),
            "status": f"/v1/complaints/{request.thing}",
        }

    def missing(self, line: str, language: str, missing: Sequence[str]) -> list[dict[str, str]]:
        """What is still asked for, as `Asked` has it, by the names the pack gives."""
        head = self.reception.head(line, clock.now().date()) if missing else None
        names = head.names(language, missing) if head else missing
        return [{"field": field, "name": name} for field, name in zip(missing, names, strict=True)]


def duration(span: timedelta) -> str:
    """ISO 8601: `PT24H`, `PT5M`."""
    hours, rest = divmod(int(span.total_seconds()), 3600)
    minutes = rest // 60
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes or not hours else "")
