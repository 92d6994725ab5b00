"""Signed entries and signed calls of integrations, and sealed bodies: forged, replayed, stale, stolen, swapped."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from joserfc import jwe

from shared import clock
from shared.ids import complaint_id
from shared.outbound.signing import new_secret, sign
from shared.sealing import SealBroken, Sealer, of_secrets
from tests.hostile.test_forged import part
from tests.services.intake.house import SEALS, House, ring, told

BODY = orjson.dumps(told(text="Invented Person"))


@pytest.fixture
async def house() -> House:
    made = await House().start()
    made.integration()
    made.integration("other")
    await made.integrations.refresh()
    made.integrations.read_at = clock.now() + timedelta(hours=1)
    return made


def signed(house: House, value: bytes = BODY, of: str = "hotline", at: Any = None) -> dict[str, str]:
    return {"integration": of, **sign([house.secrets[of]], "m1", at or clock.now(), value)}


def put(house: House, headers: Any, key: str = "k1", value: bytes = BODY) -> None:
    from shared.flow.records import Outgoing

    named = headers.items() if isinstance(headers, dict) else headers
    house.broker.append(
        Outgoing("redress.channels.standard", key, value, tuple((name, text.encode()) for name, text in named))
    )


Change = Callable[[House, dict[str, str]], dict[str, str]]
FORGED: dict[str, Change] = {
    "another body": lambda house, good: {**signed(house, b"{}")},
    "another message id": lambda house, good: {**good, "webhook-id": "m2"},
    "another time": lambda house, good: {**good, "webhook-timestamp": str(int(good["webhook-timestamp"]) + 1)},
    "stale": lambda house, good: signed(house, at=clock.now() - timedelta(seconds=301)),
    "from tomorrow": lambda house, good: signed(house, at=clock.now() + timedelta(days=1)),
    "by another integration's secret": lambda house, good: {**signed(house, of="other"), "integration": "hotline"},
    "in another integration's name": lambda house, good: {**good, "integration": "other"},
    "by a fresh secret": lambda house, good: {**good, **sign([new_secret()], "m1", clock.now(), BODY)},
    "by an empty secret": lambda house, good: {**good, **sign(["whsec_"], "m1", clock.now(), BODY)},
    "of another version": lambda house, good: {**good, "webhook-signature": "v2" + good["webhook-signature"][2:]},
    "by another scheme": lambda house, good: {**good, "webhook-signature": "v1a," + good["webhook-signature"][3:]},
    "cut short": lambda house, good: {**good, "webhook-signature": good["webhook-signature"][:-5]},
    "behind 99 others": lambda house, good: {**good, "webhook-signature": "v1,x " * 99 + good["webhook-signature"]},
    "in no ASCII": lambda house, good: {**good, "webhook-signature": "v1,\u00e9\u4e2d"},
    "at a time in words": lambda house, good: {**good, "webhook-timestamp": "\u0661\u0662"},
    "at a negative time": lambda house, good: {**good, "webhook-timestamp": "-1"},
    "without a signature": lambda house, good: {**good, "webhook-signature": ""},
    "without a time": lambda house, good: {**good, "webhook-timestamp": ""},
    "of an integration with a path for a name": lambda house, good: {**good, "integration": "../hotline"},
}  # fmt: skip


async def test_no_forged_entry_becomes_a_complaint_and_each_sender_is_told_no_more_than_why(house: House) -> None:
    for number, (_, change) in enumerate(FORGED.items()):
        put(house, change(house, signed(house)), key=f"forged-{number}")
    put(house, signed(house), key="good")
    await house.run()
    receipts = [receipt["data"]["happened"] for receipt in house.told("redress.receipts")]
    taken = [receipt["key"] for receipt in receipts if receipt["accepted"]]
    assert taken == ["good"] and len(receipts) == len(FORGED) + 1
    assert {r["reason"].split(":")[0] for r in receipts if not r["accepted"]} == {"unauthenticated"}
    assert "Invented" not in str(receipts) and house.broker.all("redress.intake.dead") == []
    assert [id for id in house.store.things if id.startswith("c")] == [complaint_id("hotline", "good")]


async def test_a_replayed_entry_is_the_same_complaint_however_often(house: House) -> None:
    headers = signed(house)
    for _ in range(50):
        put(house, headers)
    await house.run()
    assert house.types(complaint_id("hotline", "k1")) == ["received"]


async def test_headers_given_twice_never_join_one_senders_name_with_anothers_signature(house: House) -> None:
    mine, theirs = signed(house, of="other"), signed(house)
    for number, pairs in enumerate(
        ([*mine.items(), ("integration", "hotline")], [("integration", "hotline"), *mine.items()],
         [*theirs.items(), *sign([house.secrets["other"]], "m1", clock.now(), BODY).items()])
    ):  # fmt: skip
        put(house, pairs, key=f"twice-{number}")
    await house.run()
    assert not [n for n in range(3) if complaint_id("hotline", f"twice-{n}") in house.store.things]


async def test_a_stolen_key_opens_nothing_once_it_is_revoked_and_a_signature_is_demanded_where_agreed(
    house: House,
) -> None:
    house.integration("strict", signed=True)
    await house.integrations.refresh()
    transport = httpx.ASGITransport(app=house.app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake.test", timeout=30) as http:

        async def post(id: str, **more: str) -> int:
            headers = {"x-api-key": house.keys[id], "idempotency-key": "k1", "content-type": "application/json", **more}
            return (await http.post("/v1/complaints", content=BODY, headers=headers)).status_code

        assert [await post("hotline"), await post("strict")] == [202, 401]
        good = sign([house.secrets["strict"]], "m1", clock.now(), BODY)
        assert await post("strict", **good) == 202
        assert await post("strict", **sign([house.secrets["hotline"]], "m1", clock.now(), BODY)) == 401
        stale = sign([house.secrets["strict"]], "m1", clock.now() - timedelta(minutes=6), BODY)
        assert await post("strict", **stale) == 401
        house.entries[0]["revoked_at"] = clock.now()
        await house.integrations.refresh()
        before = sum(map(len, house.broker.records.values()))
        assert await post("hotline") == 401
        assert await post("hotline", **{"x-api-key": f"rk_hotline_{house.keys['other'].split('_')[2]}"}) == 401
        assert sum(map(len, house.broker.records.values())) == before


# Sealed ---------------------------------------------------------------------------------------------


def swapped(token: str, **header: Any) -> str:
    parts = token.split(".")
    return ".".join([part(header), *parts[1:]])


def sealed_wrong() -> dict[str, str]:
    good = SEALS.text.seal("Invented Person")
    header, key, iv, cipher, tag = good.split(".")
    foreign = Sealer(ring("foreign")).seal("Invented Person")
    known = {"alg": "dir", "enc": "A256GCM", "kid": "text"}
    squeezed = jwe.encrypt_compact({**known, "zip": "DEF"}, b'"' + b"a" * 900_000 + b'"', SEALS.text._keys["text"])
    return {
        "another ring's, under our key's name": swapped(foreign, **known),
        "a key of another ring": foreign,
        "another header over the same": swapped(good, **known, typ="JOSE"),
        "alg none": swapped(good, alg="none", enc="A256GCM", kid="text"),
        "a wrapped key": swapped(good, alg="A256KW", enc="A256GCM", kid="text"),
        "a password": swapped(good, alg="PBES2-HS256+A128KW", enc="A256GCM", kid="text", p2c=2**31 - 1, p2s="eA"),
        "a shorter cipher": swapped(good, alg="dir", enc="A128GCM", kid="text"),
        "what must be understood": swapped(good, **known, crit=["x"], x=1),
        "squeezed": squeezed,
        "a key id that is none": swapped(good, alg="dir", enc="A256GCM", kid=["text"]),
        "a key id that is a number": swapped(good, alg="dir", enc="A256GCM", kid=1),
        "a deep header": ".".join([part(b'{"kid":"text","x":' + b"[" * 900 + b"]" * 900 + b"}"), key, iv, cipher, tag]),
        "no header": ".".join(["", key, iv, cipher, tag]),
        "a tag cut short": good[:-8],
        "no tag": ".".join([header, key, iv, cipher, ""]),
        "another's words": ".".join([header, key, iv, cipher[:-2] + "AA", tag]),
        "a part more": good + ".x",
        "no parts": "x",
        "nothing": "",
        "in no ASCII": "\u4e2d.\u4e2d.\u4e2d.\u4e2d.\u4e2d",
    }


@pytest.mark.parametrize("what", sealed_wrong())
def test_nothing_sealed_otherwise_is_opened(what: str) -> None:
    with pytest.raises(SealBroken):
        SEALS.text.open(sealed_wrong()[what])


async def test_sealed_entries_that_cannot_be_opened_are_refused_and_hold_up_nobody(house: House) -> None:
    for number, token in enumerate(sealed_wrong().values()):
        value = token.encode()
        put(house, {**signed(house, value), "content-type": "application/jose"}, f"sealed-{number}", value)
    good = of_secrets([house.secrets["hotline"]]).seal(told()).encode()
    put(house, {**signed(house, good), "content-type": "application/jose"}, "good", good)
    await house.run()
    receipts = [receipt["data"]["happened"] for receipt in house.told("redress.receipts")]
    assert [r["key"] for r in receipts if r["accepted"]] == ["good"] and len(receipts) == len(sealed_wrong()) + 1
    assert house.broker.all("redress.intake.dead") == []
