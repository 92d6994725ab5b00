"""Reading is fast, and linear in the length of whatever is sent."""

import time

import pytest

from shared.policy import reading
from shared.policy.engine import Engine, engine_for
from tests.policy.builders import DAY, read, shipped

TEXTS = [
    "周末租你们共享汽车去山里，下长坡踩刹车一直踩到底车子都不怎么减速，刹车警告灯也亮了，我靠拉手刹蹭护栏停下来的，车上有我父母，客服还说是我操作问题，要求全额退款并且赔偿修车的费用谢谢。",
    "等了二十五分钟司机还没到，气死我了，打电话也不接，最后系统自动取消还扣我取消费5块，发票也没有开，客服机器人一直回复亲亲您好，我要投诉这个司机的服务态度，麻烦尽快处理并且把钱退给我。",
    "The driver was polite but the air con was broken and I was charged four pounds over the quote, fix it",
]
HOSTILE = [
    "刹车" * 50_000,
    "没有" * 50_000,
    "a" * 100_000,
    "“" * 100_000,
    "司机打我，" * 20_000,
    "not " * 25_000,
    "?" * 100_000,
    "刹 " * 50_000,
    "brake fail " * 9_000,
    "\u200b" * 100_000,
    "𝕳" * 50_000,
    "if he hit me then brakes fail. " * 3_200,
    "手流血头流血脚断了司机喝酒睡着" * 6_600,
]


def seconds(text: str, times: int = 1) -> float:
    engine = engine_for(shipped().at("ride_hailing", DAY))
    begun = time.process_time()
    for _ in range(times):
        engine.read(text)
    return time.process_time() - begun


def test_a_thousand_complaints_a_second_at_the_very_least() -> None:
    """The mark is 5,000 a second (`python -m tests.benchmarks.reading`); here only that nothing has gone astray."""
    read(TEXTS[0])
    taken = sum(seconds(text[:100], 100) for text in TEXTS)

    assert taken / 300 < 1 / 1000


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    half = max(seconds(text[: len(text) // 2]), 0.02)
    whole = seconds(text)

    assert whole < 3.5 * half + 0.1
    assert whole < 4


@pytest.mark.parametrize("text", [*HOSTILE, "", " ", "\x00", "\ud800", "👹" * 1000])
def test_no_text_makes_reading_fail(text: str) -> None:
    assert reading.read(shipped(), None, DAY, text).safety in ("none", "suspected", "confirmed")


def test_danger_at_the_end_of_a_long_text_is_found() -> None:
    assert read("发票的事请尽快处理。" * 2000 + "另外司机持刀指着我，我流血了，骨折了").safety != "none"


def test_an_engine_is_made_in_well_under_a_second() -> None:
    begun = time.process_time()
    Engine(shipped().at("farm_aftersales", DAY))

    assert time.process_time() - begun < 0.6
