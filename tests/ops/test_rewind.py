"""A rewind goes back to what came since the copy, of what was read, and numbers above all that were ever told."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import clock
from shared.flow.records import Outgoing, Part
from shared.flow.telling import EPOCH
from shared.kafka.offsets import set_offsets
from shared.kafka.publisher import Publisher
from shared.kafka.reading import Reader
from shared.kafka.settings import KafkaSettings
from shared.mongo.client import database
from shared.mongo.lanes import epoch
from shared.ops.main import main
from shared.ops.rewind import Since
from tests.ops.building import AT, fact

LATER = AT + timedelta(hours=1)
PART: Part = ("redress.triage.standard", 0)


def since(*records: Any, to: datetime = LATER) -> Since:
    found = Since("triage", to)
    for record in records:
        found.take(record)
    return found


def test_each_partition_goes_back_to_the_first_record_since_and_never_forward() -> None:
    found = since(*[fact(n)._replace(time=AT + timedelta(minutes=20 * n)) for n in range(1, 6)])
    assert found.firsts == {PART: 3}
    assert found.back({PART: 5}) == {PART: 3}
    assert found.back({PART: 2}) == {}
    assert found.back({("redress.triage.standard", 1): 9}) == {}


def test_the_epoch_rises_above_the_stores_and_above_whatever_the_log_holds() -> None:
    assert since(fact(7)).epoch(0) == 1
    assert since(fact(7)).epoch(4) == 5
    assert since(fact(3 * EPOCH + 2)).epoch(1) == 4


@pytest.mark.parametrize("number", [str(2**63 - 1), "9" * 5000, "²"])
def test_a_number_that_a_sender_made_up_raises_no_epoch(number: str) -> None:
    made_up = (("ce_teller", b"triage"), ("ce_sequence", number.encode()))
    forged = fact(7)._replace(topic="redress.channels.standard", headers=made_up)
    assert since(fact(7), forged).epoch(0) == 1


def test_a_record_nobody_can_read_takes_no_partition_back() -> None:
    unread = fact(1)._replace(time=LATER, value=None, headers=(), unreadable="no UTF-8")
    assert since(unread).firsts == {}


def test_a_time_without_a_zone_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rewind", "triage", "--to", "2026-11-24T08:00:00"])
    assert ended.value.code == 2 and "with its zone" in capsys.readouterr().err


async def test_a_service_that_read_past_the_copy_stands_before_it_again(
    own_pair, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, group = KafkaSettings(own_pair.kafka, idempotent=False), "redress.triage.standard"
    publisher = Publisher(settings, "standard")
    await publisher.publish([Outgoing(PART[0], "c1", b"{}", fact(n).headers) for n in (1, 2)])
    await asyncio.sleep(0.01)  # the log's clock counts milliseconds
    copied = clock.now()
    await asyncio.sleep(0.01)
    await publisher.publish([Outgoing(PART[0], "c1", b"{}", fact(n).headers) for n in (3, 2 * EPOCH + 1)])
    await publisher.stop()
    async with Reader(settings) as reader:
        stands = {part: end for part, (_, end) in (await reader.spans([PART[0]])).items() if end}
        await set_offsets(settings, group, stands)
        monkeypatch.setenv("INTAKE_KAFKA", own_pair.kafka)
        monkeypatch.setenv("TRIAGE_KAFKA", own_pair.kafka)
        monkeypatch.setenv("TRIAGE_MONGO", own_pair.mongo_url)
        assert await asyncio.to_thread(main, ["rewind", "triage", "--to", copied.astimezone(UTC).isoformat()]) == 0
        assert {part: at - 2 for part, at in stands.items()} == await reader.committed(group, list(stands))
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0]["epoch"] == 3 and rows[1]["to"] == rows[1]["from"] - 2
    assert await epoch(database(own_pair.mongo_url, "redress_triage")) == 3
