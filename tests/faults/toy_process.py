"""`python -m tests.faults.toy_process`: the toy service as a real process that can be told where to die.

TOY_FAULT is `point` or `point:n`: the n-th time the process passes that point, it is killed (SIGKILL), without
a line of the product knowing. Points: before-append, after-append, mid-write, after-write, before-publish,
after-publish, after-ticks, before-call, after-call. `hang-load`: the store never answers a look-up.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request

from shared import logs
from shared.flow.effects import Effect, Result
from shared.flow.messages import Order
from shared.flow.records import Change, Outgoing, Written
from shared.kafka.publisher import Publisher
from shared.lifecycle import Host, run_service
from shared.mongo.store import MongoStore
from shared.outbound.client import Provider
from shared.settings import ServiceSettings
from shared.web.app import create_app
from shared.web.asking import respond
from tests.flow.toy import Toy, add, toy


class Settings(ServiceSettings):
    model_config = ServiceSettings.model_config | {"env_prefix": "TOY_"}
    fault: str = ""
    provider: str = "http://127.0.0.1:1"
    newer: bool = False


class NewerToy(Toy):
    """A release with one more field, which it always sets."""

    colour: str = "red"


class Fault:
    """Counts how often a point is passed; dies at the n-th."""

    def __init__(self, told: str) -> None:
        self.point, _, times = told.partition(":")
        self.left = int(times or 1)

    def at(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def plant(fault: Fault) -> None:
    """Wraps the real drivers' methods; what they do is unchanged until the point of death."""
    publish, write, load = Publisher.publish, MongoStore.write, MongoStore.load

    def kind(messages: Sequence[Outgoing]) -> str:
        first = messages[0] if messages else None
        if first is None:
            return ""
        if ".inbox." in first.topic:
            types = {value for name, value in first.headers if name == "ce_type"}
            return {b"redress.flow.tick.v1": "ticks", b"redress.flow.answer.v1": "answer"}.get(*types, "append")
        return "publish"

    async def published(self: Publisher, messages: Sequence[Outgoing]) -> Any:
        what = kind(messages)
        fault.at(f"before-{what}")
        places = await publish(self, messages)
        fault.at(f"after-{what}")
        return places

    async def written(self: MongoStore, changes: Sequence[Change]) -> Written:
        if fault.point == "mid-write" and len(changes) > 1:
            await write(self, changes[: len(changes) // 2])
            fault.at("mid-write")
        done = await write(self, changes)
        fault.at("after-write")
        return done

    async def loaded(self: MongoStore, ids: Sequence[str]) -> dict[str, Any]:
        if fault.point == "hang-load" and ids:
            await asyncio.Event().wait()
        return await load(self, ids)

    Publisher.publish, MongoStore.write, MongoStore.load = published, written, loaded  # type: ignore[method-assign]


def paying(provider: Provider, fault: Fault) -> Callable[[Order], Any]:
    async def pay(order: Order) -> Result:
        fault.at("before-call")
        body = {"payout_id": order.thing, "amount": "1.00", "currency": "CNY", "beneficiary": order.thing}
        result = await provider.post("/payouts", body, order.key)
        fault.at("after-call")
        return result

    return pay


def make_app(host: Host) -> FastAPI:
    app = create_app("toy", ready=host.ready, needs=("log",))

    @app.post("/add/{thing}/{key}")
    async def ask(thing: str, key: str, http: Request) -> Any:
        request = add(id=key, thing=thing, **(http.state.json or {}))
        return respond(await host.edge.ask(request), f"/things/{thing}")

    @app.post("/tell/{thing}/{key}", status_code=202)
    async def tell(thing: str, key: str, http: Request) -> dict[str, str]:
        await host.edge.append(add(id=key, thing=thing, **(http.state.json or {})), "standard")
        return {"thing": thing}

    return app


async def main() -> None:
    settings = Settings()
    fault = Fault(settings.fault)
    plant(fault)
    service = toy(retry_s=(2.0, 2.0))
    if settings.newer:
        service = replace(service, state=NewerToy)
    provider = Provider(settings.provider, 5.0)
    await run_service(service, settings, {"payout": Effect(paying(provider, fault), limit_s=6.0)}, make_app)


if __name__ == "__main__":
    logs.set_up("toy")
    asyncio.run(main())
