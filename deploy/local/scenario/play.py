"""The order of things: everybody complains and is looked after; then a burst, and a danger behind it."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from typing import Any

from deploy.local.channels import Channel
from deploy.local.run import Run
from deploy.local.scenario import ends
from deploy.local.scenario.calls import Answer, Api, Refused
from deploy.local.scenario.people import People
from deploy.local.scenario.played import Outcome, Played, Refusal
from deploy.local.scenario.script import BY_TOPIC, TABLET, Malformed, Script
from deploy.local.scenario.telling import Channels, Told, batch_item, ordinary_items
from deploy.local.scenario.watch import Watch
from shared.contracts.catalog import SERVICES
from shared.ops.app import Running
from shared.ops.audit import audit
from shared.settings import ServiceSettings

END_S, QUIET_S = 60.0, 60.0
PER_BATCH = 100
INTEGRATIONS = ("web-form", "call-centre", TABLET, "kiosk", BY_TOPIC)


class Play:
    """One performance on a run that is ready. `outcome` fills as it goes, for whoever looks on."""

    def __init__(self, run: Run, channels: dict[str, Channel], script: Script, burst: int) -> None:
        self.run, self.script, self.count = run, script, burst
        self.watch = Watch(run.kafka)
        self.channels, self.people = Channels(run, channels, self.watch), People(run, self.watch)
        self.outcome = Outcome([Played(case) for case in script.cases], Played(script.danger))

    async def play(self, on_act: Callable[[str], None]) -> Outcome:
        """All of it; `on_act` is told as each act begins."""
        watching = asyncio.create_task(self.watch.run())
        try:
            on_act("cases")
            await self._cases()
            on_act("burst")
            await self._burst_and_danger()
            on_act("audit")
            await self._quiet()
            await self._look_through()
        except Refused as fault:
            self.outcome.failed.append(str(fault))
        finally:
            self.watch.stop()
            await watching
            await self.channels.close()
        return self.outcome

    # Everybody complains -----------------------------------------------------------------------

    async def _cases(self) -> None:
        refusals = [self._malformed(one) for one in self.script.malformed]
        works: list[Coroutine[Any, Any, None]] = [self._tablet(), *refusals]
        works += [self._case(played) for played in self.outcome.cases if played.case.sent_by != TABLET]
        await asyncio.gather(*works)

    async def _case(self, played: Played) -> None:
        published = played.case.sent_by == BY_TOPIC
        tell = self.channels.publish if published else self.channels.tell
        await self._carry(played, lambda: tell(played.case))

    async def _tablet(self) -> None:
        """An hour offline, then one batch; what it is not sure of having sent it sends again."""
        own = [played for played in self.outcome.cases if played.case.sent_by == TABLET]
        sent = own + [played for played in own if played.case.twice]
        told = await self.channels.batch(TABLET, [batch_item(played.case) for played in sent])
        by_case: dict[str, set[str]] = {}
        for played, one in zip(sent, told, strict=True):
            by_case.setdefault(played.case.name, set()).add(one.id)
        twice = [name for name, ids in by_case.items() if len(ids) > 1]
        self.outcome.failed += [f"{name}: the duplicate became a second complaint" for name in twice]
        self.outcome.duplicate = f"{len(sent)} sent, {len(set().union(*by_case.values()))} complaints"
        await asyncio.gather(*(self._carry(p, _already(t)) for p, t in zip(own, told, strict=False)))

    async def _carry(self, played: Played, tell: Callable[[], Coroutine[Any, Any, Told]]) -> None:
        """Told, worked on, and waited for until its end; what goes wrong is that case's own."""
        began = time.monotonic()
        try:
            played.told = await tell()
            played.story = self.watch.story(played.told.id)
            await self.people.work(played.case, played.told)
        except Refused as fault:
            played.faults.append(str(fault))
            return
        wanted = played.case.ends
        if await self.watch.until(lambda: ends.reached(wanted, played.story), END_S):
            played.took_s = time.monotonic() - began
        played.faults += ends.faults(wanted, played.story)

    async def _malformed(self, one: Malformed) -> None:
        refusal = Refusal(one)
        self.outcome.refusals.append(refusal)
        answer = await self.channels.malformed(one)
        if isinstance(answer, Answer):
            named = {error.get("pointer", ""): error["detail"] for error in reversed(answer.body.get("errors", []))}
            faults = ", ".join(f"{pointer} {detail}" for pointer, detail in named.items())
            refusal.said = f"{answer.status} {answer.body.get('title', '')}: {faults}"
            refusal.well = answer.status == one.problem.status and set(one.problem.pointers) <= set(named)
        else:
            refusal.said = f"receipt: {answer.get('reason')}"
            refusal.well = not answer["accepted"] and str(answer.get("reason", "")).startswith(one.problem.reason)

    # A burst, and a danger behind it -----------------------------------------------------------

    async def _burst_and_danger(self) -> None:
        burst, items = self.outcome.burst, ordinary_items(self.script.ordinary, self.count)
        for begin in range(0, len(items), PER_BATCH):
            told = await self.channels.batch("web-form", items[begin : begin + PER_BATCH])
            burst.stories += [self.watch.story(one.id) for one in told]
            burst.told += told
        danger = self.outcome.danger
        await self._carry(danger, lambda: self.channels.tell(danger.case))
        if not await self.watch.until(lambda: burst.answered() == len(burst.told), END_S):
            self.outcome.failed.append(f"{len(burst.told) - burst.answered()} of the burst were not acknowledged")

    # Afterwards --------------------------------------------------------------------------------

    def _running(self) -> Running:
        run = self.run
        return Running(
            {
                service: ServiceSettings(
                    kafka=run.kafka, kafka_idempotent=False, mongo=run.mongo, port=run.ports[service]
                )
                for service in SERVICES
            }
        )

    async def _quiet(self) -> None:
        """Until no group has anything waiting."""
        until = time.monotonic() + QUIET_S
        async with self._running() as running:
            while time.monotonic() < until:
                if await running.waiting() == 0:
                    return
                await asyncio.sleep(0.2)
        self.outcome.failed.append("the system did not come to rest")

    async def _look_through(self) -> None:
        """The audit with everything accepted and everything that went in; messages sent, and the partners' books."""
        everybody = [played.told for played in self.outcome.all_cases()] + list(self.outcome.burst.told)
        accepted = [told.reference for told in everybody if told is not None]
        async with self._running() as running:
            self.outcome.audit = await audit(running, accepted, self.script.planted())
        self.outcome.records = dict(self.watch.records)
        lines = self.channels.outbox.read_bytes().splitlines() if self.channels.outbox.exists() else []
        self.outcome.letters = [json.loads(line) for line in lines]
        self.outcome.books = (await Api(self.run.url("partners")).call("GET", "/_ledger")).body
        self.outcome.failed += self._outside()

    def _outside(self) -> list[str]:
        """What the world outside saw: each payout made once, each message sent once."""
        paid = [f"{id} was paid {times} times" for id, times in self.outcome.books["paid"].items() if times != 1]
        sent = [(letter["complaint"], letter["template"]) for letter in self.outcome.letters]
        again = {
            f"{complaint} got {template} twice" for complaint, template in sent if sent.count((complaint, template)) > 1
        }
        return paid + sorted(again)


def _already(told: Told) -> Callable[[], Coroutine[Any, Any, Told]]:
    async def tell() -> Told:
        return told

    return tell


def add_integrations(run: Run) -> dict[str, Channel]:
    """The channels of the demo; the ride app may speak of its own line only."""
    options = {BY_TOPIC: ("--line", "ride_hailing")}
    return {name: run.add_channel(name, *options.get(name, ())) for name in INTEGRATIONS}
