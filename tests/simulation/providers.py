"""Other companies' servers: they hang, lose answers, say later or no, change their mind, and forget old keys."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.flow.effects import Result
from shared.flow.messages import Order
from shared.testing.virtual import PROCESS

if TYPE_CHECKING:
    from tests.simulation.world import World

REMEMBERS_S = 24 * 3600.0
SERVES = {"payouts": "compensation", "messages": "notify", "fleet": "triage", "orders": "triage"}


@dataclass(slots=True)
class Deed:
    """What a provider did under one key: how often, when first, and with which content."""

    key: str
    thing: str
    effect: str
    kind: str
    content: dict[str, Any]
    at: float
    times: int = 0
    said: list[str] = field(default_factory=list)
    contents: int = 1


class Provider:
    """One provider. A key it remembers is done once; an older one is done again unless it is asked first."""

    def __init__(self, world: "World", name: str, answers: Any = None, refuses: float = 0.1) -> None:
        self.world, self.name, self.answers, self.refuses = world, name, answers, refuses
        self.rng = random.Random(world.rng.random())
        self.deeds: dict[str, Deed] = {}
        self.done: Callable[[Order], None] = lambda order: None

    async def carry_out(self, order: Order) -> Result:
        """What the effect's adapter does, over a net that loses things."""
        process = PROCESS.get()
        assert process is not None
        mood = self.rng.random() if self.world.faulty else 1.0
        if mood < 0.05:
            self.world.counts["provider hangs"] += 1
            await asyncio.sleep(1e6)
        if mood < 0.12:
            self.world.counts["provider says later"] += 1
            return Result("open", {"reason": "later"})
        verdict: str = await self.world.net.call(process, f"{self.name}: {order.kind}", lambda: self._do(order))
        if mood < 0.2:
            self.world.counts["provider did it and hangs"] += mood < 0.16
            await asyncio.sleep(1e6 if mood < 0.16 else 3.0)
        if mood < 0.24:
            raise RuntimeError("the provider's answer cannot be read")
        body = {"reference": order.key[:8]} | (self.answers(order) if self.answers and verdict == "done" else {})
        if 0.24 < mood < 0.25:
            body["padding"] = "x" * 1_000_000
        return Result(verdict, body)  # type: ignore[arg-type]

    def _do(self, order: Order) -> str:
        now, deed = self.world.loop.time(), self.deeds.get(order.key)
        self.world.note("provider", self.name, order.thing, order.effect, order.attempt, order.key[:6])
        content = {name: part for name, part in order.content.items() if name != "sealed"}
        if deed is None:
            deed = self.deeds[order.key] = Deed(order.key, order.thing, order.effect, order.kind, content, now)
        if deed.content != content:
            deed.contents += 1
        if "done" in deed.said:
            if now - deed.at > REMEMBERS_S and not order.ask_first:
                deed.times += 1
            return "done"
        refuse = self.rng.random() < (self.refuses if not deed.said else 0.7)
        deed.said.append("refused" if refuse else "done")
        if not refuse:
            deed.times, deed.at = deed.times + 1, now
            self.world.done_for(SERVES[self.name])
            self.done(order)
        return deed.said[-1]
