"""Rules as their owners write them: signals, nearness, what takes meaning away, and the texts each carries."""

from pathlib import Path

import pytest

from shared.policy import reading
from shared.policy.faults import PackFaults
from shared.policy.packs import SHIPPED, load_pack
from shared.policy.shelf import load_policy
from shared.policy.signals import parse_say
from tests.policy.builders import DAY, HEAD, RULES, ferry, shipped

RULE = """rules:
  - id: ferry.test
    because: a test
    safety: suspected
    plan: rescue
    signals: ["{signal}"]
    catches: ["{catches}"]
    leaves: ["{leaves}"]
"""


def pack_with(folder: Path, signal: str, catches: str, leaves: str, words: str = "") -> Path:
    rule = RULE.replace("{signal}", signal).replace("{catches}", catches).replace("{leaves}", leaves)
    files = {"rules__danger": f"id: ferry.danger\n{HEAD}{rule}"}
    if words:
        files["words__ferry"] = f"id: ferry.words\n{HEAD}words:\n{words}"
    return ferry(folder, **files)


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(PackFaults) as caught:
        load_pack(folder, reading.SECTIONS, shipped().shared)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("signal", "catches", "leaves"),
    [
        ("lifeboat ~ leaks", "the lifeboat also leaks", "the lifeboat is new and the roof of the bar leaks"),
        ("lifeboat ... leaks", "the lifeboat on deck two leaks", "it leaks beside the lifeboat"),
        ("lifeboat + leaks", "it leaks, that lifeboat leaks badly near the bow", "the lifeboat is fine, the tap leaks"),
        ("lifeboat & leaks", "We looked at the lifeboat. It leaks.", "The lifeboat is fine. I had tea. The tap leaks."),
        ("lifeboat && leaks", "The lifeboat. I had tea. It was hot. It leaks.", "The lifeboat is old."),
        ("(gangway|ramp) ... (collapsed|gave way)", "the ramp suddenly gave way", "the ramp is steep"),
        ("船(头|尾)起火", "船尾起火了", "船上有火锅"),
    ],
)
def test_how_near_parts_must_stand(tmp_path, signal: str, catches: str, leaves: str) -> None:
    pack = load_pack(pack_with(tmp_path, signal, catches, leaves), reading.SECTIONS, shipped().shared)

    assert pack.line == "ferry"


def test_a_text_the_rule_must_catch_and_misses_is_a_fault_at_its_line(tmp_path) -> None:
    assert faults_of(pack_with(tmp_path, "fell overboard", "he fell into the sea", "he fell asleep")) == [
        "rules/danger.yaml:12: 'ferry.test' misses “he fell into the sea”;"
        " add the words it should know, or correct the text"
    ]


def test_a_text_the_rule_must_leave_and_catches_is_a_fault(tmp_path) -> None:
    told = faults_of(pack_with(tmp_path, "overboard", "he went overboard", "prices went overboard"))

    assert told == [
        "rules/danger.yaml:13: 'ferry.test' catches “prices went overboard”; add 'unless', or a nearer signal"
    ]


@pytest.mark.parametrize(
    ("signal", "told"),
    [
        ("{sea} + fell", "no list of words 'sea'"),
        ("fell ...", "nothing stands beside"),
        ("(a|b", "a bracket is not closed"),
        ("a + b + c + d + e + f", "more than 5 parts"),
        ("in {water} now", "a list stands alone"),
    ],
)
def test_a_signal_that_cannot_be_read_is_a_fault(tmp_path, signal: str, told: str) -> None:
    assert told in faults_of(pack_with(tmp_path, signal, "x", "y"))[0]


def test_a_safety_rule_needs_its_plan_and_its_texts(tmp_path) -> None:
    bare = f"id: ferry.danger\n{HEAD}rules:\n  - {{id: a.b, because: x, safety: suspected, signals: [water]}}\n"

    assert "names its emergency plan" in faults_of(ferry(tmp_path, rules__danger=bare))[0]


def test_a_plan_or_category_that_does_not_exist_is_a_fault(tmp_path) -> None:
    wrong = RULES.replace("plan: rescue", "plan: resque\n    category: payment_refund.tickets")

    told = faults_of(ferry(tmp_path, rules__danger=wrong))
    assert any("no emergency plan 'resque'" in fault for fault in told)
    assert any("no category 'payment_refund.tickets'" in fault for fault in told)


def test_a_line_may_narrow_a_shared_rule(tmp_path) -> None:
    narrow = RULES + (
        "narrows:\n  - rule: people.weapon\n    because: hooks are tools on a boat\n"
        "    unless: {clause: [fishing knife]}\n    leaves: [He pulled out a fishing knife to cut the rope.]\n"
    )
    policy = load_policy([SHIPPED, ferry(tmp_path / "ferry", rules__danger=narrow)], reading.SECTIONS)
    text = "He pulled out a fishing knife to cut the rope."

    assert "people.weapon" not in reading.read(policy, "ferry", DAY, text).rules
    assert "people.weapon" in reading.read(policy, "ride_hailing", DAY, text).rules


def test_a_line_may_never_silence_a_shared_rule(tmp_path) -> None:
    silence = RULES + (
        "narrows:\n  - rule: people.weapon\n    because: we do not want to hear of it\n"
        "    unless: {clause: [刀, knife]}\n    leaves: [He has a knife.]\n"
    )

    told = faults_of(ferry(tmp_path, rules__danger=silence))
    assert any("this would silence 'people.weapon'" in fault and "never silenced" in fault for fault in told)


def test_words_of_a_line_add_to_the_shared_ones(tmp_path) -> None:
    words = "  weapon: [boathook]\n"
    pack_with(tmp_path / "ferry", "overboard", "man overboard", "on board", words)
    policy = load_policy([SHIPPED, tmp_path / "ferry"], reading.SECTIONS)

    assert "people.weapon" in reading.read(policy, "ferry", DAY, "He pulled out a boathook.").rules


def test_what_a_list_does_not_mean_is_taken_back(tmp_path) -> None:
    words = "  crew: [mate, but not (checkmate|mate's rates)]\n"
    folder = pack_with(tmp_path, "{crew} ... drowned", "the mate drowned", "mate's rates drowned us in forms", words)

    assert load_pack(folder, reading.SECTIONS, shipped().shared).line == "ferry"


@pytest.mark.parametrize(
    ("told", "leaves"),
    [
        ("有人在甲板上滑倒", "没有人在甲板上滑倒"),
        ("没人在餐厅里帮我, 我滑倒了", "無人在餐廳裡滑倒"),
        ("没有人在船舱里管我滑倒", "没人在船上滑倒"),
        ("Nobody on the upper deck, and she lost her footing", "Nobody on the upper deck lost his footing."),
        ("Nobody on the ferry helped when he lost his footing", "No one at the gangway lost her footing."),
    ],
)
def test_nobody_in_a_place_is_denied_as_nobody_is(tmp_path, told: str, leaves: str) -> None:
    words = "  slips: [滑倒, lost (his|her) footing]\n"
    load_pack(pack_with(tmp_path, "{slips}", told, leaves, words), reading.SECTIONS, shipped().shared)


def test_parts_and_relations_are_read_as_written() -> None:
    say = parse_say("{brakes|steering} ... (fails|gone) & 下坡")

    assert [part.lists or part.phrase for part in say.parts] == [("brakes", "steering"), "(fails|gone)", "下坡"]
    assert say.relations == ("...", "&")
