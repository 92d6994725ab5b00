"""Requests of callers, and effects at providers."""

import contextlib
import dataclasses
from typing import Any

from shared import clock, ids
from shared.flow import codec, edge, effects, fold, known, telling
from shared.flow.messages import Reply
from tests.simulation.mistakes.registry import everywhere, method, mistake


@mistake("request known by its id alone")
def _(stack: contextlib.ExitStack) -> None:
    def wrong(thing: Any, request: Any) -> tuple[bool, bool]:
        same = any(one["id"] == request.id for one in thing.requests)
        return same, same

    method(stack, known, "find_request", wrong)


@mistake("edge refuses from a look-up")
def _(stack: contextlib.ExitStack) -> None:
    right = edge.Edge.ask

    async def wrong(self: edge.Edge, request: Any, screened: Any = "standard", trace: Any = None) -> Any:
        document = (await self.store.load([request.thing])).get(request.thing, {})
        answer = edge.find_answer(document, request)
        over = document.get("state", {}).get("status") in ("closed", "withdrawn")
        book = document.get("state", {}).get("claim", {}).get("remedies", {}).get(getattr(request.body, "remedy", ""))
        if answer is None and (over or (book is not None and book["state"] in ("delivered", "settling", "accepted"))):
            return Reply(409, {"title": "not now"})
        return await right(self, request, screened, trace)

    method(stack, edge.Edge, "ask", wrong)


@mistake("request for a thing not yet here ignored")
def _(stack: contextlib.ExitStack) -> None:
    right = fold.Fold._request

    def wrong(self: fold.Fold, request: Any) -> Any:
        begins = self.service.takes[request.type].reuse == "decide"
        if self.thing.v == 0 and not self.thing.heard and not begins:
            return None
        return right(self, request)

    method(stack, fold.Fold, "_request", wrong)


@mistake("answer taken when not awaited")
def _(stack: contextlib.ExitStack) -> None:
    method(stack, known, "awaited", lambda thing, answer: "no" if answer.verdict == "open" else "awaited")


@mistake("a time-out ends the attempt")
def _(stack: contextlib.ExitStack) -> None:
    right = effects.Effects._try

    async def wrong(self: effects.Effects, order: Any) -> effects.Result:
        result = await right(self, order)
        return effects.Result("refused", result.body) if result.body.get("reason") == "time limit" else result

    method(stack, effects.Effects, "_try", wrong)


@mistake("effect's key from time")
def _(stack: contextlib.ExitStack) -> None:
    right = telling.Teller.try_again

    def wrong(self: telling.Teller, effect: str) -> None:
        attempt = self.thing.attempts.get(effect)
        if attempt is not None and "answer" not in attempt:
            attempt["key"] = ids.digest("effect", self.thing.id, effect, str(clock.to_ms(self.record.time)))
        right(self, effect)

    method(stack, telling.Teller, "try_again", wrong)


@mistake("an order's age is that of its record")
def _(stack: contextlib.ExitStack) -> None:
    right = codec.order_of
    wrong = lambda attributes, data: dataclasses.replace(right(attributes, data), begun=None)  # noqa: E731
    everywhere(stack, "order_of", right, wrong)
