"""Money is never moved a second time on a guess: what the provider says of a key it may have forgotten."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from services.compensation.payouts import Payouts
from shared.flow.messages import Order
from tests.outbound.test_client import Server, address_of

CONTENT = {"payout_id": "p1", "amount": "10.00", "currency": "EUR", "beneficiary": "b1"}
ORDER = Order("c1", "pay/1", "payout", "k1", 2, CONTENT, ask_first=True)


class Paying(Server):
    """Answers whoever asks by key as told, and pays whoever orders."""

    def __init__(self) -> None:
        super().__init__()
        self.says, self.paid = b"404 X\r\nContent-Length: 2\r\n\r\n{}", 0
        self.pays = b"201 X\r\nContent-Length: 2\r\n\r\n{}"

    async def _answer(self, how: str, writer: asyncio.StreamWriter) -> None:
        ordered = how in ("payouts", "grants")
        self.paid += ordered
        writer.write(b"HTTP/1.1 " + (self.pays if ordered else self.says))
        await writer.drain()


@pytest.fixture
async def paying() -> AsyncIterator[tuple[Paying, Payouts]]:
    server = Paying()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    payouts = Payouts(address_of(listening), 2.0)
    yield server, payouts
    await payouts.close()
    listening.close()


@pytest.mark.parametrize("status", [400, 401, 403, 405, 410, 422, 429, 500, 503])
async def test_who_does_not_say_that_it_was_never_paid_is_not_asked_to_pay(paying: Any, status: int) -> None:
    server, payouts = paying
    server.says = b"%d X\r\nContent-Length: 2\r\n\r\n{}" % status
    assert [(await payouts.pay(ORDER)).verdict, (await payouts.grant(ORDER)).verdict] == ["open", "open"]
    assert server.paid == 0


@pytest.mark.parametrize("body", [b"{}", b'{"status":"not_found"}', b"<html>"])
async def test_what_was_never_paid_is_paid(paying: Any, body: bytes) -> None:
    server, payouts = paying
    server.says = b"404 X\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    assert [(await payouts.pay(ORDER)).verdict, (await payouts.grant(ORDER)).verdict] == ["done", "done"]
    assert server.paid == 2


async def test_what_was_paid_is_known_by_its_key(paying: Any) -> None:
    server, payouts = paying
    server.says = b'200 X\r\nContent-Length: 12\r\n\r\n{"id": "p1"}'
    assert [(await payouts.pay(ORDER)).body, (await payouts.grant(ORDER)).body] == [{"id": "p1"}] * 2
    assert server.paid == 0


@pytest.mark.parametrize(("status", "verdict"), [(401, "open"), (403, "open"), (407, "open"), (422, "refused")])
async def test_who_is_not_let_in_hears_nothing_of_what_a_try_before_may_have_paid(
    paying: Any, status: int, verdict: str
) -> None:
    server, payouts = paying
    server.pays = b"%d X\r\nContent-Length: 2\r\n\r\n{}" % status
    order = replace(ORDER, ask_first=False)
    assert [(await payouts.pay(order)).verdict, (await payouts.grant(order)).verdict] == [verdict, verdict]
