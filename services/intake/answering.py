"""The status page's buttons: the complainant accepts or refuses an offer, and the answer goes onto the log."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import FastAPI, Path, Query, Request
from starlette.responses import RedirectResponse

from services.intake.desk import Desk
from services.intake.domain import ANSWER_OFFER, AnswerOffer
from services.intake.phrases import LABELS
from services.intake.public import Offer
from shared import links
from shared.flow.messages import Request as Asking
from shared.web.asking import fingerprint
from shared.web.face import trace_of
from shared.web.problems import Problem

KINDS = 20


def answers(offer: Offer, token: str, language: str) -> list[tuple[str, str]]:
    """What the complainant may answer to an offer: (label, where the button leads)."""
    words = LABELS[language]

    def to(**asked: str | int) -> str:
        return f"/s/{token}/offers/{offer.id}?" + urlencode({"lang": language, **asked})

    options = offer.remedy.get("one_of")
    if options:
        chosen = [(f"{words['choose']}: {_named(one)}", to(do="accept", choice=at)) for at, one in enumerate(options)]
    else:
        chosen = [(words["accept"], to(do="accept"))]
    return [*chosen, (words["refuse"], to(do="refuse"))]


def _named(remedy: dict[str, str]) -> str:
    """A remedy as short as a button needs it."""
    amount = f"{remedy['amount']} {remedy['currency']}" if "amount" in remedy else remedy.get("quantity", "")
    return f"{str(remedy.get('kind', '')).replace('_', ' ')} {amount}".strip()


def add_routes(app: FastAPI, desk: Desk) -> None:
    """One route; the same answer twice is one, and a second mind after that goes to staff."""

    @app.post("/s/{token}/offers/{remedy}", include_in_schema=False)
    async def answer(
        http: Request,
        token: str,
        remedy: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,80}$")],
        do: Literal["accept", "refuse"],
        choice: Annotated[int | None, Query(ge=0, le=KINDS)] = None,
        lang: Annotated[str, Query(max_length=10)] = "",
    ) -> RedirectResponse:
        complaint = links.complaint_of(desk.link_secret, token)
        if complaint is None or not remedy.startswith(f"{complaint}-"):
            raise Problem("not-found")
        desk.pace.keep(complaint)
        body = AnswerOffer(by="complainant", remedy=remedy, verb=do, choice=choice)
        id = f"complainant:offer:{remedy}:{do}:{choice}"
        request = Asking(complaint, ANSWER_OFFER, id, fingerprint(body), "complainant", body, complaint)
        await desk.edge.ask(request, trace=trace_of(http))
        return RedirectResponse(f"/s/{token}?" + urlencode({"lang": lang, "noted": "true"}), 303)
