"""Fingerprints and answers."""

import orjson
import pytest

from shared.flow.messages import Reply
from shared.web.asking import fingerprint, read_key, respond


def test_a_fingerprint_knows_bodies_apart_and_not_their_spelling():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
    assert fingerprint({"a": 1}, b"secret") != fingerprint({"a": 1}, b"another")


@pytest.mark.parametrize("text", ["", " ", "a b", "\x7f", '"', '""', '" "', '"a', 'a"b"c é', "键", '"\\n"', "k" * 201])
def test_what_is_no_key(text):
    assert read_key(text) is None


def test_an_answer_under_way_is_202_with_where_to_look():
    answer = respond(None, "/v1/cases/c1")
    assert (answer.status_code, answer.headers["location"]) == (202, "/v1/cases/c1")


def test_a_refusal_of_the_decision_is_a_problem():
    answer = respond(Reply(410, {"type": "x/erased", "title": "erased", "status": 410}), "/v1/cases/c1")
    assert (answer.status_code, answer.media_type) == (410, "application/problem+json")
    assert orjson.loads(answer.body)["status"] == 410
