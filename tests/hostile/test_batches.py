"""One bad item never stops the others: a batch of good and wrong items stores the good ones and nothing else."""

from typing import Any

import httpx
import orjson

from shared.ids import complaint_id
from tests.hostile.effort import chance, times
from tests.hostile.mutations import ODD
from tests.services.intake.house import House, told

NAME = "Invented Person"
WRONG: list[Any] = [
    None, 0, 1.5, True, "", NAME, [], [NAME], {}, {"idempotency_key": NAME}, {NAME: NAME},
    {**told(), "idempotency_key": ""}, {**told(), "idempotency_key": [NAME]}, {**told(), "idempotency_key": "k" * 201},
    {**told(), "idempotency_key": "w1", "line": NAME}, {**told(), "idempotency_key": "w2", "text": 7},
    {**told(), "idempotency_key": "w3", "contact": {"phone": NAME}}, {**told(), "idempotency_key": "w4", NAME: 1},
    {**told(), "idempotency_key": "w5", "facts": {"a": 1e300}},
    {**told(), "idempotency_key": "w6", "text": "x" * 20_001},
    {**told(), "idempotency_key": "w7", "channel": {"kind": "phone", "agent": NAME}},
    {**told(), "idempotency_key": "w8", "facts": {"a": {"b": [NAME]}}},
    {**told(), "idempotency_key": "w9", "line": "moon"},
]  # fmt: skip


async def posted(items: list[Any]) -> tuple[House, httpx.Response]:
    house = await House().start()
    key = house.integration()
    await house.integrations.refresh()
    transport = httpx.ASGITransport(app=house.app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake.test", timeout=30) as http:
        answer = await http.post(
            "/v1/complaints/batch", content=orjson.dumps({"items": items}),
            headers={"x-api-key": key, "content-type": "application/json"}, timeout=60,
        )  # fmt: skip
    await house.run()
    return house, answer


def stored(house: House) -> set[str]:
    return {id for id in house.store.things if id.startswith("c")}


async def test_wrong_items_of_every_kind_between_good_ones_are_each_told_what_is_wrong() -> None:
    items, good = [], []
    for number, wrong in enumerate(WRONG):
        good.append(f"good-{number}")
        items += [{**told(), "idempotency_key": good[-1]}, wrong]
    house, answer = await posted(items)
    answers = answer.json()["items"]
    assert answer.status_code == 207 and len(answers) == len(items)
    assert [a["status"] for a in answers[::2]] == [202] * len(good)
    assert {a["status"] for a in answers[1::2]} == {422}
    for at, wrong in zip(range(1, len(items), 2), answers[1::2], strict=True):
        assert all(error["pointer"].startswith(f"/items/{at}") for error in wrong["problem"]["errors"]), wrong
        assert NAME not in str(wrong)
    assert stored(house) == {complaint_id("hotline", key) for key in good}
    assert house.broker.all("redress.intake.dead") == []


async def test_items_made_wrong_by_chance_store_what_was_answered_202_and_nothing_else() -> None:
    rng = chance("batches")
    for round_ in range(times(8, 20)):
        items: list[Any] = []
        for number in range(60):
            item = {**told(), "idempotency_key": f"k-{round_}-{number}"}
            for _ in range(rng.randrange(3)):
                item[rng.choice([*item, "x", "origin", "signals", "business"])] = rng.choice(ODD)
            items.append(item)
        house, answer = await posted(items)
        assert answer.status_code in (202, 207), answer.text[:300]
        answers = answer.json()["items"]
        taken = {each["complaint"]["id"] for each in answers if each["status"] == 202}
        assert {each["status"] for each in answers} <= {202, 422}
        assert stored(house) == taken and house.broker.all("redress.intake.dead") == []
