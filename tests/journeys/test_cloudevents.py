"""Every record of the demo is a CloudEvent to the library as well, and both read the same in it."""

import pytest
from cloudevents.core.bindings.kafka import to_structured

from shared.flow import codec
from shared.flow.envelope import ATTRIBUTES
from shared.flow.records import Record
from tests.contracts.oracle import FORMAT, comparable, event_of, record_of, said
from tests.journeys.conftest import Performance

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def events(performance: Performance) -> list[Record]:
    """All but what is no event: an integration's own entries, and what could not be read."""
    others = ("redress.channels.", ".dead")
    return [record for record in performance.records if not any(part in record.topic for part in others)]


def test_the_library_reads_in_every_record_what_our_codec_reads(events: list[Record]) -> None:
    for record in events:
        attributes, data = codec.read(record)
        ours = {"partitionkey": (record.key or b"").decode(), **comparable(attributes)}
        assert said(event_of(record)) == (ours, data), f"{record.topic}/{record.partition}/{record.offset}"
    assert len(events) > 1000


def test_every_record_told_again_in_structured_mode_says_the_same_to_us(events: list[Record]) -> None:
    for record in events:
        event = event_of(record)
        attributes, data = codec.read(record_of(to_structured(event, FORMAT), record))
        known = {name: value for name, value in attributes.items() if name in ATTRIBUTES}
        assert (comparable(known), data) == said(event), f"{record.topic}/{record.partition}/{record.offset}"
