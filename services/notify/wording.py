"""How the fields of a message read: times in the line's zone, remedies and names in the reader's language. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency

UTC = ZoneInfo("UTC")
LOCALES = {"zh-Hans": "zh_Hans_CN", "zh-Hant": "zh_Hant_TW", "en": "en_GB"}
AND = {"zh-Hans": "、", "zh-Hant": "、", "en": ", "}
KINDS: Mapping[str, tuple[str, str, str]] = {
    "refund": ("退款", "退款", "refund"),
    "fee": ("手续费", "手續費", "fee"),
    "compensation": ("赔偿", "賠償", "compensation"),
    "fee_waiver": ("免收费用", "免收費用", "fee waived"),
    "coupon": ("优惠券", "優惠券", "coupon"),
    "points": ("积分", "積分", "points"),
    "free_service_time": ("免费课时", "免費課時", "free hours"),
    "rebooking": ("改签", "改簽", "rebooking"),
    "lodging": ("住宿", "住宿", "lodging"),
    "seat_change": ("换座", "換座", "another seat"),
    "invoice": ("发票", "發票", "invoice"),
    "credit_correction": ("信用更正", "信用更正", "credit points corrected"),
    "repair": ("修理", "修理", "repair"),
    "exchange": ("更换", "更換", "exchange"),
    "explanation": ("说明", "說明", "explanation"),
    "apology": ("致歉", "致歉", "apology"),
}
UNITS: Mapping[str, tuple[str, str, str]] = {
    "hour": ("小时", "小時", "h"),
    "point": ("分", "分", ""),
    "day": ("天", "天", "days"),
}
LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def _place(language: str) -> int:
    return LANGUAGES.index(language) if language in LANGUAGES else 2


def when(text: str | None, language: str, zone: ZoneInfo) -> str:
    """A wire time as people of that language write it, in the line's zone."""
    if not text:
        return ""
    at = datetime.fromisoformat(text)
    pattern = {"en": "d MMMM yyyy, HH:mm"}.get(language, "yyyy年M月d日 HH:mm")
    return str(format_datetime(at, pattern, tzinfo=zone, locale=LOCALES.get(language, "en_GB")))


def remedy(value: Mapping[str, Any], language: str) -> str:
    """One remedy in words."""
    place = _place(language)
    if "one_of" in value:
        between = ("或", "或", " or ")[place]
        return between.join(remedy(one, language) for one in value["one_of"])
    name = KINDS.get(str(value.get("kind")), (str(value.get("kind")),) * 3)[place]
    if "amount" in value:
        money = format_currency(Decimal(value["amount"]), str(value["currency"]), locale=LOCALES.get(language, "en_GB"))
        return f"{name} {money}"
    if "quantity" in value:
        unit = UNITS.get(str(value.get("unit")), (str(value.get("unit", "")),) * 3)[place]
        return f"{name} {value['quantity']} {unit}".rstrip()
    return name


def sentence(remedies: Sequence[Mapping[str, Any]], language: str) -> str:
    """The tables' own sentences for what is on offer; in plain words where a table has none."""
    offered = [one for one in remedies if one.get("state") == "offered"]
    said = list(
        dict.fromkeys(str(one["sentences"][language]) for one in offered if language in one.get("sentences", {}))
    )
    if said:
        return " ".join(said)
    return AND.get(language, ", ").join(remedy(one["remedy"], language) for one in offered)


def delivered(remedies: Sequence[Mapping[str, Any]], language: str) -> str:
    """What was delivered, in words."""
    return AND.get(language, ", ").join(remedy(one, language) for one in remedies)
