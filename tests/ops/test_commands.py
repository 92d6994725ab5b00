"""Topics with their rate and lag, dead letters as rows, and how ops commands answer."""

import json
import sys

import pytest

from shared.ops import running, show
from shared.ops.dead import buried, waiting
from shared.ops.main import main
from shared.ops.topics import topic_rows
from tests.ops.building import AT, Outgoing, record

PARTS = [("redress.intake.standard", 0), ("redress.intake.standard", 1), ("redress.receipts", 0)]


def test_a_topic_shows_its_rate_and_what_waits_for_each_group_that_reads_it() -> None:
    before = dict.fromkeys(PARTS, (0, 10))
    after = {PARTS[0]: (0, 30), PARTS[1]: (0, 10), PARTS[2]: (4, 10)}
    groups = {"redress.triage.standard": {PARTS[0]: 25}}
    rows = topic_rows(before, after, groups, 2.0)
    assert rows[0] == {
        "topic": "redress.intake.standard", "partitions": 2, "end": 40, "per_second": 10.0,
        "lag": {"triage.standard": 15},
    }  # fmt: skip
    assert rows[1]["lag"] == {}


def test_a_dead_letter_is_given_again_as_it_was() -> None:
    told = {"service": b"notify", "topic": b"redress.triage.standard", "partition": b"1", "offset": b"7",
            "time": b"2026-11-24T08:00:00.000Z", "reason": b"no", "pointer": b"/type"}  # fmt: skip
    lying = Outgoing(
        "redress.notify.dead",
        b"key",
        b"\xff",
        (("ce_id", b"x"), *((f"dead_{name}", value) for name, value in told.items())),
    )
    one = buried(record(lying, 3))
    assert one.row() | {"time": ""} == {
        "id": "notify/0/3", "kind": "buried", "service": "notify", "time": "",
        "origin": "redress.triage.standard/1/7", "reason": "no", "pointer": "/type",
    }  # fmt: skip
    assert one.record == Outgoing("redress.triage.standard", b"key", b"\xff", (("ce_id", b"x"),))


def test_a_record_kept_for_a_person_is_given_again_from_its_page() -> None:
    kept = {"at": "t/0/1", "time": 0, "reason": "a defect while deciding", "page": "c1#record-t/0/1"}
    page = {"topic": "t.standard", "key": b"c1", "value": b"{}", "headers": [["ce_id", b"1"], ["nothing", None]]}
    one = waiting("triage", kept, page)
    assert (one.id, one.kind, one.reason) == ("triage/c1#record-t/0/1", "person", "a defect while deciding")
    assert one.record == Outgoing("t.standard", b"c1", b"{}", (("ce_id", b"1"), ("nothing", b"")))


def test_in_a_pipe_each_row_is_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    show.show([{"a": 1, "b": AT}, {"a": 2}], ("a",), "Rows")
    assert [json.loads(line)["a"] for line in capsys.readouterr().out.splitlines()] == [1, 2]


def test_on_a_terminal_rows_are_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    show.show([{"topic": "t", "lag": {"g": 1200}}], ("topic", "lag"), "Topics")
    assert "g 1,200" in capsys.readouterr().out


def test_a_lane_of_danger_is_never_stopped_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lane", "stop", "triage", "express"]) == 2
    assert "danger waits for nothing" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["topics"], ["lanes"], ["audit"], ["dead", "list"]])
def test_without_a_running_system_one_sentence_says_so(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTAKE_KAFKA", "127.0.0.1:9")
    assert main(words) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("redress: log away") and said.endswith("is the system running?")


def test_a_file_that_cannot_be_read_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--accepted", "nowhere.txt"]) == 2
    assert "nowhere.txt cannot be read" in capsys.readouterr().err


def test_the_running_system_is_found_by_its_folder(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"REDRESS_RUN": str(tmp_path), "TRIAGE_KAFKA": "mine"}
    monkeypatch.setattr(running.os, "environ", environment)
    (tmp_path / running.FOLDER).mkdir()
    (tmp_path / running.FOLDER / running.FILE).write_text('INTAKE_KAFKA=theirs\nTRIAGE_KAFKA=theirs\nX_JWKS={"a=b"}\n')
    running.find_running()
    assert environment["INTAKE_KAFKA"] == "theirs"
    assert environment["TRIAGE_KAFKA"] == "mine"
    assert environment["X_JWKS"] == '{"a=b"}'
