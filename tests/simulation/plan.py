"""What a seed chooses: how many processes, what goes wrong and when, and what people do."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.net import FATES, Weather

SERVICES = ("intake", "triage", "compensation", "notify")
TROUBLES = (
    "kill", "freeze", "rebalance", "store away", "log away", "stop lane", "roll", "grow", "replace", "kill all",
    "outage",
)  # fmt: skip
AMBUSHES = (
    "stopped untold", "stopped untold, inbox crowded", "cut off from the log", "out after a deed",
    "danger after the finding",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong at a time, in seconds from the start, and how long it lasts."""

    at: float
    what: str
    service: str
    lasts: float


@dataclass(slots=True)
class Plan:
    """All of a seed's choices that are made before the run; the rest is drawn as it goes."""

    seed: int
    rng: random.Random
    replicas: dict[str, int] = field(default_factory=dict)
    partitions: int = 2
    batches: Sequence[int] = (500,)
    weather: Weather = field(default_factory=Weather)
    clocks_apart_s: float = 0.0
    brokers_apart_s: float = 0.0
    double_ticks: float = 0.0
    belated_ticks: bool = False
    troubles: list[Trouble] = field(default_factory=list)
    faults_until: float = 60.0
    short_pages: bool = False
    whole_copies: bool = True
    complaints: int = 1
    restart_s: float = 5.0
    defect_odds: int = 0
    garbage: int = 0
    dead_in_a_row: int = 50
    restoring: Any = None

    @property
    def calm_at(self) -> float:
        """When the last trouble is over, in seconds from the start."""
        ends = [trouble.at + trouble.lasts for trouble in self.troubles if trouble.what == "outage"]
        latest = [self.faults_until + trouble.lasts for trouble in self.troubles if trouble.what in AMBUSHES]
        return max([self.faults_until, *ends, *latest])


def plan(seed: int) -> Plan:
    """The plan of a seed."""
    rng = random.Random(seed)
    made = Plan(seed, rng, whole_copies=seed % 16 == 0)
    made.partitions = rng.choice((1, 2, 2, 3))
    made.complaints = rng.choice((1, 1, 1, 2, 2, 3))
    made.replicas = {service: rng.choice((1, 1, 2)) for service in SERVICES}
    made.batches = rng.choice(((1,), (2, 3), (500,), (1, 5, 500)))
    made.faults_until = rng.choice((20.0, 60.0, 300.0))
    made.defect_odds = rng.choice((0, 0, 0, 40, 12))
    made.garbage = rng.choice((0, 0, 0, 1, 4))
    made.dead_in_a_row = rng.choice((50, 5))
    calm = rng.random() < 0.05
    made.weather = Weather(
        chance=0.0 if calm else rng.choice((0.005, 0.02, 0.05)),
        fates=rng.sample(FATES, rng.randint(1, len(FATES))),
        left=rng.randint(1, 12),
        latency_s=rng.choice((0.004, 0.05, 1.0)),
    )
    made.clocks_apart_s = rng.choice((0.0, 0.0, 0.0, 0.5, 5.0, 5.0, 20.0, 90.0))
    made.brokers_apart_s = rng.choice((0.0, 0.0, 0.0, 0.5, 2.0, 2.0, 10.0, 40.0))
    made.double_ticks = rng.choice((0.0, 0.0, 0.5))
    made.short_pages = rng.random() < 0.5
    if not calm:
        made.troubles = [_trouble(rng, made.faults_until) for _ in range(rng.choice((0, 1, 2, 4)))]
        _depose_leaders(random.Random(f"{seed} leaders"), made)
        _lay_ambushes(random.Random(f"{seed} ambushes"), made)
    return made


def _lay_ambushes(rng: random.Random, made: Plan) -> None:
    """Drawn apart, so that the rest of a seed's plan is what it was before there were any."""
    made.belated_ticks = rng.random() < 0.25
    if rng.random() < 0.3:
        what = rng.choice(AMBUSHES)
        lasts = rng.choice((30, 50)) * 3600.0 if what == "out after a deed" else 0.0
        made.troubles.append(Trouble(made.faults_until * rng.random() / 2, what, rng.choice(SERVICES), lasts))
        if what in ("stopped untold, inbox crowded", "cut off from the log"):
            made.batches = rng.choice(((1,), (1, 2)))


def _depose_leaders(rng: random.Random, made: Plan) -> None:
    """Drawn apart likewise."""
    if rng.random() < 0.2:
        at, lasts = made.faults_until * rng.random(), rng.choice((2.0, 10.0, 60.0))
        made.troubles.append(Trouble(at, "leader away", rng.choice(SERVICES), lasts))


def _trouble(rng: random.Random, until: float) -> Trouble:
    at = until * rng.random() ** 2
    what, service, lasts = rng.choice(TROUBLES), rng.choice(SERVICES), rng.choice((1.0, 10.0, 150.0))
    if what == "outage":
        lasts = rng.choice((2, 30, 50)) * 3600.0
    return Trouble(at, what, service, lasts)
