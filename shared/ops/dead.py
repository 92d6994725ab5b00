"""`redress dead list/show/replay`: what could not be read or decided, and giving it to the system again."""

import argparse
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared import clock
from shared.contracts.catalog import SERVICES
from shared.flow.messages import Lane
from shared.flow.records import Headers, Outgoing, Record
from shared.ops.app import Running, on_running
from shared.ops.fact_checks import origin_of
from shared.ops.show import complain, show

ADDED = "dead_"


@dataclass(frozen=True)
class Dead:
    """One record that lies aside. `buried`: nobody can read it; `person`: a thing of `service` waits for somebody."""

    id: str
    kind: str
    service: str
    time: str
    origin: str
    reason: str
    pointer: str
    record: Outgoing
    told: Mapping[str, str] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        names = ("id", "kind", "service", "time", "origin", "reason", "pointer")
        return {name: getattr(self, name) for name in names}


def listed(args: argparse.Namespace) -> int:
    """Runs `redress dead list`."""
    return on_running(lambda running: _list(running, args))


def shown(args: argparse.Namespace) -> int:
    """Runs `redress dead show`."""
    return on_running(lambda running: _show(running, args))


def replayed(args: argparse.Namespace) -> int:
    """Runs `redress dead replay`."""
    return on_running(lambda running: _replay(running, args))


async def _list(running: Running, args: argparse.Namespace) -> int:
    rows = [one.row() async for one in dead_of(running) if not args.service or one.service == args.service]
    show(rows, ("id", "kind", "time", "reason", "pointer"), "Dead letters")
    return 0


async def _find(running: Running, id: str) -> Dead | None:
    async for one in dead_of(running):
        if one.id == id:
            return one
    return None


async def _show(running: Running, args: argparse.Namespace) -> int:
    found = await _find(running, args.id)
    if found is None:
        return complain("no dead letter has this id: see redress dead list")
    headers = {name: value.decode(errors="replace") for name, value in found.record.headers}
    value = (found.record.value or b"").decode(errors="backslashreplace")
    told = {**found.row(), "key": found.record.key_bytes.decode(errors="replace"), "headers": headers, "value": value}
    print(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    return 0


async def _replay(running: Running, args: argparse.Namespace) -> int:
    found = await _find(running, args.id)
    if found is None:
        return complain("no dead letter has this id: see redress dead list")
    if not found.record.topic or ADDED + "bytes" in found.told:
        return complain(f"its bytes are not kept here: what is left of it lies at {found.origin}")
    lane: Lane = "express" if found.record.topic.endswith(".express") else "standard"
    await running.publish(found.record, lane)
    show([{"id": found.id, "replayed_to": found.record.topic}], ("id", "replayed_to"))
    return 0


# Where they lie ------------------------------------------------------------------------------------


async def dead_of(running: Running) -> AsyncIterator[Dead]:
    """The buried ones of every service, then those that wait for a person."""
    topics = set(await running.reader.topics())
    async for record in running.reader.read(sorted(topics & {f"redress.{service}.dead" for service in SERVICES})):
        yield buried(record)
    for service in SERVICES:
        pages = {page["_id"]: page async for page in running.pages(service)}
        async for thing in running.things(service):
            for kept in thing.get("person", ()):
                yield waiting(service, kept, pages.get(kept["page"], {}))


def buried(record: Record) -> Dead:
    """A dead letter as it lies on its topic."""
    told = {name: value.decode(errors="replace") for name, value in record.headers if name.startswith(ADDED)}
    service = told.get("dead_service", record.topic.split(".")[1])
    headers: Headers = tuple((name, value) for name, value in record.headers if not name.startswith(ADDED))
    return Dead(
        id=f"{service}/{record.partition}/{record.offset}",
        kind="buried",
        service=service,
        time=told.get("dead_time", ""),
        origin=origin_of(record),
        reason=told.get("dead_reason", ""),
        pointer=told.get("dead_pointer", ""),
        record=Outgoing(told.get("dead_topic", ""), record.key or b"", record.value, headers),
        told=told,
    )


def waiting(service: str, kept: Mapping[str, Any], page: Mapping[str, Any]) -> Dead:
    """A record set aside on its thing, with its bytes from the page that keeps them."""
    headers = tuple((name, bytes(value or b"")) for name, value in page.get("headers", ()))
    key, value = page.get("key"), page.get("value")
    return Dead(
        id=f"{service}/{kept['page']}",
        kind="person",
        service=service,
        time=clock.wire(clock.from_ms(kept["time"])),
        origin=kept["at"],
        reason=kept["reason"],
        pointer="",
        record=Outgoing(page.get("topic", ""), bytes(key or b""), None if value is None else bytes(value), headers),
    )
