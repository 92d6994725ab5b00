"""The examination half, read as shipped: the figures in the docs, and floors below which nothing ships."""

from tests.accuracy.measure import count, labelled
from tests.accuracy.report import PAGE, by_shipped, examination
from tests.accuracy.split import part_of

RECALL, PRECISION, CATEGORY = 0.97, 0.83, 0.80


def test_the_page_tells_what_the_shipped_rules_do_on_the_examination() -> None:
    assert "\n".join(examination()) in PAGE.read_text(encoding="utf-8"), "run make accuracy"


def test_dangers_are_found_and_few_are_cried_that_are_none() -> None:
    texts = labelled("examination")
    counted = count(texts, by_shipped(texts), lambda _: "all")["all"]

    assert counted.found / (counted.found + counted.missed) >= RECALL
    assert counted.found / (counted.found + counted.false) >= PRECISION
    assert counted.category / counted.texts >= CATEGORY


def test_every_text_stands_in_the_part_its_id_belongs_to_and_there_are_enough() -> None:
    parts = {part: labelled(part) for part in ("development", "examination")}

    assert all(part_of(text.id) == part for part, texts in parts.items() for text in texts)
    assert sum(map(len, parts.values())) >= 3000
    assert sum(text.danger for texts in parts.values() for text in texts) >= 1000
    assert len(parts["examination"]) >= 1000


def test_no_text_of_the_examination_was_learned_from() -> None:
    seen = {text.text for part in ("development", "practice") for text in labelled(part)}

    assert not seen & {text.text for text in labelled("examination")}
