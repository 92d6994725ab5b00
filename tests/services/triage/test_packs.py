"""Clocks and findings as a policy owner writes them: mistakes are told with their line and how to mend them."""

from datetime import date

import pytest

from services.triage.clock_rules import SECTION as CLOCKS
from services.triage.findings import SECTION as FINDINGS
from services.triage.findings import find
from services.triage.sides import SECTION as SIDES
from services.triage.steps import SECTION as STEPS
from shared.policy.faults import PackFaults
from shared.policy.packs import SHIPPED, load_pack
from shared.policy.profile import SECTION as PROFILE
from tests.services.triage.house import RECORDS, packs

HEAD = """id: mine
version: "1"
owner: Me
source: My own rules
in_force: {from: 2026-01-01}
"""
FINDING = "findings:\n  - {id: a, categories: [%s], needs: [fare], tables: [cn_rail.refund], cause: given_back%s}\n"


def faults(tmp_path, file, text):
    folder = tmp_path / "mine"
    (folder / "findings").mkdir(parents=True)
    (folder / "pack.yaml").write_text((SHIPPED / "high_speed_rail" / "pack.yaml").read_text("utf-8"), "utf-8")
    (folder / file).write_text(HEAD + text, "utf-8")
    with pytest.raises(PackFaults) as found:
        load_pack(folder, [PROFILE, CLOCKS, FINDINGS, STEPS, SIDES])
    return [str(fault) for fault in found.value.faults]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("clocks:\n  finish: {starts: [received], within: 10 weeks}\n", "a length of time is written like"),
        ("clocks:\n  finish: {starts: [recieved], within: 10 days}\n", "clocks.yaml:7"),
        ("clocks:\n  finish: {within: 1 h, calendar: lunar}\n", "no calendar 'lunar'"),
        ("clocks:\n  finish: {within: 1 h, categories: [tea]}\n", "no category 'tea'"),
        ("clocks:\n  finish: {within: 1 h, ladder: [{after: 1 h, to: director}, {after: 2 h, to: manager}]}\n", "down"),
        ("clocks: {}\ncalendars:\n  line: {hours: {mon: ['17:00-09:00']}}\n", "opening hours"),
        ("clocks: {}\ncalendars:\n  line: {hours: {mon: []}}\n", "never opens"),
    ],
)
def test_a_wrong_clock_is_told_at_its_line(tmp_path, text, says):
    (fault, *_) = faults(tmp_path, "clocks.yaml", text)
    assert says in fault and "clocks.yaml:" in fault


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FINDING % ("tea", ""), "no category 'tea'"),
        (FINDING % ("ticketing", ", gives: {fare: 1}"), "both asked for and given"),
        (FINDING % ("ticketing", "") + (FINDING % ("ticketing", "")).removeprefix("findings:\n"), "stands twice"),
    ],
)
def test_a_wrong_finding_rule_is_told_at_its_line(tmp_path, text, says):
    (fault, *_) = faults(tmp_path, "findings/mine.yaml", text)
    assert says in fault and "mine.yaml:" in fault


NAMES = "names: {zh-Hans: 一, zh-Hant: 一, en: one}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"steps:\n  done: {{{NAMES}, after: [driven]}}\n  driven: {{{NAMES}}}\n", "'driven' is no step above 'done'"),
        (f"steps:\n  done: {{{NAMES}, settled: {{changed: explained}}}}\n", "'changed: explained' names no two steps"),
        (f"steps:\n  done: {{{NAMES}, by: [finished]}}\n", "steps.yaml:7"),
        (f"steps:\n  done: {{{NAMES}}}\nacts:\n  finding: {{after: [heard]}}\n", "no step 'heard'"),
        (
            f"steps:\n  done: {{{NAMES}}}\nacts:\n  finding: {{after: [done], categories: [tea]}}\n",
            "no category 'tea'",
        ),
        (f"steps:\n  done: {{{NAMES}}}\nacts:\n  refusal: {{after: [done]}}\n", "steps.yaml:9"),
    ],
)
def test_a_wrong_step_is_told_at_its_line(tmp_path, text, says):
    (fault, *_) = faults(tmp_path, "steps.yaml", text)
    assert says in fault and "steps.yaml:" in fault


def test_both_sides_must_be_spoken_of(tmp_path):
    (fault, *_) = faults(tmp_path, "sides.yaml", "sides:\n  complainant: {sees: [reference]}\n")
    assert "'respondent' is not there" in fault


def found(category, facts, line="driving_school"):
    return find(packs().at(line, date(2026, 11, 23)), category, facts, {})


def test_a_rule_holds_for_finer_categories_and_only_with_all_it_needs():
    assert found("teaching_hours.short", RECORDS).rule.id == "driving.hours_short"
    assert found("teaching_hours", {**RECORDS, "verified": False}) is None
    assert found("teaching_hours", {"booked_hours": "2", "given_hours": "1"}) is None
    assert found("privacy", RECORDS) is None


def test_only_the_facts_a_table_takes_go_to_it():
    facts = found("teaching_hours", {**RECORDS, "wasted_hours": "0.5", "plate": "X"}).facts
    assert facts == {**RECORDS, "wasted_hours": "0.5"}


def test_every_table_a_shipped_finding_names_is_there_and_takes_its_facts():
    from services.compensation.app import load_packs
    from services.compensation.tables import tables_of

    tables = tables_of(load_packs([]))
    for line in packs().lines:
        for document in packs().at(line, date(2026, 11, 23)).of("findings").values():
            for rule in document.content.findings:
                assert set(rule.tables) <= set(tables.ids), rule.id
