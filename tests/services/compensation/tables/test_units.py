"""Units a table invents: said in its own words in three languages, and refused in a remedy without them."""

import pytest

from tests.services.compensation.tables.writing import decide, faults, table

HEAD = "currency: EUR\nrounding: half_up 0.01\nunits: {LESSON: {zh-Hans: 节课, zh-Hant: 節課, en: WORDS}}"


def lessons(head: str, owed: str = "{each: 1 lesson, per: 1, of: missed}") -> str:
    rows = f"  - {{id: only, due: [{{free_service_time: {owed}}}], REASON}}"
    example = "  - {facts: {missed: 2}, row: only, due: [{free_service_time: 2 lessons}]}"
    return table("  missed: {type: integer}", rows, example, head=head)


@pytest.mark.parametrize("unit", ["lesson", "lessons"])
@pytest.mark.parametrize(
    ("words", "missed", "en"),
    [("lesson", 1, "1 lesson."), ("lesson", 2, "2 lessons."), ("class/classes", 2, "2 classes."),
     ("class/classes", 1, "1 class.")],
)  # fmt: skip
def test_a_unit_of_its_own_is_said_in_its_words(unit: str, words: str, missed: int, en: str) -> None:
    said = decide(lessons(HEAD.replace("LESSON", unit).replace("WORDS", words)), missed=missed)
    assert said["remedies"] == [{"kind": "free_service_time", "quantity": str(missed), "unit": "lesson"}]
    assert f"free service time of {en}" in said["sentences"]["en"]
    assert f"免费服务时间 {missed} 节课。" in said["sentences"]["zh-Hans"]
    assert f"免費服務時間 {missed} 節課。" in said["sentences"]["zh-Hant"]


@pytest.mark.parametrize(("missed", "said"), [(1, "1 class was"), (2, "2 classes was"), (11, "11 classes was")])
def test_one_of_its_own_unit_is_said_as_one_in_a_reason(missed: int, said: str) -> None:
    text = lessons(HEAD.replace("LESSON", "lesson").replace("WORDS", "class/classes"))
    text = text.replace("en: Because.", "en: '{missed} classes was missed.'")
    assert decide(text, missed=missed)["sentences"]["en"].startswith(said)


def test_a_unit_without_words_is_refused_in_a_remedy() -> None:
    [told] = faults(lessons("currency: EUR"))
    assert "no words for 'lesson' in all three languages" in told.what
    assert "units: {lesson: {zh-Hans: …, zh-Hant: …, en: lesson}}" in told.mend


def test_a_unit_that_is_none_is_told_at_its_line() -> None:
    text = lessons(HEAD.replace("LESSON", "eur").replace("WORDS", "euro"))
    assert any("write EUR" in str(told) for told in faults(text))


def test_a_table_without_examples_is_told_with_all_else_that_is_wrong() -> None:
    text = lessons("currency: EUR").split("examples:")[0]
    told = [fault.what for fault in faults(text)]
    assert "'examples' is missing" in told and "there are no words for 'lesson' in all three languages" in told
    gap = text.replace("{id: only, due: [{free_service_time: {each: 1 lesson, per: 1, of: missed}}]",
                       "{id: only, when: {missed: 1..}, due: nothing")  # fmt: skip
    assert [fault.what for fault in faults(gap)] == ["'examples' is missing", "no row holds for missed 0"]
