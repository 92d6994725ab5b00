"""Each rule over the documents holds of what the flow writes, and names what breaks it."""

import copy

from shared.ops.store_checks import StoreChecks, forms_of, planted_in
from tests.ops.building import COMPLAINT, document, reference

SOURCE = f"triage/{COMPLAINT}"
GROUPS = {"redress.triage.standard": {("t", 0): 1}}


def looked(thing: dict, pages: dict | None = None) -> StoreChecks:
    checks = StoreChecks(GROUPS)
    checks.take("triage", thing, pages or {})
    return checks


def test_an_untouched_history_is_whole_and_a_changed_one_is_not() -> None:
    thing = document()
    assert looked(thing).history.breaches == []
    touched = copy.deepcopy(thing)
    touched["history"][1]["who"] = "staff:someone-else"
    assert looked(touched).history.breaches == [f"{SOURCE} at entry 1"]


def test_a_history_that_moved_to_pages_is_whole_with_them_only() -> None:
    thing = document(4)
    page = {"entries": thing["history"][:2]}
    thing["history"], thing["pages"] = thing["history"][2:], 1
    assert looked(thing, {1: page}).history.breaches == []
    assert looked(thing).history.breaches == [f"{SOURCE}: a page"]


def test_a_hash_told_that_does_not_stand_is_a_breach_and_one_told_later_is_none() -> None:
    thing = document(2)
    stood = {entry["n"]: entry["hash"] for entry in thing["history"]}
    assert looked(thing).chains({SOURCE: stood | {3: "later"}}).breaches == []
    assert looked(thing).chains({SOURCE: stood | {2: "other"}}).breaches == [f"{SOURCE}/2"]


def test_a_number_told_that_is_on_no_topic_is_a_gap() -> None:
    assert looked(document(3)).gaps({SOURCE: {1, 2, 3}}, trimmed=False).breaches == []
    assert looked(document(3)).gaps({SOURCE: {1, 3}}, trimmed=False).breaches == [f"{SOURCE}/2"]
    assert looked(document(3)).gaps({}, trimmed=False).breaches == [f"{SOURCE}/{n}" for n in (1, 2, 3)]


def test_the_oldest_may_be_gone_with_their_retention_and_what_waits_in_replay_is_not_lost() -> None:
    assert looked(document(3)).gaps({SOURCE: {2, 3}}, trimmed=True).breaches == []
    thing = document(3)
    thing["replay"] = [{"topic": "t", "partition": 0, "offset": 1, "out": [{"headers": [["ce_sequence", b"3"]]}]}]
    assert looked(thing).gaps({SOURCE: {1, 2}}, trimmed=False).breaches == []


def test_what_stands_in_replay_of_a_committed_record_was_told() -> None:
    thing = document(3)
    thing["replay"] = [{"topic": "t", "partition": 0, "offset": 0, "out": [{"headers": [["ce_sequence", b"3"]]}]}]
    assert looked(thing).gaps({SOURCE: {1, 2}}, trimmed=False).breaches == [f"{SOURCE}/3"]


def test_numbers_begin_anew_with_the_epoch() -> None:
    thing = document(1)
    thing["told"] = 2 * 2**32 + 2
    assert looked(thing).gaps({SOURCE: {2 * 2**32 + 1, 2 * 2**32 + 2}}, trimmed=False).breaches == []


def test_what_a_caller_holds_is_looked_for_by_id_and_by_reference() -> None:
    checks = StoreChecks(GROUPS)
    for service in ("intake", "triage"):
        checks.take(service, document(), {})
    assert [one.breaches for one in checks.accepted([COMPLAINT, reference()])] == [[], []]
    lost = checks.accepted([reference("c" + "b" * 26)])
    assert [len(one.breaches) for one in lost] == [1, 1]


def test_a_planted_text_is_found_in_any_spelling() -> None:
    planted = {"line 1": forms_of("葉知秋"), "line 2": forms_of("0900 000 104")}
    for data in ("葉知秋".encode(), b'{"n": "\\u8449\\u77e5\\u79cb"}'):
        assert planted_in([b"x", data], planted) == ["line 1"]
    assert planted_in([b'"0900 000 104"'], planted) == ["line 2"]
    assert planted_in([b"nothing"], planted) == []
