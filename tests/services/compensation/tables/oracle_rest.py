"""What is owed in the air, on the road, in shops and schools, by plain functions that know nothing of tables."""

import math
from datetime import datetime
from fractions import Fraction

from tests.services.compensation.tables.oracle_rail import Facts, Owed, money, nearest, number


def _air_amount(f: Facts) -> int:
    far = number(f["distance_km"])
    if far <= 1500:
        return 250
    return 400 if far <= 3500 or f["intra_eu"] else 600


def eu_air_delay(f: Facts) -> Owed:
    late, full = number(f["delay_min"]), _air_amount(f)
    if f.get("extraordinary") or late < 3 * 60:
        return []
    return money("compensation", Fraction(full, 2 if full == 600 and late < 4 * 60 else 1))


def eu_air_cancellation(f: Facts) -> Owed:
    if f.get("extraordinary"):
        return []
    notice, full = number(f["notice_days"]), _air_amount(f)
    early = None if f["departs_earlier_min"] is None else number(f["departs_earlier_min"])
    late = None if f["arrives_later_min"] is None else number(f["arrives_later_min"])
    if notice >= 14:
        return []
    if early is not None and late is not None:
        if notice >= 7 and early <= 120 and late < 240:
            return []
        if notice < 7 and early <= 60 and late < 120:
            return []
    within = {250: 120, 400: 180, 600: 240}[full]
    return money("compensation", Fraction(full, 2) if late is not None and late <= within else Fraction(full))


def eu_air_downgrade(f: Facts) -> Owed:
    percent = {250: 30, 400: 50, 600: 75}[_air_amount(f)]
    return money("refund", nearest(number(f["price"]) * percent / 100))


def cn_consumer_fraud(f: Facts) -> Owed:
    return money("compensation", max(3 * number(f["price"]), Fraction(500)))


def _plain(value: Fraction) -> str:
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    assert Fraction(text) == value
    return text


def driving_short_hours(f: Facts) -> Owed:
    if not f["verified"]:
        return []
    booked, given, wasted = (number(f.get(k, 0)) for k in ("booked_hours", "given_hours", "wasted_hours"))
    return [("free_service_time", _plain(booked), "hour")] if given < booked or wasted > 0 else []


def driving_integrity(f: Facts) -> Owed:
    if not f["verified"]:
        return []
    hours = number(f["session_hours"])
    return money("refund", number(f["fee"])) + ([("free_service_time", _plain(hours), "hour")] if hours else [])


def sharing_deposit(f: Facts) -> Owed:
    due = number(f["working_days_since_request"]) >= {"bike": 2, "car": 15}[f["vehicle"]]
    return money("refund", number(f["deposit"])) if due else []


def sharing_delivery_delay(f: Facts) -> Owed:
    late = number(f["minutes_late"])
    if late == 0:
        return []
    if f.get("weather"):
        size = 0 if late < 30 else 3 if late < 60 else 5
    else:
        size = 0 if late < 15 else 3 if late < 30 else 6 if late < 60 else -1
    if size == 0:
        return ["explanation"]
    if size > 0:
        return ["explanation", ("one_of", [("coupon", f"{size}.00"), ("points", str(size * 100), "point")])]
    goods = f.get("goods_value")
    coupon = Fraction(10) if goods is None else min(max(nearest(number(goods) / 10), Fraction(10)), Fraction(30))
    return ["explanation", *money("coupon", coupon)]


def sharing_timed_fee(f: Facts) -> Owed:
    passed = datetime.fromisoformat(f["ended"]) - datetime.fromisoformat(f["started"])
    left = Fraction(passed.days * 86400 + passed.seconds, 60)
    price, unit, cap = (number(f[k]) for k in ("price_per_unit", "unit_minutes", "daily_cap"))
    fee = Fraction(0)
    while left > 0:
        part = min(left, Fraction(1440))
        fee += min(math.ceil(part / unit) * price, cap)
        left -= part
    return money("refund", number(f["charged"]) - nearest(fee))


def sharing_out_of_area(f: Facts) -> Owed:
    back = f.get("returned_and_locked_within_h")
    return [("refund", "5.00")] if back is not None and number(back) <= 24 else [("fee", "5.00")]


def ride_fare_review(f: Facts) -> Owed:
    right = number(f["tariff_amount"]) + number(f.get("tolls", 0)) + number(f.get("surcharges", 0))
    too_much = number(f["charged"]) - right
    return [*money("refund", too_much), "invoice"] if too_much > 0 else []


def ride_cancellation(f: Facts) -> Owed:
    within = number(f["minutes_since_request"]) <= number(f["grace_minutes"])
    waived = within or number(f["driver_late_min"]) >= 5
    return money("fee_waiver" if waived else "fee", number(f["fee"]))


def farm_warranty(f: Facts) -> Owed:
    again = number(f["repairs_of_same_serious_defect"]) >= 2
    if again and f["main_part_replaced"]:
        return ["exchange"]
    if number(f["working_days_unrepaired"]) > 30:
        return [("one_of", ["exchange", "repair"])]
    return ["repair"] if again else []


REST = {
    "eu_air.delay": eu_air_delay,
    "eu_air.cancellation": eu_air_cancellation,
    "eu_air.downgrade": eu_air_downgrade,
    "cn_consumer.fraud": cn_consumer_fraud,
    "driving.short_hours": driving_short_hours,
    "driving.integrity": driving_integrity,
    "sharing.deposit": sharing_deposit,
    "sharing.delivery_delay": sharing_delivery_delay,
    "sharing.timed_fee": sharing_timed_fee,
    "sharing.out_of_area": sharing_out_of_area,
    "ride.fare_review": ride_fare_review,
    "ride.cancellation": ride_cancellation,
    "farm.warranty": farm_warranty,
}
