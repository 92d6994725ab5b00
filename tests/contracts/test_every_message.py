"""What the four services tell under the simulator's faults is as the AsyncAPI document says; the rest is buried."""

from collections import Counter
from collections.abc import Iterable

import pytest

from shared.contracts.asyncapi import DEAD, ENTRY
from shared.contracts.intake import Receipt
from shared.contracts.topics import KINDS, kind_of
from shared.flow import codec
from shared.flow.records import Record
from tests.contracts.checking import Checker
from tests.contracts.published import document
from tests.simulation.run import run
from tests.simulation.virtual_time import quiet_logs

pytestmark = pytest.mark.timeout(300)

SEEDS = range(20)
STRANGE = ("redress.nobody.asks.v1", f"{codec.TICK} is not announced on this topic")
"""A good event of a type nobody told here: thrown in by the simulator, passed over by everybody."""


@pytest.fixture(scope="module")
def logs() -> list[list[Record]]:
    """Everything on the log, of each seed."""
    with quiet_logs():
        worlds = [run(seed).world for seed in SEEDS]
    return [[record for records in world.broker.records.values() for record in records] for world in worlds if world]


def buried(records: Iterable[Record]) -> set[str]:
    """Where the records stood that lie among the dead letters, or that a receipt refuses."""
    places = set()
    for record in records:
        if record.topic.endswith(".dead"):
            parts = [record.header(f"dead_{name}") or b"" for name in ("topic", "partition", "offset")]
            places.add(b"/".join(parts).decode())
        elif record.topic == "redress.receipts" and record.header("ce_sequence") is None:
            places.add((record.header("ce_subject") or b"").decode())
    return places


def test_what_is_not_of_its_form_is_buried_and_nothing_else_is_wrong(logs: list[list[Record]]) -> None:
    checker = Checker(document())
    for seed, records in zip(SEEDS, logs, strict=True):
        wrong = checker.check(records).wrong
        at = buried(records)
        wrong = [fault for fault in wrong if not any(strange in fault for strange in STRANGE)]
        assert [fault for fault in wrong if fault.split(" ")[0].rstrip(":") not in at] == [], f"seed {seed}"


def test_these_seeds_speak_on_every_topic_that_is_declared(logs: list[list[Record]]) -> None:
    told = {record.topic for records in logs for record in records}
    assert {kind_of(topic) for topic in told} == set(KINDS)
    silent = set(document()["channels"]) - told
    rare = "redress.compensation.effects.express"  # a payout in a case of danger
    intake_orders_nothing = {"redress.intake.effects.express", "redress.intake.effects.standard"}
    assert {topic for topic in silent if kind_of(topic) != "dead"} <= {*intake_orders_nothing, rare}


def test_these_seeds_tell_most_kinds_of_message(logs: list[list[Record]]) -> None:
    checker, seen = Checker(document()), Counter[str]()
    for records in logs:
        seen.update({message: count for (_, message), count in checker.check(records).seen.items()})
    assert {ENTRY, DEAD, Receipt.TYPE, codec.TICK, codec.ANSWER, codec.ORDER} <= set(seen)
    assert len(seen) > 2 / 3 * len(document()["components"]["messages"])
