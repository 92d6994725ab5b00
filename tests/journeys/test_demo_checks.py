"""The demo's own checks can fail: a case that ends otherwise, a danger that waits its turn, a burst that is lost."""

import pytest

from deploy.local.scenario import ends
from deploy.local.scenario.played import Burst, Outcome, Played, Refusal, overtaking
from deploy.local.scenario.script import Ends, read_script
from deploy.local.scenario.telling import Told
from deploy.local.scenario.watch import Fact, Story
from shared.ops.checked import Checked


def fact(name: str, at_ms: int = 0, express: bool = False, **happened) -> Fact:
    return Fact(f"redress.{name}.v1", name.split(".")[0], 1, at_ms, express, happened)


def story(*facts: Fact, status: str = "resolved", **case) -> Story:
    stands = {"status": status, "safety": "none", "priority": "P2", "escalation_level": 0} | case
    return Story(list(facts), {"triage": (9, stands)}, [(1, "received"), (2, "resolved")])


REFUND = {"kind": "refund", "amount": "40.00", "currency": "EUR"}
MORE = REFUND | {"amount": "41.00"}
ACKNOWLEDGED = "triage.protective-action-acknowledged"
WELL = (
    fact("triage.triaged"),
    fact("compensation.assessed", table="t", row="r"),
    fact("compensation.paid", delivered=REFUND),
    fact("notify.delivered", template="resolved"),
)
WANTED = Ends(status="resolved", rows=["t/r"], delivered=[REFUND], messages=["resolved"])
OTHERWISE = {
    "another status": (story(*WELL, status="triaged"), "status"),
    "another row": (story(WELL[0], fact("compensation.assessed", table="t", row="other"), *WELL[2:]), "rows"),
    "another amount": (story(*WELL[:2], fact("compensation.paid", delivered=MORE), WELL[3]), "delivered"),
    "paid twice": (story(*WELL, WELL[2]), "delivered"),
    "a message twice": (story(*WELL, WELL[3]), "messages"),
    "another lane": (story(*WELL, fact("triage.triaged", express=True)), "lane"),
    "safety not cleared": (story(*WELL, safety="suspected"), "safety"),
    "escalated": (story(*WELL, escalation_level=1), "escalation level"),
    "an action nobody expected": (story(*WELL, fact(ACKNOWLEDGED, action="suspend")), "protective"),
}  # fmt: skip


def test_a_case_that_ends_as_it_should_has_no_fault() -> None:
    assert ends.faults(WANTED, story(*WELL)) == []
    assert ends.reached(WANTED, story(*WELL))


@pytest.mark.parametrize(("ended", "name"), OTHERWISE.values(), ids=OTHERWISE)
def test_a_case_that_ends_otherwise_is_named(ended: Story, name: str) -> None:
    assert [fault.startswith(name) for fault in ends.faults(WANTED, ended)] == [True]


def test_an_outcome_out_of_sequence_is_named() -> None:
    ended = story(*WELL)
    ended.outcomes = [(1, "received"), (3, "resolved")]
    assert ends.faults(WANTED, ended) != []


# The danger and the burst --------------------------------------------------------------------------


def told(at_ms: float) -> Told:
    return Told("c", "REF", "token", at_ms, 1.0)


def danger(triaged_ms: int, protected_ms: int) -> Played:
    facts = [
        fact("triage.triaged", triaged_ms),
        fact(ACKNOWLEDGED, protected_ms, action="x"),
    ]
    return Played(read_script().danger, told(1000), story(*facts), took_s=1.0)


def burst(*triaged_ms: int | None) -> Burst:
    stories = [story(*([fact("triage.triaged", at)] if at else [])) for at in triaged_ms]
    return Burst([told(900)] * len(stories), stories)


def test_a_danger_that_is_triaged_before_those_told_before_it_overtakes_them() -> None:
    seen = overtaking(danger(1100, 1300), burst(1050, 1200, 3000, None))
    assert seen is not None and seen.well
    assert (seen.triaged_s, seen.protected_s) == (0.1, 0.3)
    assert (seen.before, seen.waiting_when_triaged, seen.waiting_when_protected) == (4, 3, 2)
    assert seen.last_s == 2.1


def test_a_danger_that_waits_its_turn_does_not() -> None:
    seen = overtaking(danger(5000, 5100), burst(1100, 1200, 1300))
    assert seen is not None and not seen.well


def test_a_danger_nobody_acted_on_is_not_measured() -> None:
    waiting = Played(read_script().danger, told(1000), story(fact("triage.triaged", 1100)))
    assert overtaking(waiting, burst(2000)) is None


def test_everything_that_went_wrong_counts() -> None:
    well = Outcome([Played(one, told(1), story(), 1.0) for one in read_script().cases], danger(1100, 1300), burst(3000))
    assert well.faults() == []
    well.refusals.append(Refusal(read_script().malformed[0], "202"))
    well.audit.append(Checked("1 · a rule", 1, ["a breach"]))
    well.cases[0].took_s, well.burst = None, burst(1000)
    well.failed.append("intake still runs")
    assert len(well.faults()) == 5
