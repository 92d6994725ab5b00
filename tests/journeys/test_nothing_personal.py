"""Nothing that went in can be read on any topic, in any log line, in any metric."""

from collections.abc import Iterable

import orjson
import pytest

from shared.contracts.catalog import SERVICES
from tests.journeys.conftest import Performance

pytestmark = pytest.mark.timeout(300)

WINDOW = {True: 20, False: 7}
"""Characters of a text that must not be found; fewer in Chinese, where they say more."""


def pieces(text: str) -> Iterable[str]:
    """The whole of a short text, overlapping windows of a long one."""
    size = WINDOW[text.isascii()]
    yield from {text[at : at + size] for at in range(0, max(1, len(text) - size + 1), 3)}


def forms(text: str) -> set[bytes]:
    return {text.encode(), orjson.dumps(text)[1:-1], text.encode("ascii", "backslashreplace")}


@pytest.fixture(scope="module")
def planted(performance: Performance) -> set[bytes]:
    texts = performance.script.planted()
    assert len(texts) > 40
    return {form for text in texts for piece in pieces(text) for form in forms(piece)}


def found(planted: set[bytes], where: str, data: bytes) -> list[str]:
    return [f"{where}: {piece.decode(errors='replace')}" for piece in planted if piece in data]


def test_the_looking_finds_what_is_there(planted: set[bytes], performance: Performance) -> None:
    outbox = (performance.run.folder / "outbox.jsonl").read_bytes()  # what goes to people does hold their number
    assert found(planted, "outbox", outbox) != []


def test_no_topic_holds_it(planted: set[bytes], performance: Performance) -> None:
    seen, topics = [], set()
    for record in performance.records:
        topics.add(record.topic)
        parts = [record.key or b"", record.value or b"", *(value for _, value in record.headers)]
        seen += found(planted, f"{record.topic}/{record.partition}/{record.offset}", b"\n".join(parts))
    assert seen == []
    assert {"redress.channels.standard", "redress.contacts.standard", "redress.intake.inbox.express"} <= topics


def test_no_log_line_holds_it(planted: set[bytes], performance: Performance) -> None:
    lines = performance.logs
    assert set(lines) >= {f"{service}.log" for service in SERVICES}
    assert lines["intake.log"].count(b"\n") > 10
    assert [hit for name, text in lines.items() for hit in found(planted, name, text)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_metric_holds_it(planted: set[bytes], performance: Performance, service: str) -> None:
    text = performance.api(service).send("GET", "/metrics").body
    assert b"redress_records_decided_total" in text
    assert found(planted, service, text) == []
