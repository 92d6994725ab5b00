"""A decision as a sentence in zh-Hans, zh-Hant and en that a passenger understands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LANGUAGES = ("zh-Hans", "zh-Hant", "en")

KINDS_SAID: dict[str, tuple[str, str, str]] = {
    "refund": ("退款", "退款", "a refund"),
    "fee": ("费用", "費用", "a fee"),
    "compensation": ("赔偿", "賠償", "compensation"),
    "fee_waiver": ("免收费用", "免收費用", "a waiver of the fee"),
    "coupon": ("优惠券", "優惠券", "a coupon"),
    "points": ("积分", "積分", "points"),
    "free_service_time": ("免费服务时间", "免費服務時間", "free service time"),
    "rebooking": ("改乘其他班次", "改乘其他班次", "another journey"),
    "lodging": ("住宿安排", "住宿安排", "a place to stay"),
    "seat_change": ("调换座位", "調換座位", "another seat"),
    "invoice": ("发票", "發票", "an invoice"),
    "credit_correction": ("信用分更正", "信用分更正", "a correction of your credit record"),
    "repair": ("免费修理", "免費修理", "a free repair"),
    "exchange": ("更换", "更換", "an exchange"),
    "explanation": ("情况说明", "情況說明", "an explanation"),
    "apology": ("道歉", "道歉", "an apology"),
}
CURRENCIES = {
    "CNY": ("元", "元"), "EUR": ("欧元", "歐元"), "GBP": ("英镑", "英鎊"), "USD": ("美元", "美元"),
    "HKD": ("港元", "港元"), "TWD": ("新台币", "新臺幣"), "JPY": ("日元", "日圓"),
    "SDR": ("特别提款权", "特別提款權"), "XDR": ("特别提款权", "特別提款權"),
}  # fmt: skip
UNITS = {
    "hour": ("小时", "小時"), "minute": ("分钟", "分鐘"), "second": ("秒", "秒"), "day": ("天", "天"),
    "week": ("周", "週"), "kilogram": ("公斤", "公斤"), "gram": ("克", "克"), "tonne": ("吨", "噸"),
    "kilometre": ("公里", "公里"), "metre": ("米", "公尺"), "point": ("分", "點"),
    "working_day": ("个工作日", "個工作天"), "night": ("晚", "晚"), "month": ("个月", "個月"), "year": ("年", "年"),
}  # fmt: skip


UnitWords = tuple[str, str, str, str]
"""A unit in zh-Hans and zh-Hant, and in English said of one and of several."""


def own_unit(hans: str, hant: str, en: str) -> UnitWords:
    """A unit as a table declares it; English `child/children` where several have a word of their own."""
    one, _, several = en.partition("/")
    return hans, hant, one, several or one + "s"


def unit_words(unit: str, own: Mapping[str, UnitWords]) -> UnitWords | None:
    """How a unit is said, in the words of the table or of the house; None when nobody has any."""
    if unit in own or unit not in UNITS:
        return own.get(unit)
    return own_unit(*UNITS[unit], unit.replace("_", " "))


@dataclass(frozen=True)
class Part:
    """One remedy as it is said: `amount` is a text or a place to be filled, empty for none; `one` when it is 1.

    `unit` is the currency of an amount in money, and `words` say the unit of any other.
    """

    kind: str
    amount: str = ""
    unit: str = ""
    in_money: bool = False
    one: bool = False
    words: UnitWords | None = None


def _amount(part: Part, language: int) -> str:
    """`27.50 元`, `EUR 20.00`, `2 hours`."""
    unit = part.unit
    if part.in_money:
        if language == 2:
            return f"{unit} {part.amount}"
        return f"{part.amount} {CURRENCIES[unit][language] if unit in CURRENCIES else unit}"
    if part.words is None:
        return part.amount
    return f"{part.amount} {part.words[language if part.one or language != 2 else 3]}"


def _part(part: Part, language: int) -> str:
    name = KINDS_SAID[part.kind][language]
    if not part.amount:
        return name
    if language == 2:
        between = "by" if part.kind == "credit_correction" else "of"
        return _amount(part, language) if part.kind == "points" else f"{name} {between} {_amount(part, language)}"
    return f"{name} {_amount(part, language)}"


_OR = ("，或", "，或", ", or ")
_AND = ("、", "、", ", ")
_OWED = ("应得：{}。", "應得：{}。", "You are owed: {}.")
_KEPT = ("收取{}。", "收取{}。", "You pay {}.")
_LESS = ("应得：{}（已扣除{}）。", "應得：{}（已扣除{}）。", "You are owed: {} ({} has been taken off).")
_CHOOSE = ("由您选择其一：{}。", "由您擇一：{}。", "You choose one: {}.")
_NOTHING = ("这次没有应得的款项或补偿。", "這次沒有應得的款項或補償。", "Nothing is due this time.")
_FREE = ("无需收费。", "無需收費。", "Nothing is charged.")
_TOO_LITTLE = (
    "算得{}，低于{}，不予支付。", "算得{}，低於{}，不予支付。",
    "This comes to {}, and less than {} is not paid.",
)  # fmt: skip
_BASIS = ("依据：", "依據：", "Basis: ")


def due_in_words(parts: Sequence[Part | Sequence[Part]], language: int, about_fee: bool) -> str:
    """What is owed, what is kept, what may be chosen, sentence after sentence."""
    if not parts:
        return (_FREE if about_fee else _NOTHING)[language]
    single = [part for part in parts if isinstance(part, Part)]
    owed = [_part(part, language) for part in single if part.kind != "fee"]
    kept = [_part(part, language) for part in single if part.kind == "fee"]
    less = kept and any(part.kind == "refund" for part in single)
    if less:
        found = [_LESS[language].format(_AND[language].join(owed), _AND[language].join(kept))]
    else:
        found = [_OWED[language].format(_AND[language].join(owed))] if owed else []
        found += [_KEPT[language].format(_AND[language].join(kept))] if kept else []
    for options in parts:
        if not isinstance(options, Part):
            found.append(_CHOOSE[language].format(_OR[language].join([_part(part, language) for part in options])))
    return (" " if language == 2 else "").join(found)


def too_little(small: Sequence[tuple[Part, Part]], language: int) -> str:
    """What is not paid because it is less than the least that is, each with that least."""
    said = [_TOO_LITTLE[language].format(_amount(one, language), _amount(least, language)) for one, least in small]
    return "".join(text + (" " if language == 2 else "") for text in said)


def sentence(reason: str, owed: str, source: str, language: int) -> str:
    """Why, what is due, and on what basis, in one language (0 zh-Hans, 1 zh-Hant, 2 en)."""
    gap, stop = (" ", ".") if language == 2 else ("", "。")
    basis = f"{_BASIS[language]}{source}{'' if source.endswith(('.', '。')) else stop}"
    return gap.join([reason, owed, basis])
