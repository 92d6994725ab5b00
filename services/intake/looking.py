"""HTTP out: how a complaint stands, for its channel, for who holds the link, and as a page; and what a line needs."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.intake.adding import known_form
from services.intake.answering import answers
from services.intake.desk import Desk
from services.intake.phrases import LABELS, STANDING, WISHES
from services.intake.public import Status, status_of
from shared import clock, ids, links
from shared.flow.errors import Transient
from shared.policy.profile import SHARED_CATEGORIES, LineProfile
from shared.web.about import CHANNEL, LINK
from shared.web.openapi import letting_in
from shared.web.pages import LANGUAGES, Pages
from shared.web.problems import Problem

BY_LINK = "How a complaint stands, by its secret link's token"
BY_NUMBER = "A channel's own complaints by its own number"


class Field(BaseModel):
    """A fact the line asks for; `categories` empty: always."""

    field: str
    names: dict[str, str]
    categories: list[str]
    businesses: list[str]


class Line(BaseModel):
    """What a channel needs to know of a line to show a good form."""

    line: str
    names: dict[str, str]
    languages: list[str]
    time_zone: str
    businesses: dict[str, dict[str, str]]
    categories: dict[str, dict[str, str]]
    fields: list[Field]


class Found(BaseModel):
    """The channel's own complaints under its own number."""

    complaints: list[Status]


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Status, look-up, lines, and the page for people."""

    async def stored(id: str) -> Mapping[str, Any] | None:
        return (await desk.store.load([id])).get(id)

    @app.get("/v1/complaints/{id}", tags=["complaints"], summary=BY_LINK, openapi_extra=letting_in(LINK))
    async def status(http: Request, id: str) -> Status:
        desk.complainant(http, known_form(id))
        return _of(await stored(id), id)

    @app.get("/v1/complaints", tags=["complaints"], summary=BY_NUMBER, openapi_extra=letting_in(CHANNEL))
    async def by_number(http: Request, external_id: Annotated[str, Query(min_length=1, max_length=100)]) -> Found:
        sender = await desk.integration(http)
        found = await desk.find(sender.id, external_id)
        return Found(complaints=[status_of(raw) for raw in found])

    @app.get("/v1/lines/{line}", tags=["lines"], summary="What a line asks for, and its categories")
    async def line(line: str) -> Line:
        profile = desk.reception.profile(line, clock.now().date())
        if profile is None:
            raise Problem("not-found", f"known lines: {', '.join(desk.reception.policy().lines)}")
        return line_of(profile)

    pages = Pages(Path(__file__).parent / "templates")

    @app.get("/s/{token}", include_in_schema=False)
    async def page(token: str, lang: str | None = None, noted: bool = False) -> Response:
        id = links.complaint_of(desk.link_secret, token)
        language = lang if lang in LANGUAGES else None
        if id is None:
            return pages.notice(404, "none", language or "zh-Hans", LABELS)
        try:
            shown = _of(await stored(id), id, language)
        except Problem:
            return pages.notice(410, "gone", language or "zh-Hans", LABELS)
        except Transient:
            return pages.notice(503, "later", language or "zh-Hans", LABELS)
        return _page(pages, desk, shown, language or shown.language, token, noted)


def _of(raw: Mapping[str, Any] | None, id: str, language: str | None = None) -> Status:
    """A genuine link whose complaint has not come out of the log yet is a complaint received."""
    if raw is None or not raw["state"]["complaint"]["received"]:
        return Status(id=id, reference=ids.reference(id), standing="received")
    if raw.get("erased"):
        raise Problem("erased")
    return status_of(raw, language)


def line_of(profile: LineProfile) -> Line:
    """The public part of a pack's head."""

    def named(names: Any) -> dict[str, str]:
        return {language: names.in_language(language) for language in LANGUAGES}

    return Line(
        line=profile.id,
        names=named(profile.names),
        languages=list(profile.languages),
        time_zone=profile.time_zone,
        businesses={each.id: named(each.names) for each in profile.businesses},
        categories={name: {} for name in SHARED_CATEGORIES}
        | {name: named(names) for name, names in profile.categories.items()},
        fields=[
            Field(
                field=each.field, names=named(each.names), categories=list(each.categories),
                businesses=list(each.businesses),
            )
            for each in profile.fields
        ],
    )  # fmt: skip


def _page(pages: Pages, desk: Desk, shown: Status, language: str, token: str, noted: bool) -> Response:
    profile = desk.reception.profile(shown.line, clock.now().date())

    def time(at: datetime | None) -> str:
        return at.astimezone(profile.zone if profile else None).strftime("%Y-%m-%d %H:%M") if at else ""

    title, detail = STANDING[language][shown.standing]
    wish = str(shown.understood.get("wish", ""))
    return pages.render(
        "status.html",
        language=language,
        words=LABELS[language],
        languages=LANGUAGES,
        shown=shown,
        title=title,
        detail=detail,
        line=profile.names.in_language(language) if profile else "",
        wish=WISHES[language].get(wish, wish.replace("_", " ")),
        references=[*shown.understood.get("references", {}).items()],
        facts=[*shown.understood.get("facts", {}).items()],
        missing=[each["name"] for each in desk.missing(shown.line, language, shown.missing)],
        time=time,
        noted=noted,
        answers=lambda offer: answers(offer, token, language),
    )
