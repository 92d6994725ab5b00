"""One lexicon serves the rules of all lines: what others learned changes nothing for a line."""

import pytest

from shared.policy.engine import Engine
from shared.policy.lexicon import Lexicon, lexicon
from tests.policy.builders import DAY, shipped

TEXTS = (
    "Nobody rang, nobody came, and the combine has been lying in bits for a week",
    "收割机坏在地里三天了，没人来修，配件也没有，刀片还会自己转",
    "教练一直骂人，还伸手摸我的腿，刹车也失灵过一次",
)


def test_the_lines_share_one_lexicon() -> None:
    rail, farm = (Engine(shipped().at(line, DAY)) for line in ("high_speed_rail", "farm_aftersales"))

    assert rail._all.lexicon is farm._all.lexicon


@pytest.mark.parametrize("text", TEXTS)
def test_a_line_is_read_the_same_alone_and_beside_the_others(text: str) -> None:
    lexicon.cache_clear()
    alone = Engine(shipped().at("farm_aftersales", DAY)).read(text)
    lexicon.cache_clear()
    beside = [Engine(shipped().at(line, DAY)) for line in shipped().lines]
    read = [engine.read(text) for engine in beside]

    assert alone in read


def test_a_phrase_learned_later_is_found_and_what_was_found_still_is() -> None:
    words = Lexicon({"brakes": ("brakes", "刹车")})
    before = words.find("the brakes fade 刹车")
    words.learn(["fade", "brakes"])
    after = words.find("the brakes fade 刹车")

    assert {number: after[number] for number in before} == before
    assert after[words.numbers["=fade"]] == [(11, 15)]
    assert after[words.numbers["=brakes"]] == [(4, 10)]
