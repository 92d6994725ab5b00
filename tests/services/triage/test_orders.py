"""A case comes out the same whatever the order its facts are heard in, twice, or through later ones alone."""

import itertools
import random

import pytest

from tests.services.triage.house import (
    DOZING,
    HOURS_SHORT,
    RECORDS,
    claim,
    erased,
    house,
    received,
    reopening,
    supplemented,
    supplied,
    withdrawal,
)

CUMULATIVE = {"facts": RECORDS, "supplied": RECORDS}
OUTCOME = ("status", "safety", "category", "queue", "owner", "plan", "answered", "kind", "identity_verified", "rank")


async def outcome(messages, one_by_one=True):
    triage = await house()
    if one_by_one:
        for message in messages:
            await triage.hear(message)
    else:
        await triage.hear(*messages)
    triage.check_changes()
    finding = triage.case["finding"] or {}
    came = {name: triage.case[name] for name in OUTCOME}
    return came | {"found": finding.get("facts"), "number": finding.get("number"), "lane": triage.thing()["lane"]}


def ordinary():
    return [received(), supplied(2), claim(1, "offered"), claim(2, "delivered")]


def dangerous():
    danger = supplemented(3, DOZING, lane="express", original=HOURS_SHORT, **CUMULATIVE)
    return [received(), supplied(2), danger, withdrawal(4, lane="express", **CUMULATIVE)]


@pytest.mark.parametrize("story", [ordinary, dangerous])
async def test_every_order_ends_the_same(story):
    wanted = await outcome(story())
    for messages in itertools.permutations(story()):
        assert await outcome(messages) == wanted


@pytest.mark.parametrize("story", [ordinary, dangerous])
async def test_every_fact_twice_and_in_batches_ends_the_same(story):
    wanted, chance = await outcome(story()), random.Random(7)
    for _ in range(12):
        messages = story() * 2
        chance.shuffle(messages)
        assert await outcome(messages, one_by_one=False) == wanted


async def test_nothing_hangs_on_having_seen_the_moment_of_change():
    wanted = await outcome(ordinary())
    assert await outcome([received(), supplied(2), claim(2, "delivered")]) == wanted
    assert await outcome([received(**CUMULATIVE), claim(2, "delivered")]) == wanted


async def test_a_withdrawal_taken_back_leaves_the_case_open_in_every_order():
    story = [received(), withdrawal(2), reopening(3, withdrawn=False)]
    for messages in itertools.permutations(story):
        assert (await outcome(messages))["status"] == "triaged"


async def test_danger_is_found_and_stays_in_every_order_with_an_erasure():
    story = [received(DOZING), supplemented(2, HOURS_SHORT), erased(3)]
    for messages in itertools.permutations(story):
        triage = await house()
        for message in messages:
            await triage.hear(message)
        assert triage.case["texts"] == {} and triage.thing()["erased"] is True
        if messages[0] is story[0]:
            assert triage.case["safety"] == "confirmed"


async def test_a_claim_heard_before_its_complaint_waits_for_it():
    triage = await house()
    await triage.hear(claim(2, "delivered"))
    assert triage.facts() == []
    await triage.hear(received(**CUMULATIVE))
    assert triage.case["status"] == "resolved"
