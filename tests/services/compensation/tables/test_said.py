"""Numbers in a reason are said as people say them, whatever exact value decided; amounts stay exact."""

from typing import Any

import pytest

from tests.services.compensation.tables.writing import decide, table

BOTH = "  began: {type: datetime}\n  ended: {type: datetime}"


def reason(
    facts: str, said: tuple[str, str, str], steps: str = "", head: str = "currency: EUR", **given: Any
) -> dict[str, str]:
    """The reasons of a table of one row, without what follows them."""
    words = ", ".join(f"{key}: '{text}#'" for key, text in zip(("zh-Hans", "zh-Hant", "en"), said, strict=True))
    written = table(
        facts, f"  - {{id: a, due: [apology], reason: {{{words}}}}}", "  - {facts: {}, row: a}", steps, head
    )
    written = written[: written.index("examples:")]
    shown = {**given}
    examples = "".join(f"      {name}: '{value}'\n" for name, value in shown.items())
    written += f"examples:\n  - row: a\n    due: [apology]\n    facts:\n{examples}"
    found = decide(written, **given)["sentences"]
    return {language: text.split("#")[0] for language, text in found.items()}


@pytest.mark.parametrize(
    ("unit", "ended", "en", "hans", "hant"),
    [
        ("hour", "2026-05-01T20:20:00Z", "12 hours 20 minutes late", "迟12小时20分钟", "遲12小時20分鐘"),
        ("hour", "2026-05-01T09:00:00Z", "1 hour late", "迟1小时", "遲1小時"),
        ("hour", "2026-05-03T08:00:00Z", "48 hours late", "迟48小时", "遲48小時"),
        ("hour", "2026-05-01T08:00:20Z", "20 seconds late", "迟20秒", "遲20秒"),
        ("day", "2026-05-02T08:00:01Z", "1 day late", "迟1天", "遲1天"),
        ("day", "2026-05-03T11:25:59Z", "2 days 3 hours 25 minutes late", "迟2天3小时25分钟", "遲2天3小時25分鐘"),
        ("minute", "2026-05-01T10:00:30Z", "120 minutes 30 seconds late", "迟120分钟30秒", "遲120分鐘30秒"),
        ("day", "2026-05-01T08:00:00Z", "0 days late", "迟0天", "遲0天"),
    ],
)
def test_time_is_said_in_its_parts(unit: str, ended: str, en: str, hans: str, hant: str) -> None:
    steps = f"  lasted: {{from: began, to: ended, in: {unit}}}"
    alone = ("迟{lasted}", "遲{lasted}", "{lasted} late")
    given = {"began": "2026-05-01T08:00:00Z", "ended": ended}
    assert reason(BOTH, alone, steps, **given) == {"zh-Hans": hans, "zh-Hant": hant, "en": en}
    written = {
        "hour": ("迟{lasted}小时", "遲{lasted}小時", "{lasted} hours late"),
        "day": ("迟{lasted}天", "遲{lasted}天", "{lasted} days late"),
        "minute": ("迟{lasted}分钟", "遲{lasted}分鐘", "{lasted} minutes late"),
    }[unit]
    assert reason(BOTH, written, steps, **given) == {"zh-Hans": hans, "zh-Hant": hant, "en": en}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{late} h late", "12 h 20 minutes late"),
        ("{late} minutes late", "740 minutes late"),
        ("a {late}-hour delay", "a 12.33-hour delay"),
        ("{late} full hours", "12.33 full hours"),
        ("late by {late}, so", "late by 12 hours 20 minutes, so"),
    ],
)
def test_the_word_behind_a_time_is_said_with_it(text: str, said: str) -> None:
    facts = "  late: {type: duration, unit: hour}"
    assert reason(facts, ("因{late}", "因{late}", text), late="PT12H20M")["en"] == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("worth {price} now", "worth EUR 1519.00 now"),
        ("worth EUR {price}.", "worth EUR 1519.00."),
        ("worth €{price}", "worth €1519.00"),
        ("worth {price} EUR", "worth 1519.00 EUR"),
        ("worth {price} euros", "worth 1519.00 euros"),
        ("worth { price }", "worth EUR 1519.00"),
        ("we try {price}", "we try EUR 1519.00"),
        ("Yuan {price}", "Yuan 1519.00"),
        ("in Europe {price}", "in Europe EUR 1519.00"),
        ("{price} in EUR", "EUR 1519.00 in EUR"),
    ],
)
def test_money_comes_with_its_currency_once(text: str, said: str) -> None:
    found = reason("  price: {type: money}", ("值{price}", "值{price}歐元", text), price="1519")
    assert found == {"zh-Hans": "值1519.00欧元", "zh-Hant": "值1519.00歐元", "en": said}


@pytest.mark.parametrize(
    ("text", "said"),
    [("{part} of it", "25 % of it"), ("{part}% of it", "25% of it"), ("{part} per cent", "25 per cent")],
)
def test_a_share_is_a_percentage(text: str, said: str) -> None:
    found = reason("  part: {type: share}", ("占{part}", "占百分之{part}", text), part="0.25")
    assert found == {"zh-Hans": "占25%", "zh-Hant": "占百分之25", "en": said}


@pytest.mark.parametrize(
    ("weight", "said"), [("12.3456", "12.35 kg"), ("0.001", "0.001 kg"), ("0.00168", "0.002 kg"), ("10.0", "10 kg")]
)
def test_other_numbers_have_two_decimals_at_most_and_are_never_said_as_nothing(weight: str, said: str) -> None:
    facts = "  weight: {type: decimal, unit: kg}"
    assert reason(facts, ("重{weight}", "重{weight}", "{weight} kg"), weight=weight)["en"] == said


def test_a_rate_that_is_a_step_and_a_third() -> None:
    facts = "  n: {type: integer, min: 1}"
    steps = "  rate: {divide: 25%, by: n}\n  third: {divide: 100, by: n}"
    text = ("为{rate}{third}", "為{rate}{third}", "{rate}, {third}")
    assert reason(facts, text, steps, n=3)["en"] == "8.33 %, 33.33"


def test_why_a_row_was_skipped_is_told_in_percent() -> None:
    text = table(
        "  part: {type: share}\n  n: {type: integer, min: 1}",
        "  - {id: a, when: {part: at least 0.5}, due: nothing, REASON}\n"
        "  - {id: b, when: {half: over 30%}, due: nothing, REASON}\n"
        "  - {id: c, when: {part: 0.4..45%}, due: nothing, REASON}\n"
        "  - {id: d, when: {third: over 50}, due: nothing, REASON}\n  - {id: e, due: nothing, REASON}",
        "  - {facts: {part: 25%, n: 3}, row: e, due: nothing}",
        "  half: {share: 50%, of: part}\n  third: {divide: 100, by: n}",
    )
    assert [skipped["because"] for skipped in decide(text, part="0.25", n=3)["skipped"]] == [
        "part is 25 %, needs at least 50 %",
        "half is 12.5 %, needs over 30%",
        "part is 25 %, needs 40 %..45%",
        "third is 33.333333, needs over 50",
    ]


def test_one_of_a_unit_is_said_as_one() -> None:
    rows = "  - {id: long, when: {days: over 1}, due: nothing, REASON}\n  - {id: rest, due: [{refund: 1}], REASON}"
    one = "  - {facts: {days: 1}, row: rest, due: [{refund: 1}]}"
    text = table("  days: {type: duration, unit: day}", rows, one)
    assert decide(text, days=1)["skipped"] == [{"row": "long", "because": "days is 1 day, needs over 1 day"}]
    assert decide(text, days="0.5")["skipped"] == [{"row": "long", "because": "days is 0.5 days, needs over 1 day"}]
