"""Genuine records of every topic: what whole simulated runs of the four services left on the log; and seldom ones."""

import functools
from collections import defaultdict

from shared.contracts.intake import OfferAnswered
from shared.flow.codec import order_event
from shared.flow.messages import Lane, Order
from shared.flow.records import Record
from tests.services.facts import T0, told
from tests.simulation.run import run

SEEDS = range(1, 13)
MOST_OF_A_TYPE = 6


@functools.lru_cache(maxsize=1)
def genuine() -> dict[str, list[Record]]:
    """By topic, a few of each type."""
    found: dict[tuple[str, bytes], list[Record]] = defaultdict(list)
    for seed in SEEDS:
        world = run(seed).world
        assert world is not None
        for (topic, _), records in sorted(world.broker.records.items()):
            for record in records:
                found[topic, record.header("ce_type") or b""].append(record)
    for seldom in _seldom():
        found[seldom.topic, seldom.header("ce_type") or b""].append(seldom)
    chosen: dict[str, list[Record]] = defaultdict(list)
    for (topic, _), records in found.items():
        chosen[topic] += records[:: max(1, len(records) // MOST_OF_A_TYPE)][:MOST_OF_A_TYPE]
    return chosen


def _seldom() -> list[Record]:
    """What six runs need not hold."""
    lanes: tuple[Lane, Lane] = ("express", "standard")
    order = Order("c1", "pay/c1-1-a", "payout", "key-1", 1, {"amount": "2.00", "currency": "CNY"})
    out = [order_event(order, f"redress.compensation.effects.{lane}", lane) for lane in lanes]
    answered = OfferAnswered(by="complainant", remedy="c1-1-a", verb="accept")
    out += [told(answered, 3, {}, lane=lane) for lane in lanes]
    return [Record(each.topic, 0, 0, T0, each.key_bytes, each.value, each.headers) for each in out]
