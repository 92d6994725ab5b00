"""`redress lanes`, `redress lane stop/resume`: what each lane does, why one stands, and by hand."""

import argparse
import asyncio
import http.client
import json
from collections.abc import Mapping
from typing import Any

from shared.flow.errors import Transient
from shared.flow.messages import Lane
from shared.ops.app import LANES, Running, on_running
from shared.ops.show import complain, show
from shared.ops.topics import lags
from shared.settings import ServiceSettings

WAIT_S = 3.0


def lanes(_: argparse.Namespace) -> int:
    """Runs `redress lanes`."""
    return on_running(_lanes)


async def _lanes(running: Running) -> int:
    spans = await running.reader.spans(await running.reader.topics())
    groups = await running.committed(spans)
    rows = []
    for service, settings in running.settings.items():
        states = await asyncio.to_thread(states_of, settings)
        for lane in LANES:
            waiting = _waiting(f"redress.{service}.{lane}", spans, groups)
            why = await _why(running, service, lane)
            state = states.get(f"lane {lane}", "not answering")
            rows.append({"service": service, "lane": lane, "state": state, "waiting": waiting, "stopped_because": why})
    show(rows, ("service", "lane", "state", "waiting", "stopped_because"), "Lanes")
    return 0


def _waiting(group: str, spans: Mapping[Any, tuple[int, int]], groups: Mapping[str, Mapping[Any, int]]) -> int:
    held = [part for part in groups.get(group, {}) if part in spans]
    return sum(lags(held, spans, {group: groups[group]}).values()) if held else 0


async def _why(running: Running, service: str, lane: Lane) -> str | None:
    try:
        return await running.switch(service).stopped(lane)
    except Transient:
        return "store away"


def states_of(settings: ServiceSettings) -> dict[str, str]:
    """Each part of one replica as its `/health/ready` tells it; {} when it does not answer."""
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=WAIT_S)
    try:
        connection.request("GET", "/health/ready")
        told = json.loads(connection.getresponse().read())
        return dict(told.get("parts", {}))
    except (OSError, ValueError, http.client.HTTPException):
        return {}
    finally:
        connection.close()


def by_hand(args: argparse.Namespace) -> int:
    """Runs `redress lane stop` and `redress lane resume`."""
    if args.stop and args.lane == "express":
        complain("the express lane is never stopped: danger waits for nothing")
        return 2
    return on_running(lambda running: _switch(running, args))


async def _switch(running: Running, args: argparse.Namespace) -> int:
    switch = running.switch(args.service)
    await (switch.stop(args.lane, args.reason) if args.stop else switch.resume(args.lane))
    show([{"service": args.service, "lane": args.lane, "stopped": args.stop}], ("service", "lane", "stopped"))
    return 0
