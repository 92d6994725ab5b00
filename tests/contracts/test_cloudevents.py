"""The CloudEvents library reads what our codec writes, and our codec what the library writes, in both modes."""

from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import to_binary, to_structured
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from services.triage.domain import StaffRequest
from shared.contracts.notify import SurveyAnswered
from shared.flow import codec
from shared.flow.envelope import ATTRIBUTES
from shared.flow.messages import Answer, Fact, Order, Request, Tick
from shared.flow.records import Outgoing, Record
from tests.contracts.oracle import FORMAT, comparable, event_of, record_of, said

HIGH = "express"
NOW = datetime(2026, 11, 22, 8, 30, 0, 123000, tzinfo=UTC)
THING = "c7mcb2p5q3u6w4x2y7z3a5b6c2d"
WRITTEN = {
    "fact": codec.fact_event(
        Fact("notify", THING, SurveyAnswered.TYPE, 3, NOW, "express", THING, SurveyAnswered(score=4), {"messages": {}}),
        "redress.notify.express", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ),
    "request": codec.request_event(
        Request(THING, "redress.triage.steps.v1", "staff:a1:键", "f", "staff:a1", StaffRequest(by="staff:a1"), THING),
        "redress.triage.inbox.standard",
    ),
    "tick": codec.tick_event(Tick(THING, "first_answer", 1_795_336_200_000), "redress.triage.inbox.standard"),
    "answer": codec.answer_event(Answer(THING, "payout/1", "k", 2, "done", {"x": "é"}), "redress.notify.inbox.express"),
    "order": codec.order_event(Order(THING, "payout/1", "payout", "k", 1, {}), "redress.notify.effects.express", HIGH),
}  # fmt: skip


def known(attributes):
    """Structured mode carries the library's own attributes as well."""
    return {name: value for name, value in attributes.items() if name in ATTRIBUTES}


def appended(message: Outgoing) -> Record:
    return Record(message.topic, 0, 0, NOW, message.key_bytes, message.value, message.headers)


@pytest.mark.parametrize("kind", WRITTEN)
def test_the_library_reads_what_we_write(kind):
    record = appended(WRITTEN[kind])
    attributes, data = codec.read(record)
    theirs, their_data = said(event_of(record))
    ours = {"partitionkey": THING, **comparable(attributes)}  # the library takes it from the record's key
    assert (theirs, their_data) == (ours, data)


@pytest.mark.parametrize("write", [to_binary, to_structured])
@pytest.mark.parametrize("kind", WRITTEN)
def test_what_the_library_writes_again_says_the_same_to_us(kind, write):
    event = event_of(appended(WRITTEN[kind]))
    attributes, data = codec.read(record_of(write(event, FORMAT)))
    assert (comparable(known(attributes)), data) == said(event)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(TEXT, each, max_size=4), max_leaves=12,
)  # fmt: skip
TIMES = st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1 < at.year < 9999)
EVENTS = st.builds(
    lambda id, source, type, subject, time, data, lane: CloudEvent(
        {"id": id, "source": source, "type": type, "subject": subject, "time": time, "specversion": "1.0",
         "datacontenttype": "application/json", "lane": lane}, data,
    ),
    TEXT, TEXT, TEXT, TEXT, TIMES,
    st.dictionaries(TEXT, JSON, max_size=4), TEXT,
)  # fmt: skip


@pytest.mark.parametrize("write", [to_binary, to_structured])
@given(event=EVENTS)
def test_any_event_the_library_writes_says_the_same_to_us(write, event):
    attributes, data = codec.read(record_of(write(event, FORMAT)))
    assert (comparable(known(attributes)), data) == said(event)
