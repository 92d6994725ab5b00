"""HTTP in: the survey, for who holds its link; as JSON, and as a page with eleven buttons."""

from pathlib import Path as File
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from services.notify.domain import ANSWER_SURVEY, AnswerSurvey, Letters
from services.notify.phrases import LABELS
from shared import ids, links
from shared.flow.edge import Edge
from shared.flow.errors import Transient
from shared.flow.messages import Reply
from shared.flow.messages import Request as Asking
from shared.flow.records import Store
from shared.flow.thing import Thing, from_store
from shared.web.asking import fingerprint, respond
from shared.web.face import trace_of
from shared.web.pace import Pace
from shared.web.pages import LANGUAGES, Pages
from shared.web.problems import Problem

FIRST = "zh-Hans"
Score = Annotated[int, Query(ge=0, le=100)]
Language = Annotated[str, Query(max_length=10)]
Token = Annotated[str, Path(max_length=200, description="the token of the survey's link")]


class SurveyAnswer(BaseModel):
    """What was noted."""

    complaint: str
    score: int


class Surveys:
    """The survey of a complaint, named by the token of its link."""

    def __init__(self, edge: Edge, store: Store, secret: bytes) -> None:
        self.edge, self.store, self.secret, self.pace = edge, store, secret, Pace()

    def complaint(self, token: str) -> str:
        """The complaint the link was made for; Problem 404 when it is not genuine."""
        complaint = links.complaint_of(self.secret, token, "survey")
        if complaint is None:
            raise Problem("not-found", "the link is not complete, or not ours")
        return complaint

    async def answer(self, complaint: str, body: AnswerSurvey, http: Request) -> Reply | None:
        """Onto the log, under one name: the same answer twice is one. Problem 429 when it is sent ever again."""
        self.pace.keep(complaint)
        id, by = f"complainant:survey:{body.score}", "complainant"
        asking = Asking(complaint, ANSWER_SURVEY, id, fingerprint(body), by, body, complaint)
        return await self.edge.ask(asking, trace=trace_of(http))

    async def letters(self, complaint: str) -> Thing[Letters] | None:
        """What is known of the complaint here."""
        raw = (await self.store.load([complaint])).get(complaint)
        return from_store(raw, Letters) if raw else None


def add_surveys(app: FastAPI, edge: Edge, store: Store, secret: bytes) -> None:
    """The survey's paths."""
    surveys = Surveys(edge, store, secret)
    summary = "How well a complaint was handled, 0 to 100, by the token of the survey's link"

    @app.post("/v1/surveys/{token}", tags=["surveys"], summary=summary, response_model=SurveyAnswer)
    async def answer(http: Request, token: Token, body: AnswerSurvey) -> Response:
        complaint = surveys.complaint(token)
        return respond(await surveys.answer(complaint, body, http), f"/survey/{token}")

    _add_page(app, surveys)


def _add_page(app: FastAPI, surveys: Surveys) -> None:
    pages = Pages(File(__file__).parent / "pages")

    def notice(status: int, what: str, language: str) -> Response:
        return pages.notice(status, what, language, LABELS)

    @app.get("/survey/{token}", include_in_schema=False)
    async def page(token: Token, lang: Language = "") -> Response:
        try:
            thing = await surveys.letters(surveys.complaint(token))
        except Problem:
            return notice(404, "none", _known(lang) or FIRST)
        except Transient:
            return notice(503, "later", _known(lang) or FIRST)
        language = _known(lang) or _language(thing)
        if thing is None or thing.erased:
            return notice(410, "gone", language) if thing else notice(404, "none", language)
        return pages.render(
            "survey.html", language=language, words=LABELS[language], languages=LANGUAGES,
            reference=ids.reference(thing.id), score=thing.state.survey,
        )  # fmt: skip

    @app.post("/survey/{token}", include_in_schema=False)
    async def press(http: Request, token: Token, score: Score, lang: Language = "") -> Response:
        language = _known(lang) or FIRST
        try:
            reply = await surveys.answer(surveys.complaint(token), AnswerSurvey(score=score), http)
        except Problem as problem:
            return notice(problem.status, "none" if problem.status == 404 else "later", language)
        except Transient:
            return notice(503, "later", language)
        if reply is None:  # it stands on the log, and will be noted
            return notice(202, "noting", language)
        if reply.status >= 400:
            return notice(reply.status, {409: "conflict", 410: "gone"}.get(reply.status, "later"), language)
        return RedirectResponse(f"/survey/{token}?lang={language}", 303)


def _known(language: str) -> str:
    return language if language in LANGUAGES else ""


def _language(thing: Thing[Letters] | None) -> str:
    told: Any = thing.stands(f"intake/{thing.id}").get("language") if thing else None
    return told if told in LANGUAGES else FIRST
