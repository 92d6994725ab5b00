"""Who is sent the survey: at times they answer it, at times again at another replica, at times otherwise."""

import asyncio
import random
from typing import TYPE_CHECKING

from services.notify.domain import ANSWER_SURVEY, AnswerSurvey
from shared.flow.messages import Order, Request
from shared.web.asking import fingerprint

if TYPE_CHECKING:
    from tests.simulation.world import World


class Surveyed:
    """The people behind the channel; each answers for themselves."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.rng = random.Random(world.rng.random())

    def sent(self, order: Order) -> None:
        """A message reached somebody."""
        if order.content["template"] == "survey" and self.rng.random() < 0.7:
            scores = self.rng.choice(((90,), (20,), (70,), (40, 95)))
            self.world.loop.create_task(self._answer(order.thing, scores, self.rng.random() * 3600.0))

    async def _answer(self, complaint: str, scores: tuple[int, ...], after_s: float) -> None:
        await asyncio.sleep(after_s)
        for score in scores:
            body = AnswerSurvey(score=score)
            request = Request(complaint, ANSWER_SURVEY, f"complainant:survey:{score}", fingerprint(body),
                              "complainant", body, complaint)  # fmt: skip
            await self.world.calls.ask("notify", request)
            self.world.counts["answered the survey"] += 1
