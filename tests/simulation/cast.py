"""Who plays: the four services in two versions, and the providers their effects reach."""

import dataclasses
import functools
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from shared.contracts import triage
from shared.flow.effects import Effect
from shared.flow.messages import Order
from shared.flow.service import Service
from tests.simulation import services
from tests.simulation.providers import Provider
from tests.simulation.replica import Make
from tests.simulation.seen import watched
from tests.simulation.staff import FINDINGS
from tests.simulation.surveyed import Surveyed
from tests.simulation.world import T0, World

LIMIT_S = 10.0
NEWLY_HEARD = {"notify": triage.Triaged.TYPE, "compensation": triage.Reopened.TYPE}
"""Per service the type only its newer version hears, from a date on; told early, so that a roll-out meets it."""
ROLLED_OUT_S = 400.0


def effects_of(world: World) -> dict[str, dict[str, Effect]]:
    """The effects of each service, over providers that stand outside of every process."""
    pay, send, act = (Provider(world, name) for name in ("payouts", "messages", "fleet"))
    orders = Provider(world, "orders", _order_facts)
    send.done = Surveyed(world).sent
    world.providers = {provider.name: provider for provider in (pay, send, act, orders)}
    return {
        "intake": {},
        "compensation": {kind: Effect(pay.carry_out, limit_s=LIMIT_S) for kind in ("payout", "grant")},
        "notify": {"message": Effect(send.carry_out, limit_s=LIMIT_S)},
        "triage": {
            "order_lookup": Effect(orders.carry_out, limit_s=LIMIT_S),
            "protective_action": Effect(act.carry_out, limit_s=LIMIT_S),
        },
    }


def _order_facts(order: Order) -> dict[str, Any]:
    """What the order system knows: at times enough for a finding without anybody."""
    _, facts = FINDINGS[order.content["line"]]
    known = facts if zlib.crc32(order.key.encode()) % 3 == 0 else {}
    return {"line": order.content["line"], "subject": "driver-7", "facts": {**known, "identity_verified": True}}


def make(world: World, service: str, version: str) -> Make:
    """A replica's parts as the seed has them."""
    plan, rng = world.plan, world.rng
    declared = watched(in_version(service, version, plan.calm_at), world.breaks, novel=version == "new")
    skew = (rng.random() * 2 - 1) * plan.clocks_apart_s
    return Make(declared, world.effects[service], rng.choice(plan.batches), version, skew)


def in_version(service: str, version: str, faults_until: float) -> Service[Any]:
    """What a version declares: the older one does not hear a type that the newer one hears from a date on."""
    declared = DECLARED[service]()
    newly = NEWLY_HEARD.get(service)
    if newly is None:
        return declared
    hears = dict(declared.hears)
    if version == "old":
        del hears[newly]
    else:
        since = T0 + timedelta(seconds=faults_until + ROLLED_OUT_S)
        hears[newly] = dataclasses.replace(hears[newly], since=since)
    return dataclasses.replace(declared, hears=hears)


@functools.lru_cache(maxsize=1)
def _intake() -> Service[Any]:
    return services.intake_service(services.integrations())


DECLARED: Mapping[str, Callable[[], Service[Any]]] = {
    "intake": _intake,
    "triage": services.triage_service,
    "compensation": services.compensation_service,
    "notify": services.notify_service,
}
