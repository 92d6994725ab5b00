"""Schemes named nowhere in the packs, written from the page alone: luggage by the kilogram, hotels, parcels, cars, …"""

from pathlib import Path
from typing import Any

import pytest

from services.compensation.commands import with_packs
from services.compensation.tables import Tables, assess, tables_of
from tests.services.compensation.tables.test_oracle import as_owed
from tests.services.compensation.tables.writing import ON

FOLDER = Path(__file__).parent / "schemes"
MARCH = {"in_workshop": "2026-03-02", "class": "small"}
NOON = {"monthly": "30", "started": "2026-05-01T12:00:00Z"}
MOVED = {"price": "4501", "seats": 2, "told_on": "2026-03-01", "cause": "artist"}
MONEY_OR_SEAT = ("one_of", [("refund", "9010"), ("coupon", "10360"), "seat_change"])


@pytest.fixture(scope="module")
def schemes() -> Tables:
    return tables_of(with_packs([FOLDER]))


@pytest.mark.parametrize(
    ("table", "facts", "owed"),
    [
        ("sky.baggage", {"proof": True, "value": "1288", "weight": 10}, [("compensation", "1288.00")]),
        ("sky.baggage", {"proof": True, "value": "1289", "weight": 10}, [("compensation", "1288.00")]),
        (
            "sky.baggage",
            {"proof": True, "value": "1900", "weight": 10, "special_declaration": "1500"},
            [("compensation", "1500.00")],
        ),
        ("sky.baggage", {"proof": False, "weight": "29.41"}, [("compensation", "500.00")]),
        ("sky.baggage", {"proof": False, "weight": "12.1"}, [("compensation", "206.00")]),
        ("sky.baggage", {"proof": True, "weight": 10}, []),
        (
            "hotel.overbooking",
            {"rate": "80", "nights": 5, "room": "suite", "rehoused": False},
            [("compensation", "144.00"), ("refund", "400.00")],
        ),
        (
            "hotel.overbooking",
            {"rate": "80", "nights": 1, "room": "suite", "rehoused": True},
            [("compensation", "50.00"), "lodging"],
        ),
        ("parcel.loss", {"postage": "12", "loss": "36.01"}, [("compensation", "40.00")]),
        ("parcel.loss", {"postage": "12", "loss": "30"}, [("compensation", "30.00")]),
        (
            "parcel.loss",
            {"postage": "12", "loss": "700", "insured": True, "declared": "500"},
            [("compensation", "500.00"), ("refund", "12.00")],
        ),
        ("car.replacement", MARCH | {"out_of_workshop": "2026-03-04"}, []),
        ("car.replacement", MARCH | {"out_of_workshop": "2026-03-05"}, [("compensation", "12.50")]),
        # 8 March is a Sunday and does not count; 14 days at most are paid
        ("car.replacement", MARCH | {"out_of_workshop": "2026-03-09"}, [("compensation", "50.00")]),
        ("car.replacement", MARCH | {"out_of_workshop": "2026-05-09"}, [("compensation", "175.00")]),
        ("car.replacement", MARCH | {"out_of_workshop": "2026-05-09", "receipts": "99"}, [("compensation", "99.00")]),
        ("phone.outage", NOON | {"outage": "PT4H"}, ["apology"]),
        ("phone.outage", NOON | {"outage": "9"}, [("free_service_time", "5", "hour"), "explanation"]),
        (
            "phone.outage",
            NOON | {"outage": "100"},
            [
                ("one_of", [("refund", "4.00"), ("coupon", "5.00"), ("free_service_time", "72", "hour")]),
                "explanation",
            ],
        ),
        ("phone.outage", NOON | {"outage": "9", "planned": True, "started": "2026-05-01T23:30:00Z"}, []),
        ("concert.moved", MOVED | {"chosen_on": "2026-03-09"}, [MONEY_OR_SEAT]),
        ("concert.moved", MOVED | {"chosen_on": "2026-03-09", "cause": "weather"}, [("coupon", "9010")]),
    ],
)
def test_owes_what_its_words_say(schemes: Tables, table: str, facts: dict[str, Any], owed: list[Any]) -> None:
    assert as_owed(assess(schemes, table, facts, ON)["remedies"]) == owed
