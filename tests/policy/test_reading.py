"""What people really say, read: danger found behind any words, and none where there is none."""

from dataclasses import replace
from datetime import date

import pytest

from shared.policy import engine, reading
from shared.policy.policy import Policy
from tests.policy.builders import DAY, read, shipped

DANGERS = [
    ("ride_hailing", "先说费用，多收了我三十。还有空调不开。最后他没等我站稳就开走了，我膝盖磕在路边，缝了四针。"),
    ("ride_hailing", "司機中途把手放在我大腿上，我叫他停他就鎖門。"),
    ("ride_hailing", "The doors will not open and he does not answer me."),
    ("ride_hailing", "我妈坐车下来人就不对劲了，嘴歪了说不清话。"),
    ("ride_hailing", "si ji yi shen jiu wei kai che, wo hen pa, ta suo le che men bu rang wo xia che"),
    ("sharing_economy", "充电宝在包里发烫鼓包，现在还在冒白烟"),
    ("sharing_economy", "送外卖嗰個男人喺我門口唔肯走，我好驚，唔敢開門"),
    ("farm_aftersales", "停机后刀片还在转，把我爹的袖子绞进去了"),
    ("farm_aftersales", "Loader arms drop without warning, today they came down where my brother had been standing."),
    ("high_speed_rail", "4車有位阿伯倒喺地上，叫極都冇反應，面青口唇白"),
    ("high_speed_rail", "A suitcase came off the rack on my wife's head and she has been sick twice since."),
    ("driving_school", "教练在副驾睡着了，方向盘自己往右跑，差点撞上护栏"),
    (None, "bus driver is nodding off, we drifted over the line twice"),
]
NO_DANGER = [
    ("ride_hailing", "等了二十五分钟司机还没到，气死我了，最后还扣我取消费5块。"),
    ("ride_hailing", "The price is a killer. £46 for 3 miles. Explain or refund."),
    ("ride_hailing", "上个月追尾那个事你们已经赔完了，人也没事，保险也走完了。这次是问发票什么时候开。"),
    ("ride_hailing", "My phone died so I couldn't show the code and I got billed a no-show fee of six dollars."),
    ("sharing_economy", "外卖晚了五十分钟，难吃得要死，要求退款。"),
    ("farm_aftersales", "刹车没毛病，师傅换了片之后灵得很。就是外出费收了两趟。"),
    ("farm_aftersales", "You're killing me with these wait times. Forty-one days for a fuel filter part."),
    ("high_speed_rail", "列车广播反复说“请勿吸烟，吸烟可导致列车紧急制动”，音量太大，建议调低。"),
    ("high_speed_rail", "They've cancelled the 17:42 three days running. My boss is going to murder me."),
    ("driving_school", "报名说包过，挂了两次科二又要交补考培训费600。"),
    (None, "飯店多收了一晚房費，請退。"),
]


@pytest.mark.parametrize(("line", "text"), DANGERS)
def test_rh_4_danger_is_found_however_it_is_told(line: str | None, text: str) -> None:
    found = read(text, line)

    assert found.safety in ("suspected", "confirmed")
    assert (found.lane, found.priority, found.category) == ("express", "P0", "safety")


@pytest.mark.parametrize(("line", "text"), NO_DANGER)
def test_what_only_sounds_like_danger_stays_on_the_standard_lane(line: str | None, text: str) -> None:
    found = read(text, line)

    assert (found.safety, found.lane) == ("none", "standard"), found.rules
    assert found.priority != "P0"


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("我大腿骨折了，还在流血", "crash_or_injury"),
        ("司机尾随我到楼下，守在门口不走", "threat_or_assault"),
        ("He pulled a knife out of the door pocket.", "threat_or_assault"),
        ("车上有人昏迷了，叫不醒，没有呼吸", "medical"),
        ("下坡踩刹车没反应，踩到底都停不下来", "dangerous_machine"),
    ],
)
def test_rh_4_each_danger_starts_its_own_emergency_plan(text: str, plan: str) -> None:
    assert read(text, "ride_hailing").plan == plan


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("发票什么时候开？车费也多收了", "payment_refund"),
        ("司机取消了我的订单，系统还取消两次", "cancellation"),
        ("等了四十分钟司机还没到，晚了太久", "delay_or_no_show"),
        ("司机态度恶劣，一路骂人", "service_attitude"),
        ("开过来我看车牌不对，人车不符", "integrity_fraud"),
        ("我的双肩包落在车上了", "lost_or_damaged_item"),
        ("空调坏了，车窗也坏了升不上去", "vehicle_or_equipment_fault"),
    ],
)
def test_rh_9_the_category_says_what_it_is_about(text: str, category: str) -> None:
    assert read(text, "ride_hailing").category == category


@pytest.mark.parametrize(
    ("line", "text", "detail"),
    [
        ("ride_hailing", "发票抬头开错了，请重开发票", "payment_refund.invoice"),
        ("sharing_economy", "押金七天了还没退", "payment_refund.deposit"),
        ("farm_aftersales", "A站推B站，互相推诿踢皮球", "service_attitude.shirking"),
        ("high_speed_rail", "托运的行李箱轮子断了，行李也丢了一件", "lost_or_damaged_item.luggage"),
        ("driving_school", "教练暗示要送烟才排考试，还要请客", "integrity_fraud.gifts"),
    ],
)
def test_a_line_adds_finer_categories_below_the_shared_ones(line: str, text: str, detail: str) -> None:
    found = read(text, line)

    assert found.detail == detail
    assert found.category == detail.partition(".")[0]
    assert read(text).detail is None


def test_rh_6_an_overcharge_is_a_payment_complaint_and_asks_for_the_amount() -> None:
    found = read("预估28实收61，多收了我三十多块钱，请退款", "ride_hailing")

    assert found.category == "payment_refund"
    assert {"order_number", "amount"} <= set(found.fields)


def test_se_5_safety_property_and_privacy_are_told_apart() -> None:
    assert read("房东把我身份证照片发到群里，隐私泄露", "sharing_economy").category == "privacy"
    assert read("寄来的花瓶碎了，包裹也压坏了", "sharing_economy").category == "lost_or_damaged_item"
    assert read("房东半夜拿钥匙开门进来站在床边，我躲在厕所不敢出声", "sharing_economy").category == "safety"


def test_se_7_no_queue_or_customer_changes_what_danger_is() -> None:
    assert "customer" not in reading.read.__code__.co_varnames
    assert read("充电宝着火了", "sharing_economy").priority == read("充电宝着火了").priority == "P0"


def test_se_2_a_fault_happening_now_is_urgent() -> None:
    found = read("车锁不上，我现在就站在旁边，一直在计费", "sharing_economy")

    assert (found.priority, found.marks) == ("P1", ("real_time",))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A站推B站，互相推诿", "shirking"),
        ("一拖再拖，说了三个明天，就是拖延", "dawdling"),
        ("站长拒绝上门，不愿意外出", "refusing"),
        ("师傅还嘲笑我，阴阳怪气", "mocking"),
        ("服务站和站长电话都没人接，打不通", "not_answering"),
        ("修完没试车就走了，也没清理，态度敷衍", "procedure"),
        ("师傅一直抱怨公司，骂公司", "blaming_company"),
    ],
)
def test_as_9_faults_of_service_are_coded(text: str, code: str) -> None:
    assert read(text, "farm_aftersales").detail == f"service_attitude.{code}"


def test_as_2_a_refusal_is_read_as_one() -> None:
    assert "farm.refusing" in read("B站说不是他们卖的机器，拒绝来修", "farm_aftersales").rules


def test_as_4_a_missing_part_is_read_as_one() -> None:
    assert read("缺件，配件等了两个月还没到货", "farm_aftersales").detail == "parts_or_repair_delay.missing_part"


def test_as_7_mileage_charged_twice_is_read_as_a_payment_complaint() -> None:
    assert read("外出费收了两趟，里程也多算，明明只来一趟", "farm_aftersales").detail == "payment_refund.mileage"


@pytest.mark.parametrize(
    "text", ["我已经联系了电视台记者", "Hundreds of us missed the connection.", "琴在行李里压坏了，值两万块"]
)
def test_hr_4_press_many_people_or_a_large_amount_make_a_major_complaint(text: str) -> None:
    found = read(text, "high_speed_rail")

    assert "major" in found.marks
    assert found.priority in ("P0", "P1")


def test_as_5_phones_nobody_answers_after_hours_are_read_as_such() -> None:
    assert read("下班后服务站电话没人接，打了一晚上", "farm_aftersales").detail == "service_attitude.not_answering"


def test_hr_2_a_railway_complaint_asks_for_name_contact_train_and_seat() -> None:
    assert {"name", "phone", "train_number", "seat"} <= set(read("车上空调坏了，座位也坏了", "high_speed_rail").fields)


def test_hr_6_luggage_asks_for_its_tag_number() -> None:
    assert "luggage_tag" in read("托运的行李丢了，行李箱没到", "high_speed_rail").fields


def test_hr_7_lost_property_is_read_as_such() -> None:
    assert read("保温杯落在4车了，找不到，是遗失物品", "high_speed_rail").detail == "lost_or_damaged_item.lost_property"


def test_hr_8_a_refund_of_a_ticket_is_a_ticket_matter() -> None:
    assert read("退票怎么退？车票改签后还能退票吗", "high_speed_rail").detail == "ticketing.refund"


@pytest.mark.parametrize(
    "text",
    [
        "教练中午喝了酒，说话舌头都大了，还坐副驾带我上路",
        "教练在旁边打瞌睡，车都偏了他没反应",
        "教练下车买烟，叫我自己开一圈",
        "副刹是坏的，教练踩了没反应",
        "方向盘自己往右跑，教练说使劲拽着",
        "The dual brakes don't work, he told me himself.",
    ],
)
def test_ds_1_drink_sleep_a_learner_alone_and_a_faulty_car_are_danger(text: str) -> None:
    assert read(text, "driving_school").category == "safety"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("教练在车里抽烟，一身烟味", "service_attitude.smoking"),
        ("教练老打听我家的私事，问我工资", "privacy.prying"),
    ],
)
def test_ds_1_smoking_and_prying_are_conduct_not_danger(text: str, detail: str) -> None:
    found = read(text, "driving_school")

    assert (found.safety, found.detail) == ("none", detail)


def test_ds_2_shortened_hours_are_read_as_such() -> None:
    assert read("约了两小时只练了一个半小时就提前下课", "driving_school").detail == "teaching_hours.short"


def test_ds_3_a_hint_at_gifts_is_a_breach_of_integrity() -> None:
    assert read("教练暗示送两条烟，要请客吃饭", "driving_school").detail == "integrity_fraud.gifts"


@pytest.mark.parametrize("text", ["没经我同意就换了另一个教练来带我", "My instructor was swapped and nobody asked me."])
def test_ds_4_an_instructor_swapped_without_consent_is_read_as_such(text: str) -> None:
    assert "school.swap" in read(text, "driving_school").rules


def test_ds_5_an_instructor_who_does_not_come_on_time_is_read_as_such() -> None:
    assert read("约好的教练八点没来，等了一个小时", "driving_school").detail == "delay_or_no_show.instructor"


@pytest.mark.parametrize("signals", [("sos",), ("active_lesson",), ("active_lesson", "no_answer"), ("crash_sensor",)])
def test_ds_7_silence_on_an_active_lesson_or_with_an_sos_is_danger(signals: tuple[str, ...]) -> None:
    found = read("", "driving_school", signals)

    assert (found.lane, found.priority) == ("express", "P0")
    assert found.marks == ()
    assert found.evidence[0].channel in (*signals, None)


def test_ds_7_silence_without_any_of_them_is_logged_only() -> None:
    found = read("……", "driving_school")

    assert (found.safety, found.priority, found.marks) == ("none", "P3", ("silent_contact",))


def test_ds_8_a_suggestion_is_one_and_takes_the_short_road() -> None:
    found = read("建议训练场加装几盏灯，希望能考虑一下", "driving_school")

    assert (found.kind, found.priority) == ("suggestion", "P3")


def test_a_question_and_praise_are_told_from_complaints() -> None:
    assert read("请问孩子几岁可以自己坐高铁？", "high_speed_rail").kind == "inquiry"
    assert read("昨天的司机特别细心，谢谢，给他点赞", "ride_hailing").kind == "praise"


def test_a_signal_of_the_channel_needs_no_words() -> None:
    found = read("麻烦开发票", "ride_hailing", ("sos",))

    assert found.safety == "confirmed"
    assert ("channel.sos", "sos") in [(evidence.rule, evidence.channel) for evidence in found.evidence]


def test_a_fact_of_a_partner_counts_like_a_word() -> None:
    assert read("", "ride_hailing", facts={"crash_sensor": True}).plan == "crash_or_injury"
    assert read("麻烦开发票", "ride_hailing", facts={"crash_sensor": False}).safety == "none"


def test_evidence_points_into_what_was_written() -> None:
    text = "唔好意思，司機　用刀指住我，好驚"
    found = read(text, "ride_hailing")

    places = [evidence for evidence in found.evidence if evidence.start is not None]
    assert places
    assert all(text[evidence.start : evidence.end] == evidence.text for evidence in places)


def test_what_goes_on_topics_quotes_nothing() -> None:
    text = "王小明 司机打我，我流血了"
    found = read(text, "ride_hailing")

    assert "text" not in str([list(evidence) for evidence in found.without_text()["evidence"]])
    assert "王小明" not in str(found.without_text())


def test_a_decision_names_its_rules_and_its_version() -> None:
    found = read("司机持刀威胁我", "ride_hailing")

    assert found.rules
    assert found.version.startswith("ride_hailing@")
    assert read("司机持刀威胁我", "driving_school").version != found.version


def test_the_screen_finds_every_danger_the_whole_reading_finds() -> None:
    for line, text in [*DANGERS, *NO_DANGER]:
        screened = reading.screen(shipped(), line, DAY, text)
        assert screened.lane == read(text, line).lane


def test_without_a_line_or_with_an_unknown_one_the_shared_rules_decide() -> None:
    assert read("司机持刀威胁我").safety == "confirmed"
    assert read("司机持刀威胁我", "trams").safety == "confirmed"


def test_when_no_rules_are_in_force_a_person_reads_it_at_once() -> None:
    found = reading.read(Policy([]), None, DAY, "发票")

    assert (found.safety, found.lane, found.rules) == ("suspected", "express", ("needs-person.rules-not-loaded",))
    assert reading.read(shipped(), "ride_hailing", date(2001, 1, 1), "发票").rules == found.rules


def test_when_a_rule_crashes_a_person_reads_it_at_once(monkeypatch) -> None:
    def crashes(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "decide", crashes)
    found = read("发票", "ride_hailing")

    assert (found.safety, found.lane, found.plan) == ("suspected", "express", "needs_person")
    assert found.rules == ("needs-person.rule-crashed",)


def test_the_second_opinion_only_raises() -> None:
    text = "他一直跟着我，手还伸过来摸我的腿，我很害怕"
    with_it = read(text, "ride_hailing")
    alone = engine.engine_for(shipped().at("ride_hailing", DAY))
    without = alone.with_opinion(None).read(text)

    assert without.safety in ("suspected", "confirmed")
    assert set(without.rules) <= set(with_it.rules)


def test_the_second_opinion_names_itself() -> None:
    found = read("His eyes were red and he asked me twice what colour the light was.", None)

    assert "second-opinion.danger" in found.rules
    assert any(evidence.rule == "second-opinion.danger" and evidence.text for evidence in found.evidence)
    assert replace(found, version="").as_json()["safety"] == "suspected"


def test_dangers_told_in_a_few_words_are_raised_and_plain_matters_are_not() -> None:
    for cry in ("救命", "车着火了", "车厢里有烟", "the car is on fire", "he hit me"):
        assert read(cry).safety != "none", cry
    for matter in ("车门坏了", "司機遲到", "refund please", "我要退款"):
        assert read(matter).safety == "none", matter
