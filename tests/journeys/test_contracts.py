"""Every record of every topic is what the AsyncAPI document says of it: a reader needs nothing else."""

import pytest

from shared.contracts.asyncapi import SEALED
from shared.contracts.intake import Receipt
from shared.contracts.topics import KINDS, kind_of
from shared.flow import codec
from shared.flow.records import Record
from tests.contracts.checking import Checked, Checker
from tests.contracts.published import REQUESTS
from tests.journeys.conftest import Performance

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def checked(performance: Performance) -> Checked:
    return Checker().check(performance.records)


def test_every_record_of_the_demo_is_announced_and_of_its_form(checked: Checked) -> None:
    assert checked.wrong == []


def test_the_demo_spoke_on_every_kind_of_topic(checked: Checked) -> None:
    topics = {topic for topic, _ in checked.seen}
    assert {kind_of(topic) for topic in topics} == set(KINDS) - {"dead"}
    lines = {topic.rsplit(".", 1)[-1] for topic in topics if topic.startswith("redress.outcomes.")}
    assert lines == {"ride_hailing", "sharing_economy", "farm_aftersales", "high_speed_rail", "driving_school"}


def test_the_demo_told_most_kinds_of_message(checked: Checked) -> None:
    messages = {message for _, message in checked.seen}
    assert {SEALED, Receipt.TYPE, codec.ANSWER, codec.ORDER} <= messages
    assert len({message for message in messages if message.split(".")[1] == "triage"}) > 15
    assert messages & set(REQUESTS["intake"]) and messages & set(REQUESTS["compensation"])


def test_a_record_that_is_not_of_its_form_is_seen(performance: Performance) -> None:
    good = next(r for r in performance.records if r.topic.startswith("redress.outcomes."))
    assert good.value is not None
    spoilt = [
        Record(good.topic, 0, 1, good.time, good.key, good.value.replace(b'"sequence":', b'"number":'), good.headers),
        Record(good.topic, 0, 2, good.time, good.key, good.value, good.headers[1:]),
        Record(good.topic, 0, 3, good.time, b"another", good.value, good.headers),
        Record("redress.receipts", 0, 4, good.time, good.key, good.value, good.headers),
    ]
    wrong = Checker().check(spoilt).wrong
    assert {fault.split(" ")[0].rsplit("/", 1)[-1].rstrip(":") for fault in wrong} == {"1", "2", "3", "4"}
