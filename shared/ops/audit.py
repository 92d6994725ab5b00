"""`redress audit`: the list "always true", checked on the running system; exit 1 on any breach."""

import argparse
import pickle
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from shared import clock
from shared.contracts.catalog import SERVICES
from shared.flow.history import whole
from shared.flow.records import Part, Record
from shared.ops.app import Running, on_running
from shared.ops.checked import Checked
from shared.ops.fact_checks import FactChecks
from shared.ops.flow_checks import FlowChecks
from shared.ops.heard_checks import HeardChecks
from shared.ops.show import complain, show
from shared.ops.store_checks import StoreChecks, forms_of, planted_in
from shared.ops.wire_checks import WireChecks

RECEIVED, TRIAGED = "redress.intake.received.v1", "redress.triage.triaged.v1"
FOLLOWS = (
    ("1 · every complaint received is a case", RECEIVED, "triage"),
    ("1 · every complaint received is acknowledged or said why not", RECEIVED, "notify"),
    ("1 · every case triaged has a claim", TRIAGED, "compensation"),
)
"""Rule, fact, and the service that must hold a document once it has read the fact."""
LARGE = ("heard", "replay")
"""What no service's own rules look at; the rest of all documents is held at once for them."""


def run(args: argparse.Namespace) -> int:
    """Runs `redress audit`."""
    try:
        accepted, absent = _lines(args.accepted), _lines(args.absent)
    except OSError as fault:
        complain(f"{fault.filename} cannot be read: {fault.strerror}")
        return 2

    async def work(running: Running) -> int:
        checks = await audit(running, accepted, absent)
        show([each.row() for each in checks], ("rule", "counted", "broken", "breaches"), "Always true")
        return 1 if any(each.breaches for each in checks) else 0

    return on_running(work)


def _lines(file: Path | None) -> list[str]:
    return [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()] if file else []


async def audit(running: Running, accepted: Iterable[str] = (), absent: Iterable[str] = ()) -> list[Checked]:
    """Every rule with what it counted. Stores first, then the topics: what a store has told must be there by then."""
    names = await running.reader.topics()
    spans = await running.reader.spans(names)
    groups = await running.committed(spans)
    stores, flow, heard, own = StoreChecks(groups), FlowChecks(clock.now()), HeardChecks(groups), list[Checked]()
    for service in SERVICES:
        own += await _service(running, service, (stores, flow, heard))
    facts, topics, wire = FactChecks(), _Topics(absent, groups), WireChecks()
    async for record in running.reader.read(names):
        facts.take(record)
        topics.take(record)
        wire.take(record)
        heard.record(record)
    checks = facts.finish()
    checks.append(stores.gaps(facts.numbers, any(first for first, _ in spans.values())))
    checks += [stores.heard(rule, service, topics.read[rule]) for rule, _, service in FOLLOWS]
    checks += stores.accepted(accepted) if accepted else []
    checks += [*own, *flow.finish(), *heard.finish(), *wire.finish()]
    checks += [topics.absent, stores.history, stores.chains(facts.chains), topics.refused]
    return sorted(checks, key=lambda each: each.rule)


async def _service(
    running: Running, service: str, shared: tuple[StoreChecks, FlowChecks, HeardChecks]
) -> list[Checked]:
    """Documents of one service: the shared rules, then its own."""
    stores, flow, heard = shared
    pages: dict[str, dict[int, Any]] = {}
    async for page in running.pages(service):
        flow.page(service, page)
        if "page" in page:
            pages.setdefault(page["thing"], {})[page["page"]] = page
    packed = []  # a hundred thousand documents as they are would take gigabytes
    async for thing in running.things(service):
        stores.take(service, thing, pages.get(thing["_id"], {}))
        flow.take(service, thing)
        heard.document(service, thing)
        packed.append(_packed(thing, pages.get(thing["_id"], {})))
    entries = [entry for entry in entry_points(group="redress.audit") if entry.name == service]
    return [checked for entry in entries for checked in entry.load()(map(pickle.loads, packed))]


def _packed(thing: Mapping[str, Any], pages: Mapping[int, Any]) -> bytes:
    """What a service's own rules look at, its history whole."""
    kept = {name: part for name, part in thing.items() if name not in LARGE}
    return pickle.dumps(kept | {"history": whole(thing, pages)})


class _Topics:
    """What is looked for on every topic: planted texts, what each service has read, how bad input was answered."""

    def __init__(self, absent: Iterable[str], groups: Mapping[str, Mapping[Part, int]]) -> None:
        self.planted = {f"line {number}": forms_of(text) for number, text in enumerate(absent, 1)}
        self.absent = Checked("5 · no planted text stands on a topic" if self.planted else "5 · records looked at")
        self.refused = Checked("7 · bad input is answered with its reason")
        self.read: dict[str, list[str]] = {rule: [] for rule, _, _ in FOLLOWS}
        self.groups = groups

    def take(self, record: Record) -> None:
        parts = [record.key or b"", record.value or b"", *(value for _, value in record.headers)]
        at = f"{record.topic}/{record.partition}/{record.offset}"
        found = planted_in(parts, self.planted) if self.planted else []
        self.absent.count(bool(found), f"{at}: {', '.join(found)}")
        headers = dict(record.headers)
        if record.topic.endswith(".dead"):
            self.refused.count(not headers.get("dead_reason"), at)
        elif record.topic == "redress.receipts" and b'"accepted":false' in (record.value or b""):
            self.refused.count(b'"reason":null' in (record.value or b""), at)
        type, lane = headers.get("ce_type", b"").decode(errors="replace"), record.topic.rsplit(".", 1)[-1]
        for rule, fact, service in FOLLOWS:
            group = self.groups.get(f"redress.{service}.{lane}", {})
            if type == fact and record.offset < group.get(record.part, 0):
                self.read[rule].append((record.key or b"").decode())
