"""The survey: asked a day after it was resolved, answered once by who holds its link, as JSON or on its page."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.notify.app import log_channel
from services.notify.decide import Policy
from services.notify.domain import LINK, SURVEY
from services.notify.phrases import LABELS
from services.notify.settings import Settings
from services.notify.surveys import add_surveys
from shared import ids, links
from shared.contracts import intake, triage
from shared.flow.edge import Edge
from shared.web.app import create_app
from shared.web.pages import LANGUAGES
from tests.flow.bench import Bench
from tests.services.facts import at, told
from tests.services.intake.house import ring
from tests.services.notify.house import house, orders, run

ID, SECRET, DAY = ids.complaint_id("hotline", "k1"), b"surveyed", 86_400
TOKEN = links.token(SECRET, ID, "survey")
CASE = {"line": "high_speed_rail", "status": "resolved"}


def resolved(number: int = 4, after_s: int = 0, solution: str = "remedy_delivered") -> Any:
    return told(triage.Resolved(solution=solution), number, CASE, complaint=ID, time=at(after_s))


def reopened(number: int = 5) -> Any:
    return told(triage.Reopened(because="asked"), number, {**CASE, "status": "triaged"}, complaint=ID)


def called(score: int | None, number: int = 5) -> Any:
    return told(triage.CalledBack(satisfied=True, by="staff:a", score=score), number, CASE, complaint=ID)


def told_by(id: str = ID, **more: Any) -> Any:
    stands = {**STANDS, **more}
    return told(intake.ComplaintReceived(channel="web", line=stands["line"]), 1, stands, complaint=id)


STANDS = {
    "line": "high_speed_rail", "language": "en", "reference": ids.reference(ID), "reachable": True, "missing": [],
}  # fmt: skip
CONTACT = told(intake.ContactTold(contact="JWE"), 2, {}, complaint=ID, topic="redress.contacts.standard")


async def later(bench: Bench, seconds: float) -> None:
    """Time passes, and the clocks strike."""
    bench.time = at(seconds)
    for stage in bench.stages:  # type: ignore[attr-defined]
        await bench.ticks(stage, pause_s=0.0).once()
    await run(bench)


def surveys(bench: Bench) -> list[str]:
    """The texts of the surveys sent; an order tried again is the same survey."""
    return list({order["message"]: order["text"] for order in orders(bench) if order["template"] == "survey"}.values())


def reasons(bench: Bench) -> list[str]:
    return [fact["happened"]["reason"] for fact in bench.told("redress.notify") if fact["type"].endswith("skipped.v1")]


@pytest.fixture
async def bench() -> Bench:
    return await house()


async def test_HR_9_the_survey_goes_a_day_after_it_was_resolved_and_not_before(bench):
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    await later(bench, DAY - 1)
    assert surveys(bench) == []
    await later(bench, DAY + 1)
    assert [SURVEY in text and "0 to 100" in text for text in surveys(bench)] == [True]
    await later(bench, 3 * DAY)
    assert len(surveys(bench)) == 1


async def test_a_case_opened_again_is_not_surveyed_until_a_day_after_it_is_resolved_again(bench):
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    bench.put(reopened())
    await run(bench)
    await later(bench, 2 * DAY)
    assert (surveys(bench), reasons(bench)) == ([], ["no longer so"])
    bench.put(resolved(6, 2 * DAY))
    await run(bench)
    await later(bench, 3 * DAY - 1)
    assert surveys(bench) == []
    await later(bench, 3 * DAY + 1)
    assert len(surveys(bench)) == 1


async def test_after_an_outage_of_days_what_was_told_meanwhile_is_heard_before_the_survey_goes(bench):
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    await later(bench, 2 * DAY)  # the clock strikes a day late, and overtakes
    assert surveys(bench) == []
    bench.put(reopened())
    await run(bench)
    await later(bench, 3 * DAY)
    assert (surveys(bench), reasons(bench)) == ([], ["no longer so"])


async def test_after_an_outage_of_days_with_nothing_told_the_survey_goes_some_minutes_later(bench):
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    await later(bench, 2 * DAY)
    await later(bench, 2 * DAY + 601)
    assert len(surveys(bench)) == 1


@pytest.mark.parametrize(("score", "asked"), [(95, 0), (0, 0), (None, 1)])
async def test_who_gave_a_score_when_called_back_is_not_asked_once_more(bench, score, asked):
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    bench.put(called(score))
    await run(bench)
    await later(bench, DAY + 1)
    assert len(surveys(bench)) == asked


async def test_who_withdraws_what_was_resolved_is_not_surveyed(bench):
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    bench.put(told(intake.WithdrawalAsked(), 3, {**STANDS, "withdrawn": True}, complaint=ID))
    await run(bench)
    await later(bench, DAY + 1)
    assert surveys(bench) == []


async def test_a_release_that_knows_no_later_messages_sees_none_of_them(bench):
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    state = bench.thing(ID)["state"]
    assert "survey" not in {message["template"] for message in state["messages"].values()}
    assert [message["template"] for message in state["later"].values()] == ["survey"]


async def test_a_pack_that_changes_in_the_meantime_changes_no_word_of_what_was_to_go_later(bench):
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    declared = bench.service
    without = lambda now: Policy(lambda line, fact: [], declared.policy(now).fields)  # noqa: E731
    bench.service = dataclasses.replace(declared, policy=without)
    for stage in bench.stages:
        stage.service = bench.service
    await later(bench, DAY + 1)
    assert ["0 to 100" in text for text in surveys(bench)] == [True]


async def test_what_has_no_text_in_force_is_skipped_and_says_so():
    packs = dataclasses.replace
    bench = await house()
    declared = bench.service
    gone = iter([False])

    def policy(now: Any) -> Policy:
        known = declared.policy(now)
        return Policy(lambda line, fact: known.messages(line, fact) if next(gone, True) is False else [], known.fields)

    bench.service = packs(declared, policy=policy)
    for stage in bench.stages:
        stage.service = bench.service
    bench.put(told(triage.Reopened(because="asked"), 5, CASE, complaint=ID), CONTACT)
    await run(bench)
    bench.put(told_by())
    await run(bench)
    assert reasons(bench) == ["no text in force"]


async def test_a_message_that_waits_for_who_was_ordered_takes_no_other_with_it(bench):
    order = {"line": "ride_hailing", "origin": "system", "references": {"order": "R-1"},
             "facts": {"anomaly": "driver_cancelled", "alternative": "another_car"}}  # fmt: skip
    ride = told(triage.Resolved(solution="remedy_delivered"), 4, {**CASE, "line": "ride_hailing"}, complaint=ID)
    bench.put(told_by(**order), CONTACT, ride)
    await run(bench)
    await later(bench, DAY + 1)
    await later(bench, DAY + 700)
    assert len(surveys(bench)) == 1


async def test_a_reopening_told_before_the_resolution_drops_nothing_however_late_it_comes(bench):
    bench.put(told_by(), CONTACT, resolved(6))
    await run(bench)
    bench.put(reopened(5))
    await run(bench)
    await later(bench, DAY + 1)
    assert len(surveys(bench)) == 1


@pytest.mark.parametrize("solution", ["thanked", "silent_contact"])
async def test_who_thanked_us_or_said_nothing_is_not_surveyed(bench, solution):
    bench.put(told_by(), CONTACT, resolved(solution=solution))
    await run(bench)
    await later(bench, 2 * DAY)
    assert surveys(bench) == []


async def test_a_contact_told_in_the_meantime_is_used_and_who_left_none_is_not_surveyed(bench):
    bench.put(told_by(), resolved())
    await run(bench)
    await later(bench, 3600 + 1)  # what waited for the contact alone is given up
    bench.put(CONTACT)
    await run(bench)
    await later(bench, DAY + 1)
    assert len(surveys(bench)) == 1


async def test_a_survey_that_waits_is_skipped_when_the_person_is_erased(bench):
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    bench.put(told(intake.ComplainantErased(), 3, STANDS, complaint=ID))
    await run(bench)
    await later(bench, 2 * DAY)
    assert surveys(bench) == [] and "erased" in reasons(bench)


# Answering -----------------------------------------------------------------------------------------


@dataclass
class Asked:
    """Somebody who was sent the survey, and their way to answer."""

    bench: Bench
    http: httpx.AsyncClient

    async def answer(self, score: Any, token: str = TOKEN) -> httpx.Response:
        return await self.http.post(f"/v1/surveys/{token}", json={"score": score})

    def answered(self) -> list[int]:
        return [fact["happened"]["score"] for fact in self.bench.told("redress.notify") if "survey" in fact["type"]]


@contextlib.asynccontextmanager
async def open_door(bench: Bench) -> AsyncIterator[Asked]:
    standard, express = bench.stages  # type: ignore[attr-defined]

    async def ready() -> dict[str, str]:
        return {"log": "ok"}

    async def keep_running() -> None:
        while True:
            await run(bench)
            await asyncio.sleep(0.002)

    app = create_app("notify", ready=ready)
    logs = {"express": express.log, "standard": standard.log}
    add_surveys(app, Edge(bench.service, logs, bench.store), bench.store, SECRET)
    running = asyncio.create_task(keep_running())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://notify.test", timeout=30) as http:
        yield Asked(bench, http)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@pytest.fixture
async def asked(bench) -> AsyncIterator[Asked]:
    bench.put(told_by(), CONTACT, resolved())
    await run(bench)
    await later(bench, DAY + 1)
    async with open_door(bench) as door:
        yield door


async def test_HR_9_an_answer_is_told_once_and_stands(asked):
    first, again, other = await asked.answer(90), await asked.answer(90), await asked.answer(10)
    assert (first.status_code, first.json()) == (200, {"complaint": ID, "score": 90})
    assert (again.status_code, again.json(), other.status_code) == (200, first.json(), 409)
    assert asked.answered() == [90]
    facts = [fact for fact in asked.bench.told("redress.notify") if fact["type"].endswith("survey-answered.v1")]
    assert facts[0]["data"]["stands"]["survey"] == 90


@pytest.mark.parametrize("score", [-1, 101, 50.5, "50", True, None])
async def test_a_score_is_a_whole_number_from_0_to_100(asked, score):
    answer = await asked.answer(score)
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/score"
    assert asked.answered() == []


async def test_only_the_link_of_the_survey_answers_it(asked):
    for token in (TOKEN[:-2] + "xx", links.token(SECRET, ID), "", "x", TOKEN + "x"):
        assert (await asked.answer(50, token)).status_code in (404, 405)
    assert links.complaint_of(SECRET, TOKEN) is None  # and it opens nothing else
    assert asked.answered() == []


async def test_after_an_erasure_nothing_is_noted(bench):
    bench.put(told_by(), CONTACT, resolved(), told(intake.ComplainantErased(), 3, STANDS, complaint=ID))
    await run(bench)
    async with open_door(bench) as door:
        assert (await door.answer(52)).status_code == 410 and door.answered() == []
        assert (await door.http.get(f"/survey/{TOKEN}?lang=en")).status_code == 410


async def test_who_answered_is_not_asked_again_when_it_is_resolved_once_more(asked):
    await asked.answer(20)
    asked.bench.put(reopened(), resolved(6, 2 * DAY))
    await run(asked.bench)
    await later(asked.bench, 3 * DAY + 1)
    assert len(surveys(asked.bench)) == 1 and reasons(asked.bench) == ["answered before"]


async def test_a_link_cannot_be_used_to_fill_the_log(asked):
    said = [(await asked.answer(70)).status_code for _ in range(62)]
    assert (said[:60], said[60:]) == ([200] * 60, [429] * 2)


async def test_the_page_asks_in_the_complaints_language_and_notes_what_is_pressed(asked):
    page = await asked.http.get(f"/survey/{TOKEN}")
    assert page.status_code == 200 and "How well was your complaint handled?" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<script" not in page.text and "http://" not in page.text and "https://" not in page.text
    pressed = await asked.http.post(f"/survey/{TOKEN}?score=80&lang=zh-Hant")
    assert (pressed.status_code, pressed.headers["location"]) == (303, f"/survey/{TOKEN}?lang=zh-Hant")
    assert "您的評分已記錄" in (await asked.http.get(pressed.headers["location"])).text
    other = await asked.http.post(f"/survey/{TOKEN}?score=10&lang=en")
    assert (other.status_code, "Answered before" in other.text) == (409, True)
    wrong = await asked.http.post("/survey/x?score=10&lang=en")
    assert (wrong.status_code, "There is nothing here" in wrong.text) == (404, True)
    assert asked.answered() == [80]


async def test_a_store_that_is_away_gets_a_page_too(asked):
    asked.bench.store.away = True
    page = await asked.http.get(f"/survey/{TOKEN}?lang=zh-Hans")
    assert (page.status_code, LABELS["zh-Hans"]["later"] in page.text) == (503, True)
    asked.bench.store.away = False


def test_every_word_of_the_page_exists_in_every_language():
    assert {frozenset(LABELS[language]) for language in LANGUAGES} == {frozenset(LABELS["en"])}


async def test_each_of_the_two_links_of_a_message_leads_where_it_says():
    settings = Settings(link_secret=SECRET.decode(), contact_keys=ring("contact"))
    made = log_channel(settings).links(ID)
    assert made[LINK].startswith(settings.status_page) and made[SURVEY] == settings.survey_page + TOKEN
    assert made[LINK] != made[SURVEY]
