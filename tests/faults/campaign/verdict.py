"""What came of it all: the audit, the partner's ledger, messages, receipts, the new field; in figures."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.mongo.client import database
from tests.faults.campaign.accepted import Accepted
from tests.faults.campaign.calls import Caller
from tests.faults.campaign.people import People
from tests.faults.campaign.system import System
from tests.faults.campaign.told import REFUNDS

LOST = ("accepted", "received", "without a gap", "receipt", "passed over", "triaged has")
TWICE = ("one id, one content", "hashes are those", "given twice")
PAID = ("is paid twice", "order keeps its key")


@dataclass
class Verdict:
    """Every list holds references; empty ones are what we came for."""

    rules: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    contradictory: list[str] = field(default_factory=list)
    paid_twice: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    paid: int = 0

    @property
    def well(self) -> bool:
        """Nothing found."""
        return not (self.lost or self.contradictory or self.paid_twice or self.broken or self.unsettled)


async def audit(system: System, accepted: Path) -> tuple[int, list[dict[str, Any]]]:
    """`redress audit --accepted`, as ops runs it: its exit status and a row a rule."""
    program = Path(sys.executable).parent / "redress"
    process = await asyncio.create_subprocess_exec(
        program, "audit", "--accepted", accepted, env=os.environ | system.ops(), stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    (system.folder / "audit.jsonl").write_bytes(out)
    rows = [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]
    return process.returncode or 0, rows


def sort_out(verdict: Verdict, status: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """Puts the audit's breaches where they belong; an audit that did not end well by itself is a breach."""
    verdict.rules = [dict(row) for row in rows]
    for row in verdict.rules:
        if not row["broken"]:
            continue
        found = [f"{row['rule']}: {breach}" for breach in row["breaches"]] or [str(row["rule"])]
        place = verdict.broken
        if any(word in row["rule"] for word in LOST):
            place = verdict.lost
        elif any(word in row["rule"] for word in TWICE):
            place = verdict.contradictory
        elif any(word in row["rule"] for word in PAID):
            place = verdict.paid_twice
        place += found
    if not verdict.rules or (status and not any(row["broken"] for row in verdict.rules)):
        verdict.broken.append(f"redress audit ended with {status}")


async def money(verdict: Verdict, system: System, accepted: Accepted, people: People) -> None:
    """The partner's own ledger: each remedy paid once, a ticket once, the right amount, everything offered paid."""
    ledger = (await Caller(30.0).ask(system.partners.port, "GET", "/_ledger")).body
    verdict.paid = len(ledger["payouts"])
    verdict.paid_twice += [f"{id}: {times} times" for id, times in ledger["paid"].items() if times > 1]
    by_ticket: Counter[str] = Counter()
    paid_to = set()
    for payout in ledger["payouts"]:
        complaint = accepted.complaints.get(payout["beneficiary"])
        paid_to.add(payout["beneficiary"])
        if complaint is None or payout["amount"] != REFUNDS.get(complaint.story):
            verdict.broken.append(f"{payout['payout_id']}: {payout['amount']} is not what was due")
        elif complaint.ticket:
            by_ticket[complaint.ticket] += 1
    verdict.paid_twice += [f"{ticket}: to {times} complaints" for ticket, times in by_ticket.items() if times > 1]
    verdict.lost += [f"{id}: told as delivered and not paid" for id in sorted(people.settled - paid_to)]
    verdict.unsettled += people.open_ends()


async def messages(verdict: Verdict, system: System, accepted: Accepted) -> None:
    """A used key with another body stands as one message on its complaint, and nothing else does."""
    things = database(system.mongo, "redress_intake", 20_000)["things"]
    found = {}
    async for thing in things.find({"state.complaint.received": True}, {"state.complaint.stands.supplements": 1}):
        found[thing["_id"]] = thing["state"]["complaint"]["stands"]["supplements"]
    for id in accepted.complaints:
        wanted, there = int(id in accepted.others), found.get(id, 0)
        if there < wanted:
            verdict.lost.append(f"{id}: the second body is no message")
        elif there > wanted:
            verdict.contradictory.append(f"{id}: {there} messages of {wanted}")
