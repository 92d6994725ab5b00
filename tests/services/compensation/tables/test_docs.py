"""The page on packs says what is so: its table loads, its question is answered, its words are all there are."""

import re
from pathlib import Path

import orjson

from services.compensation.commands import answer
from services.compensation.table_model import FACT_TYPES, FORMS, KINDS, MODIFIERS
from services.compensation.table_units import is_time
from services.compensation.table_words import KINDS_SAID, UNITS
from shared.money import MODES
from tests.services.compensation.tables.test_mutations import ROUNDS
from tests.services.compensation.tables.test_oracle import FACTS_A_SEED, MOST_EDGES, ORACLE, SEEDS, edges_of
from tests.services.compensation.tables.test_properties import QUICK
from tests.services.compensation.tables.writing import tables

PAGE = (Path(__file__).parents[4] / "docs" / "packs.md").read_text(encoding="utf-8")
CHAPTER = PAGE[PAGE.index("## Tables") :]


def test_the_table_of_the_page_loads_and_answers_the_question_of_the_page() -> None:
    [written] = re.findall(r"```yaml\n(.*?)```", CHAPTER, re.S)
    [question] = re.findall(r"echo '(.*?)'", CHAPTER)
    said = answer(tables(written), orjson.loads(question))
    assert said["remedies"][0]["one_of"][0] == {"kind": "compensation", "amount": "150.00", "currency": "CNY"}


def test_every_word_of_the_format_is_on_the_page() -> None:
    words = {*KINDS, *FACT_TYPES, *MODES, *MODIFIERS, *FORMS, *(key for keys in FORMS.values() for key in keys)}
    missing = {word for word in words if not re.search(rf"\b{word}\b", CHAPTER)}
    assert not missing


def test_the_page_says_each_kind_in_the_words_of_the_sentence() -> None:
    assert not [said for *_, said in KINDS_SAID.values() if said not in CHAPTER]


def test_the_page_names_every_unit_that_has_words() -> None:
    told = CHAPTER[CHAPTER.index("A unit nobody knows") :].split(")")[0]
    weights, lengths = ("kilogram", "gram", "tonne"), ("kilometre", "metre")
    assert not [unit for unit in UNITS if unit not in told and not is_time(unit) and unit not in weights + lengths]


def test_the_page_says_how_many_cases_each_table_is_proved_on() -> None:
    edges = sum(1 for table in ORACLE for _ in edges_of(table))
    for told in (
        f"Each of the {len(ORACLE)} is", f"{SEEDS * FACTS_A_SEED:,} sets", f"{edges:,} in all",
        f"than {MOST_EDGES:,} of",
        f"{QUICK.max_examples} more sets", f"{2 * ROUNDS} spoiled copies",
    ):  # fmt: skip
        assert told in CHAPTER, told
