"""Text made comparable, and the way back into the original."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.normal import normalise


@pytest.mark.parametrize(
    ("told", "compared"),
    [
        ("刹 车 失 灵", "刹车失灵"),
        ("司*机打-人", "司机打-人"),
        ("煞車失靈", "煞车失灵"),
        ("ＨＥＬＰ！！", "help!!"),
        ("heeeeelp", "help"),
        ("救救救命啊啊啊", "救命啊"),
        ("司机骂人 我很害怕", "司机骂人,我很害怕"),
        ("bra\u200bkes", "brakes"),
        ("①号车", "1号车"),
        ("it’s", "it's"),
    ],
)
def test_written_otherwise_read_the_same(told: str, compared: str) -> None:
    assert normalise(told).text == compared


def test_a_place_leads_back_to_what_was_written() -> None:
    told = "司機說：刹 車 失 靈，ＨＥＬＰ"
    normal = normalise(told)
    start = normal.text.index("刹车失灵")

    assert told[slice(*normal.span(start, start + 4))] == "刹 車 失 靈"
    help_at = normal.text.index("help")
    assert told[slice(*normal.span(help_at, help_at + 4))] == "ＨＥＬＰ"


@given(st.text(max_size=300))
def test_every_place_of_any_text_leads_back_into_it(told: str) -> None:
    normal = normalise(told)
    for place in range(len(normal.text)):
        start, end = normal.span(place, place + 1)
        assert 0 <= start < end <= len(told)


def test_what_lies_beyond_the_limit_is_not_read() -> None:
    assert len(normalise("啊哦" * 80_000).text) <= 100_000
