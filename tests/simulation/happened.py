"""What befell a seed, counted: that each kind of fault the simulator promises does come, and how often."""

import itertools
from collections import Counter
from collections.abc import Iterable
from typing import Any

from shared import clock
from tests.simulation.reading import Reading
from tests.simulation.world import World

CALLS = ("publish", "write", "commit", "load", "fetch")
LONG_S = 100


def happened(world: World) -> Counter[str]:
    """How often each thing happened in a run that is over, by its name in the table."""
    found = _to_processes(world) + _on_the_log(world, Reading(world)) + _in_the_stores(world)
    return Counter({name: times for name, times in found.items() if times})


def table(times: Counter[str], within: Counter[str], seeds: int) -> Iterable[str]:
    """A line for each: how often in a thousand seeds, and in how many of these."""
    yield "| what | times in 1,000 seeds | seeds of 1,000 |"
    yield "|---|---:|---:|"
    for name in sorted(times):
        yield f"| {name} | {times[name] * 1000 / seeds:,.0f} | {within[name] * 1000 / seeds:,.0f} |"


def _to_processes(world: World) -> Counter[str]:
    """Kills, freezes, rebalances, lost answers, servers away, by what was chosen and what came of it."""
    found, counts = Counter[str](), world.counts
    for _, fate, _, kind in world.net.spent:
        call = kind if kind in CALLS else "provider" if ":" in kind else "other call"
        found[f"call {fate}: {call}"] += 1
    for told, name in (
        ("kill", "process killed"), ("freeze", "process frozen"), ("expelled", "frozen past its session"),
        ("zombie", "zombie member goes on"), ("side by side", "old and new version side by side"),
        ("drain", "process drained"), ("grow", "partitions added"), ("fed again", "kept record fed again"),
        ("provider hangs", "provider hangs"), ("provider says later", "provider says later"),
        ("provider did it and hangs", "provider did it, answer lost"),
        ("asked again elsewhere", "caller repeats at another replica"),
    ):  # fmt: skip
        found[name] = counts[told]
    for trouble in world.befallen:
        long = trouble.lasts >= LONG_S and trouble.what in ("store away", "log away", "freeze")
        found[f"trouble: {trouble.what}" + (" for minutes" if long else "")] += 1
    found["lane stopped by dead letters"] = counts["lane stopped"]
    plan = world.plan
    found["replicas' clocks apart"] = plan.clocks_apart_s > 0
    found["brokers' clocks apart"] = plan.brokers_apart_s > 0
    return found


def _on_the_log(world: World, reading: Reading) -> Counter[str]:
    """Duplicates, late and disordered records, ticks early, late and doubled, and the topics of every kind."""
    found = Counter[str]()
    for facts in reading.facts.values():
        places = [place for fact in facts.values() for place in fact.places]
        found["fact published again"] += len(places) - len(facts)
        for on_log in facts.values():
            found[f"fact told: {on_log.type.split('.')[1]}"] += 1
            found["needs-person told"] += on_log.type.endswith("needs-person.v1")
        firsts = sorted((f.places[0].topic, f.places[0].partition, f.places[0].offset, n) for n, f in facts.items())
        found["fact after a later one of its thing"] += sum(
            one[:2] == other[:2] and one[3] > other[3] for one, other in itertools.pairwise(firsts)
        )
    ticks = Counter((str(data["thing"]), str(data["clock"]), str(data.get("due"))) for _, data in reading.ticks)
    found["tick doubled"] = sum(times - 1 for times in ticks.values())
    for record, data in reading.ticks:
        if isinstance(data.get("due"), int):
            late = clock.to_ms(record.time) - data["due"]
            found["tick early"] += late < 0
            found["tick a minute late"] += late > 60_000
    answers = Counter((data["key"], data["attempt"], data["verdict"] != "open") for data in reading.answers)
    found["effect answered twice"] = sum(times - 1 for (_, _, final), times in answers.items() if final)
    for (topic, _), records in world.broker.records.items():
        kind = _kind(topic)
        if kind:
            found[kind] += len(records)
    return found


def _kind(topic: str) -> str:
    parts = topic.split(".")
    kinds = {"channels": "entry on a channel topic", "contacts": "contact told", "outcomes": "outcome told",
             "receipts": "receipt told", "actions": "protective action told"}  # fmt: skip
    return "dead letter" if parts[-1] == "dead" else kinds.get(parts[1], "")


def _in_the_stores(world: World) -> Counter[str]:
    """Conflicts of versions, erasures, history pages, effects by their end."""
    found = Counter[str]()
    for service, store in world.stores.items():
        found["write conflicted"] += store.conflicts
        for document in store.things.values():
            found["erased"] += service == "intake" and bool(document.get("erased")) and document["_id"][0] == "c"
            found["history moved to pages"] += document["pages"] > 0
            found["raised to express"] += document["lane"] == "express"
            for attempt in document["attempts"].values():
                verdict: Any = attempt.get("answer", {}).get("verdict", "open")
                found[f"effect {attempt['kind'] or 'unknown'}: {verdict}"] += 1
    found["erased with a case open"] = world.counts["erased in the middle"]
    return found
