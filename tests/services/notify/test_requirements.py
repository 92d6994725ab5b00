"""What the lines ask of messages: a promise told with its time, an anomaly told first, a driver told exactly."""

import pytest

from shared.contracts import triage
from tests.services.facts import at, told
from tests.services.notify.house import contact, house, received, run, texts


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
