"""Packs loaded and checked whole; what is in force on a day; a broken pack never replaces a working one."""

from datetime import date
from pathlib import Path

import pytest

from shared.policy import plans, profile, reading
from shared.policy.documents import Dated
from shared.policy.faults import PackFaults
from shared.policy.packs import SHIPPED, load_pack
from shared.policy.policy import Policy, UnknownLine
from shared.policy.sections import Section
from shared.policy.shelf import PackShelf, load_policy
from tests.policy.builders import DAY, HEAD, PLANS, PROFILE, RULES, ferry, shipped, write_pack


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(PackFaults) as caught:
        load_pack(folder, reading.SECTIONS)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


def test_the_shipped_packs_have_no_fault() -> None:
    assert shipped().lines == (
        "driving_school",
        "farm_aftersales",
        "high_speed_rail",
        "ride_hailing",
        "sharing_economy",
    )


def test_a_small_pack_loads(tmp_path) -> None:
    pack = load_pack(ferry(tmp_path / "ferry"), reading.SECTIONS)

    assert pack.line == "ferry"
    assert [document.id for document in pack.of("rules")] == ["ferry.danger"]


def test_an_unknown_key_is_refused_and_the_right_one_offered(tmp_path) -> None:
    ferry(tmp_path, pack=PROFILE.replace("time_zone", "timezone"))

    assert faults_of(tmp_path) == [
        "pack.yaml:1: 'time_zone' is missing; add a line 'time_zone: …': like Asia/Shanghai",
        "pack.yaml:7: 'timezone' is not known here; did you mean 'time_zone'?",
    ]


def test_several_faults_are_told_at_once_each_at_its_line(tmp_path) -> None:
    ferry(tmp_path, pack=PROFILE.replace("unit: desk", "unit: attic").replace("Asia/Shanghai", "Moon/Base"))
    told = faults_of(tmp_path)

    assert told == ["pack.yaml:7: 'time_zone': 'Moon/Base' is no time zone; write one like Asia/Shanghai"]


def test_a_queue_of_an_unknown_unit_is_a_fault(tmp_path) -> None:
    ferry(tmp_path, pack=PROFILE.replace("{id: general, unit: desk", "{id: general, unit: attic"))

    assert faults_of(tmp_path) == ["pack.yaml:11: no unit 'attic'; name one of ['desk']"]


def test_cases_without_a_queue_are_a_fault(tmp_path) -> None:
    ferry(tmp_path, pack=PROFILE.replace("en: rest}}", "en: rest}, categories: [other]}"))

    assert "some cases have no queue; let the last queue have no conditions" in faults_of(tmp_path)[0]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("in_force: {from: 2020-13-01}", "date"),
        ("in_force: {from: 20200101}", "YYYY-MM-DD"),
        ("in_force: {from: 2021-01-01, until: 2020-01-01}", "'until' lies before 'from'"),
    ],
)
def test_a_wrong_date_is_a_fault(tmp_path, wrong: str, told: str) -> None:
    ferry(tmp_path, plans=PLANS.replace("in_force: {from: 2020-01-01}", wrong))

    assert told in faults_of(tmp_path)[0]
    assert faults_of(tmp_path)[0].startswith("plans.yaml:5:")


def test_a_file_of_no_section_is_a_fault(tmp_path) -> None:
    ferry(tmp_path / "p", rule__typo=RULES)
    with pytest.raises(PackFaults, match=r"rule/typo.yaml:1: belongs to no section of a pack"):
        load_pack(tmp_path / "p")


def test_an_empty_folder_says_what_to_put_there(tmp_path) -> None:
    with pytest.raises(PackFaults, match="holds no pack file"):
        load_pack(tmp_path)


def test_versions_stand_beside_each_other_and_the_day_chooses(tmp_path) -> None:
    old = PLANS.replace("{from: 2020-01-01}", "{from: 2020-01-01, until: 2025-12-31}")
    new = PLANS.replace('version: "1"', 'version: "2"').replace("2020-01-01", "2026-01-01")
    policy = Policy([load_pack(ferry(tmp_path, plans=old, plans_2026=new), reading.SECTIONS)])

    assert policy.at("ferry", date(2025, 12, 31)).of("plans")["ferry.plans"].version == "1"
    assert policy.at("ferry", date(2026, 1, 1)).of("plans")["ferry.plans"].version == "2"
    assert policy.at("ferry", date(2019, 12, 31)).of("plans") == {}
    assert [document.version for document in policy.versions("plans", "ferry.plans")] == ["1", "2"]


def test_versions_in_force_on_the_same_day_are_a_fault(tmp_path) -> None:
    ferry(tmp_path, plans_b=PLANS.replace('version: "1"', 'version: "2"'))

    assert "is in force on some of the same days; end the older one with 'until'" in faults_of(tmp_path)[0]


def test_a_version_name_used_twice_is_a_fault(tmp_path) -> None:
    later = PLANS.replace("2020-01-01", "2026-01-01")
    ferry(tmp_path, plans=PLANS.replace("{from: 2020-01-01}", "{from: 2020-01-01, until: 2025-12-31}"), plans_b=later)

    assert "version '1' of 'ferry.plans' stands also in" in faults_of(tmp_path)[0]


def test_the_version_names_exactly_what_is_in_force(tmp_path) -> None:
    one = Policy([load_pack(ferry(tmp_path / "one"), reading.SECTIONS)]).at("ferry", DAY)
    same = Policy([load_pack(ferry(tmp_path / "two"), reading.SECTIONS)]).at("ferry", DAY)
    changed = ferry(tmp_path / "three", rules__danger=RULES.replace("在水里", "") + "# a word more\n")
    other = Policy([load_pack(changed, reading.SECTIONS)]).at("ferry", DAY)

    assert one.version == same.version
    assert other.version != one.version
    assert other.version_of("plans") == one.version_of("plans")


def test_an_unknown_line_says_which_are_known() -> None:
    with pytest.raises(UnknownLine, match="driving_school"):
        shipped().at("trams", DAY)


def test_a_broken_new_pack_never_replaces_a_working_one(tmp_path) -> None:
    ferry(tmp_path / "ferry")
    shelf = PackShelf([tmp_path], reading.SECTIONS)
    working = shelf.policy.at("ferry", DAY).version

    (tmp_path / "ferry" / "rules" / "danger.yaml").write_text("rules: [")
    faults = shelf.reload()

    assert [fault.line for fault in faults] == [1]
    assert shelf.policy.at("ferry", DAY).version == working

    (tmp_path / "ferry" / "rules" / "danger.yaml").write_text(RULES + "# mended\n")
    assert shelf.reload() == ()
    assert shelf.policy.at("ferry", DAY).version != working


def test_one_broken_pack_leaves_the_others_working(tmp_path) -> None:
    ferry(tmp_path / "ferry")
    write_pack(tmp_path / "tram", pack=PROFILE.replace("id: ferry", "id: tram").replace("time_zone", "zone"))
    shelf = PackShelf([tmp_path], reading.SECTIONS)

    assert shelf.policy.lines == ("ferry",)
    assert shelf.faults


def test_a_check_that_breaks_down_is_a_fault_of_the_pack_not_a_crash(tmp_path) -> None:
    def breaks(documents, pack):
        raise KeyError("defect")

    section = Section("plans", "plans*.yaml", plans.Plans, "plans", breaks)
    with pytest.raises(PackFaults, match="broke down"):
        load_pack(ferry(tmp_path), [profile.SECTION, section])


def test_a_line_folder_more_is_a_line_more(tmp_path) -> None:
    policy = load_policy([SHIPPED, ferry(tmp_path / "ferry")], reading.SECTIONS)

    assert "ferry" in policy.lines
    assert reading.read(policy, "ferry", DAY, "有人落水了").rules[0] == "ferry.overboard"


def test_own_documents_stand_before_shared_ones(tmp_path) -> None:
    own = PLANS.replace("id: ferry.plans", "id: shared.plans")
    policy = load_policy([SHIPPED, ferry(tmp_path / "ferry", plans=own)], reading.SECTIONS)

    assert policy.at("ferry", DAY).of("plans")["shared.plans"].file.endswith("ferry/plans.yaml")
    assert policy.at("ride_hailing", DAY).of("plans")["shared.plans"].file.endswith("all_lines/plans.yaml")


def test_a_head_is_needed_on_every_file() -> None:
    missing = {name for name, field in Dated.model_fields.items() if field.is_required()}

    assert missing == {"id", "version", "owner", "source", "in_force"}
    assert HEAD.count("\n") == 4


def test_fields_are_those_of_the_category_and_of_every_complaint() -> None:
    document = shipped().at("high_speed_rail", DAY).get("pack", "high_speed_rail")

    assert document is not None
    assert "luggage_tag" in document.content.fields_for("lost_or_damaged_item.luggage")
    assert "luggage_tag" not in document.content.fields_for("ticketing.refund")
    assert set(document.content.fields_for("other")) == {"name", "phone", "train_number", "seat", "travel_date"}


@pytest.mark.parametrize(
    ("file", "right", "wrong", "told"),
    [
        (
            "pack",
            "safety_contact: desk\n",
            "",
            "'safety_contact' is missing; add a line 'safety_contact: …': the id of",
        ),
        ("pack", "names: {zh-Hans: 渡轮, zh-Hant: 渡輪, en: Ferry}\n", "", "written {zh-Hans: …, zh-Hant: …, en: …}"),
        (
            "pack",
            "- {id: general, unit: desk, names: {zh-Hans: 其他, zh-Hant: 其他, en: rest}}",
            "- general",
            "'queues' is 'general'; write {id: …, unit: …, names: …}; safety, categories, businesses",
        ),
        (
            "pack",
            "units: [{id: desk, names: {zh-Hans: 台, zh-Hant: 台, en: desk}}]",
            "units: {id: desk}",
            "'units' is a mapping; write a list: each item on its own line after '- ', as {id: …, names: …}",
        ),
        (
            "pack",
            "units: [{id: desk, names: {zh-Hans: 台, zh-Hant: 台, en: desk}}]",
            "units: []",
            "'units' is an empty list; write at least 1 item, each on its own line after '- ', as {id: …, names: …}",
        ),
        (
            "rules__danger",
            "    safety: confirmed",
            "    weight: 21",
            "'weight' is '21'; write a number of at least 1 and",
        ),
        ("rules__danger", "    safety: confirmed", "    weight: 0", "and of at most 20"),
        ("plans", "within_minutes: 5", "within_minutes: soon", "write a whole number"),
    ],
)
def test_what_goes_there_is_told_in_plain_words(tmp_path, file: str, right: str, wrong: str, told: str) -> None:
    text = {"pack": PROFILE, "plans": PLANS, "rules__danger": RULES}[file]
    assert right in text
    ferry(tmp_path, **{file: text.replace(right, wrong)})

    faults = faults_of(tmp_path)
    assert any(told in fault for fault in faults), faults
    assert not any("tuple" in fault or "validation" in fault or "input should" in fault for fault in faults)


def test_a_rule_asks_for_fields_the_line_knows(tmp_path) -> None:
    fields = "fields: [{field: sailing, names: {zh-Hans: 航次, zh-Hant: 航次, en: sailing}}]\n"
    asks = RULES.replace("    safety:", "    ask: [sailing, salling, deck]\n    safety:")
    ferry(tmp_path, pack=PROFILE + fields, rules__danger=asks)

    assert faults_of(tmp_path) == [
        "rules/danger.yaml:9: no field 'deck'; add it under 'fields' in pack.yaml, or correct it",
        "rules/danger.yaml:9: no field 'salling'; did you mean 'sailing'?",
    ]


@pytest.mark.parametrize("several", ["cap + deck", "cap ~ deck", "cap && deck"])
def test_what_takes_the_meaning_away_is_one_thing(tmp_path, several: str) -> None:
    ferry(tmp_path, rules__danger=RULES.replace("    catches:", f"    unless: {{clause: [{several}]}}\n    catches:"))

    [fault] = faults_of(tmp_path)
    assert "has several parts; here stands one thing: put the parts as a phrase in a list" in fault
