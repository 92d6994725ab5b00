"""The page behind the secret link: how it stands, in the complainant's own script, and no dead ends."""

import pytest

from services.intake.phrases import LABELS, STANDING, WISHES
from services.intake.public import HEARS, status_of
from services.intake.told import Wish
from shared import clock
from shared.contracts import compensation, triage
from shared.contracts.compensation import ClaimStands
from shared.web.pages import LANGUAGES
from tests.services.facts import told as fact
from tests.services.intake.house import open_house, settled, told


@pytest.fixture
async def open():
    async with open_house() as (house, http):
        answer = await http.post(
            "/v1/complaints", json=told(), headers={"x-api-key": house.keys["hotline"], "idempotency-key": "k1"}
        )
        said = answer.json()
        await settled(house, lambda h: h.state(said["id"])["received"])
        yield house, http, said


async def test_the_page_speaks_the_complaints_language_and_any_other(open):
    _, http, said = open
    page = await http.get(f"/s/{said['token']}")
    assert page.status_code == 200 and said["reference"] in page.text and "已收到" in page.text
    assert "学员编号" in page.text and "补学时或时长" in page.text and page.headers["content-language"] == "zh-Hans"
    english = await http.get(f"/s/{said['token']}?lang=en")
    assert "We have it" in english.text and "learner number" in english.text
    assert "已收到" in (await http.get(f"/s/{said['token']}?lang=tlh")).text
    assert "10000" not in page.text and "Invented" not in page.text and "一个半小时" not in page.text


async def test_the_page_loads_nothing_and_is_kept_by_nobody(open):
    _, http, said = open
    page = await http.get(f"/s/{said['token']}")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert page.headers["referrer-policy"] == "no-referrer" and page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text and "http://" not in page.text and "https://" not in page.text


async def test_a_wrong_link_and_a_store_that_is_away_get_a_page_too(open):
    house, http, said = open
    wrong = await http.get(f"/s/{said['token'][:-2]}xx?lang=en")
    assert (wrong.status_code, "There is nothing here" in wrong.text) == (404, True)
    house.store.away = True
    later = await http.get(f"/s/{said['token']}?lang=en")
    assert (later.status_code, "Not just now" in later.text) == (503, True)
    house.store.away = False


OFFERED = ClaimStands(
    remedies=[
        {
            "id": "r1", "table": "driving.short_hours", "state": "offered",
            "remedy": {"kind": "free_service_time", "quantity": "2", "unit": "hour"},
            "sentences": {"zh-Hans": "补给您 2 小时，免费。", "en": "2 hours, free."},
        }
    ],
    offer_open_until="2026-12-01T08:00:00Z",
).model_dump(mode="json")  # fmt: skip


async def test_what_is_decided_elsewhere_is_seen_here(open):
    house, http, said = open
    link = {"authorization": f"Bearer {said['token']}"}

    async def now(*facts) -> dict:
        for each in facts:
            house.broker.append(each)
        last = facts[-1]
        name = dict(last.headers)[b"ce_sequence".decode()].decode()
        source = dict(last.headers)["ce_teller"].decode() + "/" + said["id"]
        await settled(house, lambda h: h.store.things[said["id"]]["heard"][source]["high"] >= int(name))
        return (await http.get(said["status"], headers=link)).json()

    case = {"status": "investigating", "line": "driving_school", "missing": ["session"]}
    calm = triage.Triaged(safety="none", priority="P2", category="teaching_hours", rules=["r"], version="v")
    seen = await now(fact(calm, 1, case, said["id"]))
    assert (seen["standing"], "session" in seen["missing"]) == ("in_work", True)
    offered = compensation.Offered(remedies=["r1"], open_until="2026-12-01T08:00:00Z")
    seen = await now(fact(offered, 1, OFFERED, said["id"]))
    assert seen["standing"] == "offer" and seen["offers"][0]["sentence"] == "补给您 2 小时，免费。"
    page = (await http.get(f"/s/{said['token']}?lang=en")).text
    assert "2 hours, free." in page and "2026-12-01 16:00" in page
    resolved = triage.Resolved(solution="free_service_time")
    seen = await now(fact(resolved, 3, {**case, "status": "resolved"}, said["id"]))
    assert (seen["standing"], seen["missing"]) == ("resolved", [])


async def test_a_fact_that_comes_before_the_complaint_is_kept_for_it(open):
    house, _, said = open
    raw = house.store.things[said["id"]]
    assert status_of(raw).standing == "received"
    early = "c" + "z" * 26
    resolved = triage.Resolved(solution="x")
    house.broker.append(fact(resolved, 1, {"status": "resolved"}, early))
    raw = await settled(house, lambda h: h.store.things[early])
    assert status_of(raw).standing == "resolved" and raw["told"] == 0


def test_every_word_stands_in_every_script():
    wishes = set(Wish.__args__)
    for language in LANGUAGES:
        assert set(STANDING[language]) == set(STANDING["en"]) and set(LABELS[language]) == set(LABELS["en"])
        assert language == "en" or set(WISHES[language]) == wishes
    assert len({hears.TYPE for hears in HEARS}) == len(HEARS)


async def test_an_offer_is_answered_by_a_button_once_and_the_answer_is_a_fact(open):
    house, http, said = open
    remedy = ClaimStands.model_validate(OFFERED).remedies[0].model_copy(update={"id": f"{said['id']}-1-ab"})
    stands = ClaimStands(remedies=[remedy]).model_dump(mode="json")
    happened = compensation.Offered(remedies=[remedy.id], open_until=clock.now())
    house.broker.append(fact(happened, 1, stands, complaint=said["id"]))
    key = f"compensation/{said['id']}"
    await settled(house, lambda h: h.store.things[said["id"]]["heard"][key]["state"])
    page = (await http.get(f"/s/{said['token']}?lang=en")).text
    (accept, refuse) = [part.split('"')[0].replace("&amp;", "&") for part in page.split('formaction="')[1:]]
    assert "do=accept" in accept and "do=refuse" in refuse
    for _ in range(2):
        answered = await http.post(accept)
        assert answered.status_code == 303 and answered.headers["location"].endswith("noted=true")
    told_facts = [f for f in house.told() if f["type"] == "redress.intake.offer-answered.v1"]
    assert [f["happened"] for f in told_facts] == [{"remedy": remedy.id, "verb": "accept", "choice": None}]
    assert "Your answer is noted" in (await http.get(answered.headers["location"])).text


async def test_a_button_speaks_for_its_own_complaint_only(open):
    _, http, said = open
    other = await http.post(f"/s/{said['token']}/offers/cother-1-ab?do=accept")
    forged = await http.post(f"/s/{said['token'][:-2]}xx/offers/{said['id']}-1-ab?do=accept")
    assert (other.status_code, forged.status_code) == (404, 404)
