"""`redress pack`: faults with positions, trials on past inputs, schemas for editors."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from shared.ops.main import main
from tests.policy.builders import RULES, ferry


def run(*argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(list(argv))
    return status, out.getvalue(), err.getvalue()


def test_a_sound_pack_says_nothing(tmp_path) -> None:
    assert run("pack", "check", str(ferry(tmp_path / "ferry"))) == (0, "", "")


def test_every_fault_stands_on_its_own_line_with_file_and_line(tmp_path) -> None:
    folder = ferry(tmp_path / "ferry", rules__danger=RULES.replace("plan: rescue", "plan: none_such"))
    status, out, _ = run("pack", "check", str(folder))

    assert status == 1
    assert out.startswith(f"{folder}/rules/danger.yaml:10: no emergency plan 'none_such'; one of")


def test_a_folder_that_is_none_is_a_fault(tmp_path) -> None:
    status, out, _ = run("pack", "check", str(tmp_path / "nowhere"))

    assert status == 1
    assert "is not a folder" in out


def test_a_trial_answers_in_json_lines_and_ends_with_a_summary(tmp_path) -> None:
    past = tmp_path / "past.jsonl"
    lines = [{"id": "1", "line": "ferry", "text": "有人落水了"}, {"unknown": 1}]
    past.write_text("\n".join(json.dumps(line) for line in lines) + "\nno json\n", encoding="utf-8")
    status, out, _ = run("pack", "try", str(ferry(tmp_path / "ferry")), "--on", str(past))
    told = [json.loads(line) for line in out.splitlines()]

    assert status == 3
    assert [answer.get("error", {}).get("type") for answer in told[:2]] == ["unknown-input", "not-json"]
    assert told[2]["id"] == "1"
    assert told[-1]["summary"]["read"] == 1


def test_a_broken_pack_is_not_tried(tmp_path) -> None:
    past = tmp_path / "past.jsonl"
    past.write_text("{}", encoding="utf-8")
    status, out, err = run("pack", "try", str(ferry(tmp_path / "f", plans="id: [")), "--on", str(past))

    assert (status, out) == (1, "")
    assert "plans.yaml:1:" in err


@pytest.mark.parametrize("section", ["pack", "plans", "rules", "words", "tables"])
def test_every_kind_of_file_has_a_schema(section: str) -> None:
    status, out, _ = run("pack", "schema", section)

    assert status == 0
    assert json.loads(out)["additionalProperties"] is False


def test_the_schema_in_the_docs_is_the_one_in_force() -> None:
    written = Path("docs/pack.schema.json").read_text(encoding="utf-8")

    assert json.loads(run("pack", "schema")[1]) == json.loads(written), "run make schema"
