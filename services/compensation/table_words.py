"""A decision as a sentence in zh-Hans, zh-Hant and en that a passenger understands."""

from collections.abc import Callable, Sequence
from typing import Any

LANGUAGES = ("zh-Hans", "zh-Hant", "en")

Json = dict[str, Any]

_KINDS: dict[str, tuple[str, str, str]] = {
    "refund": ("退款", "退款", "a refund"),
    "fee": ("手续费", "手續費", "a fee"),
    "compensation": ("赔偿", "賠償", "compensation"),
    "fee_waiver": ("免收费用", "免收費用", "a fee waived"),
    "coupon": ("优惠券", "優惠券", "a coupon"),
    "points": ("积分", "積分", "points"),
    "free_service_time": ("免费服务时间", "免費服務時間", "free service time"),
    "rebooking": ("改乘其他车次或班次", "改乘其他車次或班次", "another journey"),
    "lodging": ("住宿安排", "住宿安排", "a place to stay"),
    "seat_change": ("调换座位", "調換座位", "another seat"),
    "invoice": ("发票", "發票", "an invoice"),
    "credit_correction": ("信用分更正", "信用分更正", "a corrected credit record"),
    "repair": ("免费修理", "免費修理", "a free repair"),
    "exchange": ("更换", "更換", "an exchange"),
    "explanation": ("书面说明", "書面說明", "an explanation"),
    "apology": ("道歉", "道歉", "an apology"),
}
_CURRENCIES = {
    "CNY": ("元", "元"), "EUR": ("欧元", "歐元"), "GBP": ("英镑", "英鎊"), "USD": ("美元", "美元"),
    "HKD": ("港元", "港元"), "TWD": ("新台币", "新臺幣"), "JPY": ("日元", "日圓"),
    "SDR": ("特别提款权", "特別提款權"), "XDR": ("特别提款权", "特別提款權"),
}  # fmt: skip
_UNITS = {
    "hour": ("小时", "小時"), "minute": ("分钟", "分鐘"), "second": ("秒", "秒"), "day": ("天", "天"),
    "week": ("周", "週"), "kilogram": ("公斤", "公斤"), "gram": ("克", "克"), "tonne": ("吨", "噸"),
    "kilometre": ("公里", "公里"), "metre": ("米", "公尺"), "point": ("分", "點"),
    "working_day": ("个工作日", "個工作天"),
}  # fmt: skip


def _amount(remedy: Json, language: int) -> str:
    """`27.50 元`, `EUR 20.00`, `2 hours`; empty for a remedy without amount."""
    if "amount" in remedy:
        text, currency = remedy["amount"], remedy["currency"]
        if language == 2:
            return f"{currency} {text}"
        return f"{text} {_CURRENCIES[currency][language] if currency in _CURRENCIES else currency}"
    if "quantity" not in remedy:
        return ""
    text, unit = remedy["quantity"], remedy["unit"]
    if language == 2:
        return f"{text} {unit.replace('_', ' ')}{'' if text == '1' else 's'}"
    return f"{text} {_UNITS[unit][language] if unit in _UNITS else unit}"


def _remedy(remedy: Json, language: int) -> str:
    name, amount = _KINDS[remedy["kind"]][language], _amount(remedy, language)
    if not amount:
        return name
    if language == 2:
        return amount if remedy["kind"] == "points" else f"{name} of {amount}"
    return f"{name} {amount}"


_OR = ("或", "或", " or ")
_AND = ("、", "、", ", ")
_OWED = ("应得:{}。", "應得:{}。", "You are owed: {}.")
_KEPT = ("将收取:{}。", "將收取:{}。", "What is charged: {}.")
_CHOOSE = ("由您选择其一:{}。", "由您擇一:{}。", "You choose one of: {}.")
_NOTHING = ("本次无需赔付。", "本次無需賠付。", "Nothing is due this time.")
_FREE = ("无需收费。", "無需收費。", "Nothing is charged.")
_BASIS = ("依据:", "依據:", "Basis: ")


def remedies_in_words(remedies: Sequence[Json], language: int, about_fee: bool) -> str:
    """What is owed, what is kept, what may be chosen, sentence after sentence."""
    if not remedies:
        return (_FREE if about_fee else _NOTHING)[language]
    owed: list[str] = []
    kept: list[str] = []
    chosen: list[str] = []
    for remedy in remedies:
        if "one_of" in remedy:
            chosen.append(
                _CHOOSE[language].format(_OR[language].join([_remedy(o, language) for o in remedy["one_of"]]))
            )
        elif remedy["kind"] == "fee":
            kept.append(_remedy(remedy, language))
        else:
            owed.append(_remedy(remedy, language))
    found = [_OWED[language].format(_AND[language].join(owed))] if owed else []
    found += [_KEPT[language].format(_AND[language].join(kept))] if kept else []
    return (" " if language == 2 else "").join(found + chosen)


def sentence_maker(source: str, about_fee: bool) -> Callable[[Sequence[str], Sequence[Json]], dict[str, str]]:
    """For one table: from the reasons in the three languages and the remedies, the three sentences."""
    ends = [f"{_BASIS[language]}{source}" for language in range(3)]
    ends = [end if end.endswith(("。", ".")) else end + ("." if at == 2 else "。") for at, end in enumerate(ends)]

    def make(reasons: Sequence[str], remedies: Sequence[Json]) -> dict[str, str]:
        said = [remedies_in_words(remedies, language, about_fee) for language in range(3)]
        return {
            "zh-Hans": f"{reasons[0]}{said[0]}{ends[0]}",
            "zh-Hant": f"{reasons[1]}{said[1]}{ends[1]}",
            "en": f"{reasons[2]} {said[2]} {ends[2]}",
        }

    return make
