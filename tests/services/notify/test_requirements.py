"""What the lines ask of messages: a promise told with its time, an anomaly told first, a driver told exactly."""

import pytest

from services.notify.channels.log import LogChannel
from services.notify.domain import LINK
from shared.contracts import intake, triage
from shared.flow.messages import Order
from shared.sealing import Sealer
from tests.services.facts import at, told
from tests.services.intake.house import ring
from tests.services.notify.house import contact, house, orders, outcomes, received, run, texts

SEALER = Sealer(ring("contact"))
DRIVER = {"name": "欧阳 Ben-Ali Ó Néill", "plate": "粤B·0D1O8Q", "phone": "+86 100 0000 0042"}


@pytest.fixture
async def bench():
    return await house()


def promised(promise: str, number: int = 3, **more):
    stands = {"line": "high_speed_rail", **more}
    return told(triage.Promised(promise=promise, by=at(2 * 3600)), number, stands)


@pytest.mark.parametrize(
    ("language", "says", "by"),
    [
        ("zh-Hans", "不能当场答复", "2026年11月23日 18:00 前给您回电"),
        ("zh-Hant", "無法當場答覆", "2026年11月23日 18:00 前回電給您"),
        ("en", "cannot be answered at once", "call you back by 23 November 2026, 18:00"),
    ],
)
async def test_HR_3_what_cannot_be_answered_at_once_is_said_with_the_time_of_the_call_back(bench, language, says, by):
    bench.put(received(language=language), contact(), promised("call_back"))
    await run(bench)
    text = texts(bench)["promised"]
    assert says in text and by in text and "AAAA-BBBB-CCCC" in text


async def test_HR_3_another_line_tells_a_promise_by_the_shared_message(bench):
    bench.put(received(language="en", line="driving_school"), contact(), promised("answer", line="driving_school"))
    await run(bench)
    assert "we will answer you by 23 November 2026, 18:00" in texts(bench)["promised"]


ANOMALY = {
    "line": "ride_hailing", "origin": "system", "language": "en", "references": {"order": "R-4711"}, "missing": [],
    "facts": {"anomaly": "driver_cancelled"},
}  # fmt: skip
ANOTHER_CAR = {**ANOMALY, "facts": {**ANOMALY["facts"], "alternative": "another_car"}}


async def test_RH_5_the_user_of_an_order_that_goes_wrong_is_told_first_and_with_what_can_be_done(bench):
    bench.put(received(**ANOMALY), contact(respondent="JWE-of-driver"))
    await run(bench)
    said = texts(bench)
    assert set(said) == {"told_first"}
    for part in ("order R-4711 was cancelled by the driver", "whether to wait, to send another car or to cancel"):
        assert part in said["told_first"]


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_RH_5_the_alternative_names_who_comes_instead(bench, language):
    bench.put(received(**{**ANOTHER_CAR, "language": language}), contact(respondent="JWE-of-driver"))
    await run(bench)
    by_template = {order["template"]: order for order in orders(bench)}
    assert by_template.keys() == {"told_first", "another_car"}
    order = by_template["another_car"]
    assert order["sealed"] == {"contact": "JWE", "respondent": "JWE-of-driver"}
    assert by_template["told_first"]["sealed"] == {"contact": "JWE"} and "⟦link⟧" in by_template["told_first"]["text"]
    for part in ("R-4711", "⟦driver⟧", "⟦plate⟧", "⟦driver_contact⟧"):
        assert part in order["text"]


async def test_RH_5_who_complains_is_not_told_that_we_saw_it_first(bench):
    bench.put(received(**{**ANOMALY, "origin": "told"}), contact())
    await run(bench)
    assert set(texts(bench)) == {"acknowledged"}


async def sent(text, tmp_path, respondent=DRIVER):
    """What the channel makes of a text: its answer, and what went out."""
    outbox = tmp_path / "outbox.jsonl"
    channel = LogChannel(outbox, SEALER.open, lambda complaint: {LINK: f"https://s.example/{complaint}"})
    sealed = {"contact": SEALER.seal({"phone": "+86 100 0000 0001"})}
    sealed |= {"respondent": SEALER.seal(respondent)} if respondent is not None else {}
    content = {"message": "m", "complaint": "c1", "template": "told_first", "language": "en", "text": text}
    result = await channel.carry_out(Order("c1", "message/m", "message", "key", 1, {**content, "sealed": sealed}))
    return result, outbox.read_text("utf-8") if outbox.exists() else ""


async def test_RH_7_driver_plate_and_contact_go_out_letter_for_letter_as_the_order_system_has_them(bench, tmp_path):
    bench.put(received(**ANOTHER_CAR), contact(respondent="JWE-of-driver"))
    await run(bench)
    result, line = await sent(texts(bench)["another_car"], tmp_path)
    assert result.verdict == "done"
    assert f"driver {DRIVER['name']}, plate {DRIVER['plate']}, phone {DRIVER['phone']}." in line
    assert "⟦" not in line


async def test_RH_7_a_name_that_looks_like_a_field_is_put_in_as_it_is(tmp_path):
    _, line = await sent("driver ⟦driver⟧, plate ⟦plate⟧", tmp_path, {"name": "⟦plate⟧ {{ link }}", "plate": "B-1"})
    assert "driver ⟦plate⟧ {{ link }}, plate B-1" in line


@pytest.mark.parametrize("known", [None, {"name": "Ben", "plate": "B-1"}, {**DRIVER, "plate": ""}])
async def test_RH_7_what_is_not_known_in_full_is_not_sent_rather_than_sent_inexact(tmp_path, known):
    result, line = await sent("driver ⟦driver⟧, plate ⟦plate⟧, ⟦driver_contact⟧", tmp_path, known)
    assert (result.verdict, line) == ("refused", "")


async def test_RH_7_a_message_that_names_the_driver_waits_for_the_order_system_and_no_other_does(bench):
    bench.put(received(**ANOTHER_CAR), contact(), promised("call_back", line="ride_hailing"))
    await run(bench)
    assert set(texts(bench)) == {"told_first", "promised"}
    bench.put(told(intake.ContactTold(contact="JWE", respondent="JWE-1"), 4, {}, topic="redress.contacts.standard"))
    await run(bench)
    assert set(texts(bench)) == {"told_first", "promised", "another_car"}


async def test_RH_7_the_driver_told_last_is_the_one_named_in_whatever_order_they_come(bench):
    for number, driver in ((6, "JWE-new"), (5, "JWE-old")):
        happened = intake.ContactTold(contact="JWE", respondent=driver)
        bench.put(told(happened, number, {}, topic="redress.contacts.standard"))
    bench.put(received(**ANOTHER_CAR))
    await run(bench)
    assert [one["sealed"]["respondent"] for one in orders(bench) if "respondent" in one["sealed"]] == ["JWE-new"]


async def test_RH_7_a_driver_nobody_tells_of_in_time_is_skipped_with_the_reason(bench):
    bench.put(received(**ANOTHER_CAR), contact())
    await run(bench)
    bench.time = at(3601)
    for stage in bench.stages:
        await bench.ticks(stage, pause_s=0.0).once()
    await run(bench)
    (skipped,) = [fact["happened"] for fact in bench.told("redress.notify") if fact["type"].endswith("skipped.v1")]
    assert (skipped["template"], skipped["reason"]) == ("another_car", "no respondent came")
    assert set(texts(bench)) == {"told_first"}


SECRETS = {"charged": "88.88", "paid_by": "card-9911", "started": "2026-11-20T08:01:02+08:00"}


async def test_SE_6_partners_and_messages_hold_no_record_of_the_order_and_nothing_personal(bench):
    sharing = {
        "line": "sharing_economy", "language": "en", "references": {"order": "H-77"}, "complainant": "p-hash-31",
        "facts": SECRETS, "supplied": SECRETS,
    }  # fmt: skip
    found = {"result": "upheld", "facts": SECRETS, "tables": [], "on": "2026-11-20"}
    case = {"line": "sharing_economy", "category": "payment_refund", "finding": found, "owner": "staff:ab12"}
    bench.put(
        received(**sharing),
        contact(),
        told(triage.FindingRecorded(result="upheld", source="person", by="staff:ab12"), 3, case),
        told(triage.Resolved(solution="answered"), 4, {**case, "status": "resolved"}),
    )
    await run(bench)
    public, said = outcomes(bench, "sharing_economy"), texts(bench)
    assert {one["outcome"] for one in public} == {"received", "finding_recorded", "resolved"}
    assert set(said) == {"acknowledged", "resolved"}
    for secret in (*SECRETS.values(), "JWE", "p-hash-31", "ab12"):
        assert secret not in str(public) and secret not in str(said)
