"""What the four OpenAPI documents promise holds for anything that may be sent: answers, status codes, problems."""

import re
from collections.abc import Iterator
from typing import Any

import hypothesis
import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from shared.web.faults import NAME
from tests.hostile.doors import DOORS, Door, in_a_thread
from tests.hostile.effort import LONG, SEED, chance, times

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
]
EACH_FOR_ITSELF = "/v1/complaints/batch"
"""Answers 207 to a batch whose items are wrong: an answer stands with each."""
EXAMPLES = times(4, 10)
PROBLEM = {"type", "title", "status"}


@pytest.fixture(scope="module", params=sorted(DOORS))
def door(request: pytest.FixtureRequest, mongo_url: str) -> Iterator[Door]:
    with in_a_thread(request.param, mongo_url) as opened:
        yield opened


def test_every_operation_answers_as_its_document_says(door: Door) -> None:
    schema = schemathesis.openapi.from_url(f"{door.url}/openapi.json")
    said = orjson.dumps(schema.raw_schema).decode()
    statuses: dict[int, int] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:
            _try(operation, mode, door, said, statuses)
    assert not any(status >= 500 for status in statuses), statuses
    assert {status // 100 for status in statuses} >= {2, 4}, f"the tries reach too little: {statuses}"
    undecided = [kept["reason"] for thing in door.store.things.values() for kept in thing["person"]]
    dead = [
        letter for (topic, _), letters in door.broker.records.items() if topic.endswith(".dead") for letter in letters
    ]
    assert (undecided, dead) == ([], []), "something was accepted that could not be decided"


def _try(operation: Any, mode: GenerationMode, door: Door, said: str, statuses: dict[int, int]) -> None:
    headers = {"Authorization": f"Bearer {door.credential}"}
    rng = chance(operation.label)
    wanted = [check for check in CHECKS if check is not checks.negative_data_rejection or _whole(operation)]

    @hypothesis.seed(SEED)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *([Phase.shrink] if LONG else [])],
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def tried(case: Any) -> None:
        if rng.random() < 0.6:  # what a name made up leads to is soon said: nothing is here
            case.path_parameters = {**(case.path_parameters or {}), **_known(door, case)}
        answer = case.call(headers=headers, timeout=20)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        case.validate_response(answer, headers=headers, checks=wanted)
        if answer.status_code >= 400:
            check_problem(answer, sent_with(case), said)

    try:
        tried()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing the document allows can be made"


def _known(door: Door, case: Any) -> dict[str, str]:
    return {name: value for name, value in door.known.items() if f"{{{name}}}" in case.operation.path}


def _whole(operation: Any) -> bool:
    """Whether wrong data make the whole request wrong. A repeated query parameter is one of its values."""
    return operation.path != EACH_FOR_ITSELF and not operation.query


def check_problem(answer: Any, sent: set[str], said: str) -> None:
    """A problem document whose every word is our own; of what was sent only the plain name of a field is told."""
    problem = answer.json()
    assert answer.headers["content-type"][0] == "application/problem+json"
    assert set(problem) >= PROBLEM and problem["status"] == answer.status_code
    named = {part for one in problem.get("errors", ()) for part in str(one.get("pointer", "")).split("/")}
    plain = {part for part in named if NAME.fullmatch(part)}
    echoed = {text for text in sent - plain if text in answer.text and text not in said and not _of_titles(text)}
    assert not echoed, f"echoed: {echoed}"


def _of_titles(text: str) -> bool:
    """Whether a text sent by chance is one of the words problems are written in."""
    return re.fullmatch(r"[a-z /-]*", text) is not None


def sent_with(case: Any) -> set[str]:
    """Every text of some length that was sent, names of fields too."""
    texts: set[str] = set()
    todo = [case.body, case.query, case.headers, case.path_parameters]
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            texts.add(value)
        elif isinstance(value, dict):
            todo += [*value, *value.values()]
        elif isinstance(value, list):
            todo += value
    return {text for text in texts if len(text) >= 6}
