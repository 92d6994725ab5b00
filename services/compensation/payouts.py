"""The payout provider: pays and grants under the attempt's key; asked first when it may have forgotten the key."""

from collections.abc import Mapping
from typing import Any

from shared.flow.effects import Result
from shared.flow.messages import Order
from shared.outbound.client import Provider

NOT_THERE, SHUT_OUT = 404, frozenset({401, 403, 407})


class Payouts:
    """`POST /payouts` for money, `POST /grants` for what is not money; the same key is done once there."""

    def __init__(self, base_url: str, limit_s: float) -> None:
        self._provider = Provider(base_url, limit_s)

    async def pay(self, order: Order) -> Result:
        """Moves the money of one remedy."""
        content = order.content
        body = {name: content[name] for name in ("payout_id", "amount", "currency", "beneficiary")}
        return await self._once("/payouts", body, order)

    async def grant(self, order: Order) -> Result:
        """Grants what is not money: hours, points, coupons, a rebooking."""
        content = {name: value for name, value in order.content.items() if name != "payout_id"}
        body = {"grant_id": order.content["payout_id"], **content}
        return await self._once("/grants", body, order)

    async def _once(self, path: str, body: Mapping[str, Any], order: Order) -> Result:
        if order.ask_first:
            asked = await self._provider.get(f"{path}/by-key/{order.key}")
            if asked.verdict != "refused":  # done before, or not known: never done a second time on a guess
                return asked
            if asked.body.get("status") != NOT_THERE:  # the question was refused, and nothing said about the payment
                return Result("open", asked.body)
        return _of_this_payment(await self._provider.post(path, body, order.key))

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._provider.close()


def _of_this_payment(result: Result) -> Result:
    """Who is not let in hears nothing of the payment, which a try before may have made: open until let in again."""
    shut_out = result.verdict == "refused" and result.body.get("status") in SHUT_OUT
    return Result("open", result.body) if shut_out else result
