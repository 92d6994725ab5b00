"""Whichever way a group refuses a commit, its member holds nothing until it is taken in again, by itself."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.protocol.commit import OffsetCommitRequest

from tests.conformance.conftest import KafkaLogs
from tests.conformance.test_log import held, message, read

REBALANCING, ANOTHER_GENERATION, UNKNOWN_MEMBER = 27, 22, 25


@pytest.fixture
async def logs(any_kafka, fresh):
    made = KafkaLogs(fresh, any_kafka)
    yield made
    await made.close()


@pytest.mark.parametrize("code", [REBALANCING, ANOTHER_GENERATION, UNKNOWN_MEMBER])
async def test_a_member_whose_commit_is_refused_decides_nothing_more_and_comes_back_to_what_is_committed(logs, code):
    topic = await logs.topic("facts", 1)
    log = await logs.member("g", topic)
    await log.publish([message(topic, "k", str(n)) for n in range(5)])
    found = await read(log, 5)
    coordinator = log._consumer._coordinator
    ask = coordinator._send_req

    async def refused(request: Any) -> Any:
        if not isinstance(request, OffsetCommitRequest):
            return await ask(request)
        coordinator._send_req = ask
        return SimpleNamespace(topics=[(topic, [(0, code)])])

    coordinator._send_req = refused
    await log.commit({(topic, 0): 3}, found[0].assignment)
    assert log.owned() == {} and log.current(found) == []
    await held(log, 1)
    log.seek(log.owned())  # `held` read on while it waited
    assert [r.offset for r in await read(log, 5)] == [0, 1, 2, 3, 4]
