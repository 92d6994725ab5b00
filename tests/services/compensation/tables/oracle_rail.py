"""What is owed on the railways, worked out by plain functions from the rules in words; knows nothing of tables."""

import math
from fractions import Fraction
from typing import Any

Facts = dict[str, Any]
Owed = list[Any]


def number(value: Any) -> Fraction:
    return Fraction(str(value))


def cents(value: Fraction) -> str:
    """Two decimals; the value must already be a whole number of cents."""
    whole = value * 100
    assert whole.denominator == 1
    return f"{whole.numerator // 100}.{whole.numerator % 100:02d}"


def nearest(value: Fraction, step: Fraction = Fraction(1, 100)) -> Fraction:
    return math.floor(value / step + Fraction(1, 2)) * step


def money(kind: str, value: Fraction) -> Owed:
    """The remedy, or nothing when it comes to nothing."""
    return [(kind, cents(value))] if value > 0 else []


def _fee_to_half_yuan(fare: Fraction, percent: int) -> Fraction:
    raw = fare * percent / 100
    whole, rest = divmod(raw, 1)
    half = Fraction(0) if rest < Fraction(1, 4) else Fraction(1, 2) if rest < Fraction(3, 4) else Fraction(1)
    return min(max(whole + half, Fraction(2)), fare)


def cn_rail_refund(f: Facts) -> Owed:
    fare, hours = number(f["fare"]), number(f["hours_before_departure"])
    if f.get("suspended"):
        return [("one_of", [*money("refund", fare), "rebooking"])] if fare else ["rebooking"]
    if f.get("illness_proof"):
        return money("refund", fare)
    if f.get("changed") and not f.get("changed_refundable", True):
        return []
    if hours < 0 or (f.get("group") and hours < 48):
        return []
    if f.get("changed_into_spring_festival"):
        percent = 20
    elif hours >= 8 * 24:
        percent = 5 if f.get("changed_from_within_8_days") else 0
    else:
        percent = 5 if hours >= 48 else 10 if hours >= 24 else 20
    if percent == 0:
        return money("refund", fare)
    fee = _fee_to_half_yuan(fare, percent)
    return money("fee", fee) + money("refund", fare - fee)


def cn_rail_disruption(f: Facts) -> Owed:
    if f["cause"] == "passenger":
        return []
    fare = number(f["fare"])
    choice = [("one_of", [*money("refund", fare), "rebooking"])] if fare else ["rebooking"]
    return choice + (["lodging"] if f.get("overnight") else [])


def cn_rail_change(f: Facts) -> Owed:
    fare, hours = number(f["lower_fare"]), number(f["hours_before_departure"])
    if f.get("departed") or hours < 0:
        percent = 40 if f["to_later_day"] else 0
    elif hours >= 48 or not f["to_later_day"]:
        percent = 0
    else:
        percent = 5 if hours >= 24 else 15
    if percent == 0:
        return []
    fee = nearest(fare * percent / 100, Fraction(1, 2))
    return money("fee", min(max(fee, Fraction(2)), fare))


def cn_rail_cross_border_refund(f: Facts) -> Owed:
    fare, hours = number(f["fare"]), number(f["hours_before_departure"])
    if f.get("changed") or hours < 0:
        return []
    percent = 5 if hours >= 192 else 30 if hours >= 48 else 50
    fee = Fraction(math.floor(fare * percent / 100))
    return money("fee", fee) + money("refund", fare - fee)


def cn_rail_luggage(f: Facts) -> Owed:
    if f.get("carrier_exempt"):
        return []
    loss, weight = number(f["actual_loss"]), number(f["weight_kg"])
    share, too_late = f.get("damage_share"), number(f.get("days_late", 0)) > 30
    lost = too_late or (f.get("lost", True) and share is None)
    if not lost and share is None and number(f.get("days_late", 0)) > 0:
        return []
    owed = loss if lost or share is None else loss * number(share)
    paid = nearest(owed)
    if not f.get("gross_negligence"):
        cap = number(f["declared_value"]) if f.get("declared_value") is not None else 15 * weight
        if paid > cap:
            paid = Fraction(math.floor(cap * 100), 100)
    freight = number(f["freight"]) if lost and f.get("freight") is not None else Fraction(0)
    return money("compensation", paid) + money("refund", freight)


def eu_rail_delay(f: Facts) -> Owed:
    if any(f.get(k) for k in ("told_before_purchase", "rerouted_under_60", "already_refunded", "extraordinary")):
        return []
    leg = number(f["price"]) / (2 if f.get("return_ticket") else 1)
    minutes = number(f["delay_min"])
    share = Fraction(1, 2) if minutes >= 120 else Fraction(1, 4) if minutes >= 60 else Fraction(0)
    paid = nearest(leg * share)
    return money("compensation", paid) if paid >= 4 else []


def uk_rail_delay_repay(f: Facts) -> Owed:
    price, minutes = number(f["price"]), number(f["delay_min"])
    journey = price / 2 if f.get("return_ticket") else price
    if minutes < (15 if f["scheme"] == "DR15" else 30):
        return []
    if minutes >= 120:
        return money("compensation", nearest(price))
    share = Fraction(1, 4) if minutes < 30 else Fraction(1, 2) if minutes < 60 else Fraction(1)
    return money("compensation", nearest(journey * share))


def uk_rail_delay_repay_season(f: Facts) -> Owed:
    journey = number(f["price"]) / {"year": 464, "quarter": 130, "month": 40, "week": 10}[f["period"]]
    minutes = number(f["delay_min"])
    if minutes < (30 if f.get("scheme") == "DR30" else 15):
        return []
    share = Fraction(1, 4) if minutes < 30 else Fraction(1, 2) if minutes < 60 else Fraction(1)
    return money("compensation", nearest(journey * share))


RAIL = {
    "cn_rail.refund": cn_rail_refund,
    "cn_rail.disruption": cn_rail_disruption,
    "cn_rail.change": cn_rail_change,
    "cn_rail.cross_border_refund": cn_rail_cross_border_refund,
    "cn_rail.luggage": cn_rail_luggage,
    "eu_rail.delay": eu_rail_delay,
    "uk_rail.delay_repay": uk_rail_delay_repay,
    "uk_rail.delay_repay_season": uk_rail_delay_repay_season,
}
