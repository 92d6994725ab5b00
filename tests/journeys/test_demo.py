"""Every complaint of the demo, from its channel to its end."""

import pytest

from deploy.local.scenario.played import overtaking
from deploy.local.scenario.script import read_script
from tests.journeys.conftest import Performance

pytestmark = pytest.mark.timeout(300)

CASES = [case.name for case in read_script().cases]


@pytest.mark.parametrize("name", [*CASES, read_script().danger.name])
def test_a_case_ends_as_it_should(performance: Performance, name: str) -> None:
    played = next(one for one in performance.outcome.all_cases() if one.case.name == name)
    assert (played.faults, played.took_s is not None) == ([], True)


def test_a_danger_sent_last_overtakes_the_burst(performance: Performance) -> None:
    told = overtaking(performance.outcome.danger, performance.outcome.burst)
    assert told is not None
    assert told.waiting_when_triaged > 0
    assert told.triaged_s < told.median_s


def test_bad_input_is_refused_with_the_field_that_is_wrong(performance: Performance) -> None:
    assert {one.malformed.name: one.said for one in performance.outcome.refusals if not one.well} == {}
    assert len(performance.outcome.refusals) == len(performance.script.malformed)


def test_the_audit_finds_nothing_and_the_world_outside_saw_everything_once(performance: Performance) -> None:
    assert performance.outcome.faults() == []
    may_find_none = ("danger", "not answered yet", "erased")  # none left open, none unanswered, nobody erased in it
    idle = [one.rule for one in performance.outcome.audit
            if not one.counted and not any(words in one.rule for words in may_find_none)]  # fmt: skip
    assert idle == []
    assert len(performance.outcome.audit) > 20


def test_the_script_shows_what_was_promised(performance: Performance) -> None:
    script = performance.script
    everybody = [*script.cases, script.danger]
    assert len(everybody) >= 10
    lines = {case.told["line"] for case in everybody}
    assert lines == {"driving_school", "farm_aftersales", "high_speed_rail", "ride_hailing", "sharing_economy"}
    channels = [case.channel for case in everybody]
    assert all(channels.count(channel) >= 2 for channel in ("phone", "web", "on_site"))
    assert {case.told.get("language", "zh-Hans") for case in everybody} == {"zh-Hans", "zh-Hant", "en"}
    assert [case.name for case in everybody if case.twice] != []
