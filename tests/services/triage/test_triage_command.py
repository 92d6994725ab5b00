"""`redress triage`: one answer per line, in order; a bad line never stops the others."""

import io
import json
import sys

import pytest

from shared.ops.main import main


def run(monkeypatch, *lines: object) -> tuple[int, list[dict]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(text + "\n"))
    monkeypatch.setattr(sys, "stdout", out)
    return main(["triage"]), [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_answer_has_everything_the_interface_promises(monkeypatch) -> None:
    status, (answer,) = run(monkeypatch, {"id": "a", "line": "ride_hailing", "text": "司机持刀指着我，我流血了"})

    assert status == 0
    assert {"id", "safety", "lane", "priority", "category", "rules", "evidence", "version"} <= set(answer)
    assert (answer["id"], answer["safety"], answer["lane"], answer["priority"]) == ("a", "confirmed", "express", "P0")


def test_bad_lines_are_answered_in_their_place_and_the_others_go_on(monkeypatch) -> None:
    status, answers = run(
        monkeypatch,
        {"id": 1, "text": "发票"},
        "no json",
        {"id": 2},
        {"id": 3, "text": 5},
        {"id": 4, "text": "  "},
        {"id": 5, "text": "x", "signals": "sos"},
        {"id": 6, "text": "x", "line": 7},
        {"id": 7, "text": "发票"},
    )

    assert status == 3
    assert [answer.get("error", {}).get("type") for answer in answers] == [
        *(None, "not-json", "missing", "wrong-type", "empty", "wrong-type", "wrong-type", None)
    ]
    assert [answer["error"]["pointer"] for answer in answers[2:7]] == ["/text", "/text", "/text", "/signals", "/line"]


def test_an_error_echoes_nothing_of_the_text(monkeypatch) -> None:
    _, (answer,) = run(monkeypatch, {"id": 1, "text": "13800000000 王小明", "signals": [1]})

    assert "王小明" not in json.dumps(answer, ensure_ascii=False)


@pytest.mark.parametrize("line", [None, "ride_hailing", "buses"])
def test_a_line_is_optional_and_may_be_unknown(monkeypatch, line: str | None) -> None:
    _, (answer,) = run(monkeypatch, {"id": 1, "text": "车上着火了，全是浓烟，我们困在里面", "line": line})

    assert answer["lane"] == "express"


def test_a_signal_alone_is_enough(monkeypatch) -> None:
    status, (answer,) = run(monkeypatch, {"id": 1, "signals": ["sos"]})

    assert (status, answer["lane"]) == (0, "express")
