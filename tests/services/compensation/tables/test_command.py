"""`redress assess`: a line in, a line out, packs from elsewhere beside the shipped ones."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.compensation.commands import answer, with_packs
from services.compensation.tables import tables_of
from shared.ops.lines import LineFault
from shared.policy.faults import PackFaults
from tests.policy.builders import RULES, ferry
from tests.services.compensation.tables.writing import ON, table

DELAY = {"id": 1, "table": "eu_rail.delay", "facts": {"price": "59.85", "delay_min": 60}, "on": "2026-11-22"}
OWN = table(
    "  kg: {type: decimal, unit: kg}",
    "  - {id: lost, due: [{compensation: {each: 20, per: 1 kg, of: kg}}], REASON}",
    "  - {facts: {kg: 2}, row: lost, due: [{compensation: 40}]}",
    id="bus.luggage",
)


def run(lines: list[Any], *args: str) -> tuple[int, list[dict[str, Any]], str]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    command = [sys.executable, "-m", "shared.ops.main", "assess", *args]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


@pytest.fixture
def own_pack(tmp_path: Path) -> Path:
    folder = tmp_path / "bus"
    (folder / "tables").mkdir(parents=True)
    (folder / "tables" / "luggage.yaml").write_text(OWN, encoding="utf-8")
    return folder


def test_answers_in_order_and_goes_on_after_a_bad_line(own_pack: Path) -> None:
    lines = [
        DELAY,
        "{",
        DELAY | {"id": 2, "facts": {}},
        {"id": 3, "table": "bus.luggage", "facts": {"kg": 3}, "on": "2026-11-22"},
    ]
    status, answers, _ = run(lines, "--pack", str(own_pack))
    assert status == 3
    assert [a["id"] for a in answers] == [1, None, 2, 3]
    assert answers[0]["remedies"][0]["amount"] == "14.96"
    assert answers[2]["error"]["type"] == "facts-missing" and answers[2]["error"]["pointer"] == "/facts/price"
    assert answers[3]["remedies"][0]["amount"] == "60.00"


def test_a_pack_with_faults_is_told_and_nothing_is_answered(own_pack: Path) -> None:
    (own_pack / "tables" / "luggage.yaml").write_text(OWN.replace("due: [{compensation: 40}]", "due: nothing"))
    status, answers, told = run([DELAY], "--pack", str(own_pack))
    assert status == 1 and answers == []
    assert "luggage.yaml:" in told and "the example comes to: compensation: 40.00 EUR" in told


def test_a_table_from_elsewhere_stands_before_a_shipped_one_of_the_same_name(own_pack: Path) -> None:
    (own_pack / "tables" / "luggage.yaml").write_text(OWN.replace("bus.luggage", "cn_rail.luggage"))
    found = tables_of(with_packs([own_pack])).find("cn_rail.luggage", ON)
    assert list(found.compiled.facts) == ["kg"]


def test_folders_of_the_same_name_as_others_stand_beside_them(tmp_path: Path) -> None:
    for place, id in (("one/bus", "bus.luggage"), ("two/bus", "bus.meals"), ("three/high_speed_rail", "rail.meals")):
        (tmp_path / place / "tables").mkdir(parents=True)
        text = OWN.replace("bus.luggage", id)
        (tmp_path / place / "tables" / "own.yaml").write_text(text, encoding="utf-8")
    folders = [tmp_path / "one" / "bus", tmp_path / "two" / "bus", tmp_path / "three" / "high_speed_rail"]
    known = tables_of(with_packs(folders)).ids
    assert {"bus.luggage", "bus.meals", "rail.meals", "cn_rail.refund"} <= set(known)


def test_a_whole_pack_may_name_plans_and_words_of_the_shared_one(own_pack: Path) -> None:
    rule = RULES.replace("rescue", "crash_or_injury").replace('["(落水', '["{fire} + {vehicle}", "(落水')
    ferry(own_pack, rules__danger=rule)
    (own_pack / "plans.yaml").unlink()

    assert tables_of(with_packs([own_pack])).find("bus.luggage", ON)


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackFaults, match="is not a folder"):
        with_packs([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("change", "pointer", "right"),
    [
        ({"table": None}, "/table", "name a table: cn_consumer.fraud"),
        ({"facts": [1]}, "/facts", "an object"),
        ({"on": "22.11.2026"}, "/on", "like 2026-11-22"),
        ({"on": "2026-02-30"}, "/on", "like 2026-11-22"),
        ({"on": None}, "/on", "like 2026-11-22"),
        ({"table": "nothing.here"}, "/table", "there are: "),
        ({"facts": {"price": "1"}}, "/facts/delay_min", "delay_min is missing"),
    ],
)
def test_a_wrong_line_is_told_where_and_what_would_be_right(change: dict[str, Any], pointer: str, right: str) -> None:
    with pytest.raises(LineFault) as told:
        answer(tables_of(with_packs([])), DELAY | change)
    assert told.value.pointer == pointer and right in told.value.detail
