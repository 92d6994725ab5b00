"""The page of requirements says what the tests say."""

from tests.requirements import PAGE, REQUIREMENTS, covered, page


def test_the_page_of_requirements_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(covered()), "run make requirements"


def test_no_test_names_a_requirement_that_does_not_exist() -> None:
    assert set(covered()) <= set(REQUIREMENTS)


def test_every_requirement_that_concerns_reading_is_named_by_a_test_of_reading() -> None:
    reading = {id for id, files in covered().items() if "tests/policy/test_reading.py" in files}

    assert {"RH-4", "RH-6", "RH-9", "SE-2", "SE-5", "SE-7", "AS-2", "AS-4", "AS-7", "AS-9"} <= reading
    assert {"HR-4", "HR-6", "HR-7", "HR-8", "DS-1", "DS-2", "DS-3", "DS-7", "DS-8"} <= reading
