"""What the audit says of cases: nothing of a real one, and each rule of one that was tampered with."""

import copy

import pytest

from services.triage.audit import check
from tests.services.triage.house import DOZING, house, received

MANAGER = {"by": "m1", "manager": True}


async def cases():
    triage = await house()
    await triage.hear(received(DOZING))
    danger = copy.deepcopy(triage.thing())
    await triage.ask("safety", {"safety": "cleared", "reason_code": "checked"}, **MANAGER)
    calm = await house()
    await calm.hear(received())
    return danger, copy.deepcopy(triage.thing()), calm.thing()


def broken(*documents):
    return {each.rule.split(" ")[0] for each in check(documents) if each.breaches}


async def test_real_cases_break_nothing_and_are_counted():
    danger, cleared, calm = await cases()
    assert broken(danger, cleared, calm) == set()
    assert [each.counted for each in check([danger, cleared, calm])] == [3, 1, 1, 3]


async def test_a_thing_that_was_only_asked_for_is_no_case():
    assert [each.counted for each in check([{"_id": "c9", "state": {}}])] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda d: d["state"].update(safety="none"), "2"),
        (lambda d: d.update(lane="standard"), "2"),
        (lambda d: d["state"].update(status="closed"), "2"),
    ],
)
async def test_a_danger_lowered_slowed_or_closed_is_a_breach(change, rule):
    danger, _, _ = await cases()
    change(danger)
    assert broken(danger) == {rule}


async def test_a_clearing_by_no_named_person_is_a_breach():
    _, cleared, _ = await cases()
    for entry in cleared["history"]:
        entry["who"] = "rules"
    assert broken(cleared) == {"2"}


async def test_an_open_case_with_neither_owner_nor_clock_is_a_breach():
    _, _, calm = await cases()
    calm["clocks"] = {}
    assert broken(calm) == {"4"}
