"""Two facts compared in a row: refused, and the step that is told instead decides as the words say."""

import re

import pytest

from services.compensation.tables import CannotAssess
from tests.services.compensation.tables.writing import decide, faults, table

NUMBERS = "  cut: {type: integer}\n  limit: {type: integer}"
DATES = "  cut: {type: date}\n  limit: {type: date}"
TIMES = "  cut: {type: datetime}\n  limit: {type: datetime}"
HOLDS = {
    "over": (False, False, True), "at least": (False, True, True), "under": (True, False, False),
    "at most": (True, True, False), "after": (False, False, True), "from": (False, True, True),
    "before": (True, False, False), "up to": (True, True, False),
}  # fmt: skip
VALUES = {
    NUMBERS: (4, 5, 6),
    DATES: ("2026-05-04", "2026-05-05", "2026-05-06"),
    TIMES: ("2026-05-05T07:59:59Z", "2026-05-05T08:00:00Z", "2026-05-05T08:00:01Z"),
}
CASES = [
    *((NUMBERS, f"{sign} limit", HOLDS[sign]) for sign in ("over", "at least", "under", "at most")),
    (NUMBERS, "limit", (False, True, False)), (NUMBERS, "not limit", (True, False, True)),
    (NUMBERS, "..limit", HOLDS["at most"]),
    (NUMBERS, "..<limit", HOLDS["under"]), (NUMBERS, "limit..", HOLDS["at least"]),
    (NUMBERS, "limit<..", HOLDS["over"]), (NUMBERS, "at least 1 and under limit", HOLDS["under"]),
    *((f, f"{sign} limit", HOLDS[sign]) for f in (DATES, TIMES) for sign in ("after", "from", "before", "up to")),
    (DATES, "limit", (False, True, False)),
]  # fmt: skip


def asking(facts: str, step: str, asked: str) -> str:
    rows = f"  - {{id: holds, when: {{{asked}}}, due: [apology], REASON}}\n  - {{id: rest, due: nothing, REASON}}"
    value = VALUES[facts][1]
    examples = f"  - {{facts: {{cut: '{value}', limit: '{value}'}}, row: holds, due: [apology]}}"
    return table(facts, rows, examples, step)


@pytest.mark.parametrize(("facts", "asked", "holds"), CASES)
def test_what_is_told_instead_decides_as_the_words_say(facts: str, asked: str, holds: tuple[bool, ...]) -> None:
    [told] = [f.mend for f in faults(asking(facts, "", f"cut: {asked}"))]
    found = re.fullmatch(r"write a step '(.*)' and ask '(.*)'", told)
    assert found, told
    text = asking(facts, f"  {found[1]}", found[2])
    if not holds[1]:
        text = text.replace("row: holds, due: [apology]", "row: rest, due: nothing")
    limit = VALUES[facts][1]
    assert tuple(decide(text, cut=cut, limit=limit)["row"] == "holds" for cut in VALUES[facts]) == holds


def test_what_is_no_number_and_no_date_is_compared_by_a_fact() -> None:
    facts = "  cut: {type: yes_no}\n  limit: {type: yes_no}"
    text = table(
        facts, "  - {id: a, when: {cut: limit}, due: nothing, REASON}", "  - {facts: {}, row: a, due: nothing}"
    )
    assert "hand over a fact that says how they compare" in str(faults(text)[0])


@pytest.mark.parametrize(("to", "paid"), [("2026-05-08", "3"), ("2026-05-05", ""), ("2026-05-01", "")])
@pytest.mark.parametrize("exempt", ["", ", not_counted: [2026-12-24]"])
def test_the_other_way_round_no_time_counts_where_that_is_said(to: str, paid: str, exempt: str) -> None:
    steps = f"  days: {{from: cut, to: limit, in: day, other_way: 0{exempt}}}"
    rows = "  - {id: only, due: [{free_service_time: days}], REASON}"
    example = "  - {facts: {cut: 2026-05-05, limit: 2026-05-07}, row: only, due: [{free_service_time: 2 days}]}"
    text = table(DATES, rows, example, steps)
    assert [r["quantity"] for r in decide(text, cut="2026-05-05", limit=to)["remedies"]] == ([paid] if paid else [])
    assert "write other_way: 0" in str(faults(text.replace("other_way: 0", "other_way: 5"))[0])
    strict = text.replace(", other_way: 0", "")
    if to < "2026-05-05":
        with pytest.raises(CannotAssess, match="not before 'cut'"):
            decide(strict, cut="2026-05-05", limit=to)
