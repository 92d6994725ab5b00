"""What changed rules would do to past complaints."""

from shared.policy import reading
from shared.policy.packs import SHIPPED, load_pack
from shared.policy.rule_trials import takes, try_on
from shared.policy.shelf import load_policy
from tests.policy.builders import RULES, ferry

WIDER = RULES.replace("man overboard)", "man overboard|slipped off the deck)")


def trial(tmp_path, changed: str, past: list[dict]) -> list[dict]:
    before = load_policy([SHIPPED, ferry(tmp_path / "ferry")], reading.SECTIONS)
    new = load_pack(ferry(tmp_path / "new", rules__danger=changed), reading.SECTIONS, before.shared)
    return list(try_on(past, before, before.with_pack(new)))


def test_what_is_read_otherwise_is_listed_and_counted(tmp_path) -> None:
    past = [
        {"id": "1", "line": "ferry", "text": "My cap slipped off the deck.", "safety_critical": False},
        {"id": "2", "line": "ferry", "text": "有人落水了", "safety_critical": True},
    ]
    change, summary = trial(tmp_path, WIDER, past)

    assert change["id"] == "1"
    assert change["after"]["safety"] == "confirmed"
    assert "ferry.overboard" in change["rules_gained"]
    assert summary["summary"]["danger gained"] == 1
    assert summary["summary"]["before"] == {"recall": 1.0, "precision": 1.0}
    assert summary["summary"]["after"] == {"recall": 1.0, "precision": 0.5}
    assert (summary["summary"]["false_alarms"], summary["summary"]["missed"]) == (["1"], [])


def test_a_danger_still_missed_is_named_though_nothing_changed_about_it(tmp_path) -> None:
    past = [{"id": n, "line": "ferry", "text": "航班准点，一切都好", "safety_critical": True} for n in range(60)]
    (summary,) = trial(tmp_path, WIDER, past)

    assert summary["summary"]["missed"] == [*range(50)]


def test_lines_without_a_pack_are_named(tmp_path) -> None:
    past = [{"text": "发票", "line": "ferry"}, {"text": "发票", "line": "fery"}, {"text": "发票"}]
    *_, summary = trial(tmp_path, WIDER, past)

    assert summary["summary"]["read_by_shared_rules_alone"] == ["fery"]


def test_rules_that_begin_later_are_tried_all_the_same(tmp_path) -> None:
    later = WIDER.replace("2020-01-01", "2030-01-01").replace('version: "1"', 'version: "2"')
    past = [{"id": "1", "line": "ferry", "text": "My cap slipped off the deck.", "on": "2026-01-05"}]

    assert [change.get("id") for change in trial(tmp_path, later, past)] == ["1", None]


def test_an_unchanged_pack_changes_nothing(tmp_path) -> None:
    (summary,) = trial(tmp_path, RULES, [{"id": "1", "text": "有人落水了", "line": "ferry"}])

    assert summary["summary"]["changed"] == 0


def test_only_texts_are_taken() -> None:
    assert takes({"text": "发票"})
    assert not takes({"table": "cn_rail.refund", "facts": {}})
