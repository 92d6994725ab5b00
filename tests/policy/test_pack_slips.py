"""Slips that once passed the check and would have been found by a complainant: each is told where it stands."""

import pytest

from tests.ops.test_pack_command import run
from tests.policy.builders import HEAD, PROFILE, RULES, ferry, write_pack

NAMES = "names: {zh-Hans: 步, zh-Hant: 步, en: step}"
STEPS = f"id: ferry.steps\n{HEAD}steps:\n  inspected: {{{NAMES}}}\n  told: {{{NAMES}, after: [inspected]}}\n"
CLOCKS = (
    f'id: ferry.clocks\n{HEAD}clocks:\n  sailing: {{starts: [assigned], met_by: ["step:inspected"], within: 2 h}}\n'
)
TEXT = 'text: {zh-Hans: "a", zh-Hant: "a", en: "a"}'
MESSAGES = f"id: ferry.messages\n{HEAD}messages:\n  - {{id: one, at: redress.intake.received.v1, {TEXT}}}\n"
TABLE = f"""id: ferry.late
{HEAD}currency: EUR
hit: FIRST
rounding: half_up 0.01
borne_by: carrier
facts: {{note: {{type: text}}}}
rows:
  - {{id: all, due: nothing, reason: {{zh-Hans: 无, zh-Hant: 無, en: nothing}}}}
examples: [{{facts: {{note: a}}, row: all, due: nothing}}]
"""
SOUND = {"steps": STEPS, "clocks": CLOCKS, "messages__m": MESSAGES, "tables__late": TABLE}


def checked(folder, **files) -> tuple[int, str]:
    status, out, _ = run("pack", "check", str(ferry(folder / "ferry", **{**SOUND, **files})))
    return status, out


def test_what_the_slips_are_made_of_is_sound(tmp_path) -> None:
    assert checked(tmp_path) == (0, "")


LADDER = CLOCKS.replace(
    "clocks:\n", "ladder: [{after: 2 days, to: supervisor}, {after: 1 day, to: manager}]\nclocks:\n"
)
ACT = "acts:\n  finding: {after: ['told or breached:salling']}\n"
QUEUES = PROFILE.replace("en: rest}}", "en: rest}, marks: [majr]}\n  - {id: last, unit: desk, names: {zh-Hans: 末, "
                         "zh-Hant: 末, en: last}}")  # fmt: skip
SLIPS = {
    "a step almost named": ({"clocks": CLOCKS.replace("step:inspected", "step:inspectd")}, "clocks.yaml:7:",
                            "did you mean 'step:inspected'?"),
    "a deadline that does not exist": ({"steps": STEPS + ACT}, "steps.yaml:10:", "did you mean 'sailing'?"),
    "a ladder that goes back in time": ({"clocks": LADDER}, "clocks.yaml:6:", "'1 day' comes before the rung above"),
    "a mark nobody gives": ({"pack": QUEUES}, "pack.yaml:11:", "no rule gives the mark 'majr'"),
    "a queue twice": ({"pack": PROFILE.replace("id: general", "id: safety")}, "pack.yaml:11:", "'safety' stands twice"),
    "a condition on nothing": ({"messages__m": MESSAGES.replace("v1, text", "v1, when: {orign: system}, text")},
                               "messages/m.yaml:7:", "did you mean 'origin'?"),
    "a message twice": ({"messages__m": MESSAGES + MESSAGES.splitlines()[-1] + "\n"}, "messages/m.yaml:8:",
                        "message 'one' stands twice"),
    "a promised outcome": ({"messages__m": MESSAGES.replace('en: "a"', 'en: "We promise a full refund."')},
                           "messages/m.yaml:7:", "says 'promise a full refund'"),
    "a star in the middle": ({"rules__danger": RULES.replace("man overboard", "fall* overboard")},
                             "rules/danger.yaml:11:", "only the last word takes any ending"),
    "the name of a shared rule": ({"rules__danger": RULES.replace("ferry.overboard", "body.fell")},
                                  "rules/danger.yaml:7:", "the name of a shared rule"),
    "the name of another line's table": ({"tables__late": TABLE.replace("ferry.late", "eu_rail.delay")},
                                         "tables/late.yaml:1:", "has a table 'eu_rail.delay' too"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_at_its_line_with_what_mends_it(slip: str, tmp_path) -> None:
    files, place, says = SLIPS[slip]
    status, out = checked(tmp_path, **files)
    assert status == 1 and place in out and says in out and out.count("\n") == 1, out


def test_a_list_whose_only_item_is_at_fault_is_not_told_to_be_empty(tmp_path) -> None:
    status, out = checked(tmp_path, messages__m=MESSAGES.replace("id: one, ", ""))
    assert status == 1 and "'id' is missing" in out and "is a list" not in out


def test_a_pack_of_more_than_tables_says_which_line_it_is(tmp_path) -> None:
    status, out, _ = run("pack", "check", str(write_pack(tmp_path / "tiny", clocks=CLOCKS)))
    assert status == 1 and "pack.yaml is missing" in out
    assert run("pack", "check", str(write_pack(tmp_path / "table", tables__late=TABLE)))[0] == 0


def test_a_step_of_no_list_and_a_star_at_an_end_are_no_slips(tmp_path) -> None:
    clocks = CLOCKS.replace("step:inspected", "step:coast_guard_called")
    rules = RULES.replace("man overboard", "(fall*|man overboard)")
    assert checked(tmp_path, clocks=clocks, rules__danger=rules) == (0, "")
