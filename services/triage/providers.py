"""The two servers triage asks: the order system for facts, fleet control for protective actions."""

from urllib.parse import quote

from shared.flow.effects import Result
from shared.flow.messages import Order
from shared.outbound.client import Provider


class OrderSystem:
    """`GET /orders/{reference}`; an order it does not know is a final answer."""

    def __init__(self, base_url: str, limit_s: float) -> None:
        self._provider = Provider(base_url, limit_s)

    async def look_up(self, order: Order) -> Result:
        """The facts of one order, by its reference."""
        return await self._provider.get(f"/orders/{quote(str(order.content['reference']), safe='')}")

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._provider.close()


class FleetControl:
    """`POST /protective-actions`, under the attempt's key: the same key is carried out once there."""

    def __init__(self, base_url: str, limit_s: float) -> None:
        self._provider = Provider(base_url, limit_s)

    async def act(self, order: Order) -> Result:
        """Asks for one protective action; `done` is its acknowledgement."""
        return await self._provider.post("/protective-actions", dict(order.content), order.key)

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._provider.close()
