"""The facts every shipped table is tried on: any value in range, and each boundary with its neighbours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

LEFT_OUT = object()


@dataclass(frozen=True)
class Space:
    """The values of one fact: drawn anywhere in range (`anywhere`), or at and beside every boundary (`edges`)."""

    anywhere: Callable[[Random], Any]
    edges: tuple[Any, ...]

    def draw(self, chance: Random) -> Any:
        """An edge one time in four, otherwise anywhere."""
        return chance.choice(self.edges) if chance.random() < 0.25 else self.anywhere(chance)


def _text(scaled: int, places: int) -> str:
    sign, size = "-" if scaled < 0 else "", abs(scaled)
    whole, part = divmod(size, 10**places)
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def _decimals(low: int, high: int, places: int, *edges: Any) -> Space:
    """Numbers from low to high; every edge comes with the neighbours one step away, where they are in range."""
    step = 10**places
    scaled = [round(edge * step) for edge in edges]
    near = sorted({s + d for s in scaled for d in (-1, 0, 1) if low * step <= s + d <= high * step})
    return Space(
        lambda chance: _text(chance.randint(low * step, high * step), places), tuple(_text(s, places) for s in near)
    )


def money(*edges: Any, high: int = 5000) -> Space:
    return _decimals(0, high, 2, 0, *edges)


def choice(*values: Any) -> Space:
    return Space(lambda chance: chance.choice(values), values)


def optional(space: Space) -> Space:
    return Space(lambda chance: LEFT_OUT if chance.random() < 0.5 else space.anywhere(chance), (LEFT_OUT, *space.edges))


FLAG = choice(LEFT_OUT, True, False)
MUST = choice(True, False)
HOURS = _decimals(-50, 400, 2, 0, 24, 48, 192)
FARE = money(2, 24.5, 45, 553, 12.5, 37.5)
DELAY = _decimals(0, 300, 1, 15, 30, 60, 120)
AIR_DELAY = _decimals(0, 400, 1, 120, 180, 240)
KM = _decimals(0, 9000, 1, 1500, 3500)
REROUTED = Space(
    lambda chance: None if chance.random() < 0.1 else chance.randint(-300, 500),
    (None, -1, 0, 59, 60, 61, 119, 120, 121, 179, 180, 181, 239, 240, 241),
)
_START = datetime(2026, 5, 1, 8, tzinfo=UTC)


def _moment(minutes: int) -> str:
    return (_START + timedelta(minutes=minutes)).isoformat()


SPACES: dict[str, dict[str, Space]] = {
    "cn_rail.refund": {
        "fare": FARE,
        "hours_before_departure": HOURS,
        "suspended": FLAG,
        "illness_proof": FLAG,
        "group": FLAG,
        "changed": FLAG,
        "changed_refundable": FLAG,
        "changed_from_within_8_days": FLAG,
        "changed_into_spring_festival": FLAG,
    },
    "cn_rail.disruption": {
        "fare": FARE,
        "cause": choice("suspension", "weather", "line_fault", "carrier_fault", "passenger"),
        "overnight": FLAG,
        "connection_missed": FLAG,
    },
    "cn_rail.change": {"lower_fare": FARE, "hours_before_departure": HOURS, "to_later_day": MUST, "departed": FLAG},
    "cn_rail.cross_border_refund": {"fare": FARE, "hours_before_departure": HOURS, "changed": FLAG},
    "cn_rail.luggage": {
        "actual_loss": money(299.99, 300, 800, 1000),
        "weight_kg": _decimals(0, 60, 3, 20, 20.333),
        "lost": FLAG,
        "damage_share": optional(_decimals(0, 1, 3, 0.3, 1)),
        "days_late": optional(_decimals(0, 60, 1, 30)),
        "freight": optional(money(30, high=200)),
        "declared_value": optional(money(800)),
        "gross_negligence": FLAG,
        "carrier_exempt": FLAG,
    },
    "eu_rail.delay": {
        "price": money(8, 16, 15.98, 59.85, 80, high=300),
        "delay_min": DELAY,
        "return_ticket": FLAG,
        "told_before_purchase": FLAG,
        "rerouted_under_60": FLAG,
        "already_refunded": FLAG,
        "extraordinary": FLAG,
    },
    "uk_rail.delay_repay": {
        "price": money(12.35, 40, high=300),
        "delay_min": DELAY,
        "scheme": choice("DR15", "DR30"),
        "return_ticket": FLAG,
    },
    "uk_rail.delay_repay_season": {
        "price": money(2.32, 4640, 1300, 400, 100, high=9000),
        "period": choice("year", "quarter", "month", "week"),
        "delay_min": DELAY,
        "scheme": choice(LEFT_OUT, "DR15", "DR30"),
    },
    "eu_air.delay": {"distance_km": KM, "intra_eu": MUST, "delay_min": AIR_DELAY, "extraordinary": FLAG},
    "eu_air.cancellation": {
        "distance_km": KM,
        "intra_eu": MUST,
        "notice_days": _decimals(0, 30, 1, 7, 14),
        "departs_earlier_min": REROUTED,
        "arrives_later_min": REROUTED,
        "extraordinary": FLAG,
    },
    "eu_air.downgrade": {"price": money(200, 0.01, 0.02, high=3000), "distance_km": KM, "intra_eu": MUST},
    "cn_consumer.fraud": {"price": money(60, 166, 166.66, 167, 300, high=100000)},
    "driving.short_hours": {
        "booked_hours": _decimals(1, 8, 2, 2),
        "given_hours": _decimals(0, 8, 2, 0, 2),
        "wasted_hours": optional(_decimals(0, 8, 2, 0, 0.5)),
        "verified": MUST,
    },
    "driving.integrity": {"fee": money(260), "session_hours": _decimals(0, 8, 2, 0, 2), "verified": MUST},
    "sharing.deposit": {
        "deposit": money(199),
        "vehicle": choice("bike", "car"),
        "working_days_since_request": _decimals(0, 30, 1, 0, 2, 15),
    },
    "sharing.delivery_delay": {
        "minutes_late": _decimals(0, 200, 1, 0, 15, 30, 60),
        "weather": FLAG,
        "goods_value": optional(money(100, 155, 300, high=600)),
    },
    "sharing.timed_fee": {
        "business": choice("bike", "car", "power_bank"),
        "started": Space(lambda _: _moment(0), (_moment(0),)),
        "ended": Space(
            lambda chance: _moment(chance.randint(0, 8000)),
            tuple(_moment(m) for m in (0, 1, 59, 60, 61, 1439, 1440, 1441, 1530, 2881)),
        ),
        "charged": money(8, 30, 60),
        "price_per_unit": _decimals(0, 10, 4, 1.5, 4, 0.1255),
        "unit_minutes": Space(lambda chance: chance.choice([1, 7, 15, 30, 60, 61, "0.5"]), (15, 60, 61)),
        "daily_cap": money(25, 30),
    },
    "sharing.out_of_area": {"returned_and_locked_within_h": optional(_decimals(0, 100, 2, 0, 24))},
    "ride.fare_review": {
        "charged": money(40, 58.5),
        "tariff_amount": money(40),
        "tolls": optional(money(10)),
        "surcharges": optional(money(8.5)),
    },
    "ride.cancellation": {
        "fee": money(5),
        "minutes_since_request": _decimals(0, 30, 2, 0, 3),
        "grace_minutes": _decimals(0, 10, 1, 0, 3),
        "driver_late_min": _decimals(-20, 30, 2, 0, 5),
    },
    "farm.warranty": {
        "working_days_unrepaired": _decimals(0, 90, 1, 0, 30),
        "repairs_of_same_serious_defect": Space(lambda chance: chance.randint(0, 6), (0, 1, 2, 3)),
        "main_part_replaced": MUST,
    },
}


def given_facts(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not LEFT_OUT}


def some_facts(table: str, chance: Random) -> dict[str, Any]:
    """Facts of this table drawn by chance."""
    return given_facts({name: space.draw(chance) for name, space in SPACES[table].items()})


def facts_of(table: str) -> st.SearchStrategy[dict[str, Any]]:
    """The same for hypothesis, which picks the seed."""
    return st.randoms(use_true_random=True).map(lambda chance: some_facts(table, chance))
