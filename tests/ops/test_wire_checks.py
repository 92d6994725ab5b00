"""What the audit sees in single records."""

from dataclasses import replace

import orjson
import pytest

from shared.flow.codec import order_event
from shared.flow.messages import Order
from shared.flow.records import Outgoing
from shared.ops.wire_checks import WireChecks
from tests.ops.building import COMPLAINT, fact, record

PAY = Order(COMPLAINT, "payout/r", "payout", "k1", 1, {"amount": "40.00"})


def breaches(*messages: Outgoing) -> list[str]:
    checks = WireChecks()
    for number, message in enumerate(messages):
        checks.take(record(message, number))
    return [each.rule[:1] for each in checks.finish() for _ in each.breaches]


def order(**changed: object) -> Outgoing:
    return order_event(replace(PAY, **changed), "redress.compensation.effects.standard", "standard")


def text(value: str, topic: str = "redress.triage.standard") -> Outgoing:
    return Outgoing(topic, "k", orjson.dumps({"t": value}), (("ce_type", b"x"),))


@pytest.mark.parametrize(
    "value", ["write to mei.lin+1@post.example.cn please", "13800138000", "+8613800138000", "11010519491231002X"]
)
def test_an_address_or_number_of_a_person_is_found(value: str) -> None:
    assert breaches(text(value)) == ["5"]
    assert breaches(text(value, "redress.channels.standard")) == []


@pytest.mark.parametrize(
    "value", ["ride_hailing@e01c3b264749", "cn_consumer.fraud@2026.1#60f50dd1c26d", "1795420939880", "2026-11-24",
              "eyJhbGciOiJkaXIi.a.b13800138000c.d.e", "T-000123", "497.50"],
)  # fmt: skip
def test_versions_times_and_amounts_are_none(value: str) -> None:
    assert breaches(text(value)) == []


def test_tries_of_an_order_are_the_same_order_and_another_amount_or_key_is_not() -> None:
    assert breaches(order(), order(attempt=2), order(thing="other", key="k2")) == []
    assert breaches(order(), order(content={"amount": "41.00"})) == ["3"]
    assert breaches(order(), order(key="k2")) == ["3"]
    assert breaches(order(), order(effect="payout/s")) == ["3"]


def test_what_is_sealed_in_an_order_may_be_gone() -> None:
    assert breaches(order(content={"to": "eyJ.a.b.c.d"}), order(content={"to": None})) == []


def test_a_fact_is_nothing_to_it() -> None:
    assert breaches(Outgoing("redress.triage.standard", COMPLAINT, fact(1).value, fact(1).headers)) == []
