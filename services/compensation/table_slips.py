"""Slips of the hand, and what was meant: a name misspelt, a currency by its sign, full-width characters, a formula."""

import difflib
import re
import unicodedata
from collections.abc import Iterable

from shared.money import DECIMALS

_SIGNS = {
    "¥": "CNY", "￥": "CNY", "元": "CNY", "€": "EUR", "欧元": "EUR", "£": "GBP", "英镑": "GBP",
    "$": "USD", "美元": "USD",
}  # fmt: skip
_CALLED = {
    "yuan": "CNY", "rmb": "CNY", "renminbi": "CNY", "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP",
    "dollar": "USD", "dollars": "USD",
}  # fmt: skip
NAMES_OF_MONEY = (*_SIGNS, *_CALLED)
CODES = "write a code of three letters, like CNY, EUR, GBP, USD or SDR"


def nearest(wrong: str, known: Iterable[str]) -> str:
    """`did you mean 'weight'? ` where one of the known is close, otherwise nothing."""
    close = difflib.get_close_matches(wrong, list(known), n=1, cutoff=0.7)
    return f"did you mean '{close[0]}'? " if close else ""


def currency_meant(word: str) -> str | None:
    """The code of a currency called by its name, or by its code in small letters."""
    code = _CALLED.get(word.lower(), word.upper())
    return code if code in DECIMALS and word != code else None


def number_meant(text: str) -> str | None:
    """How a number is to be written where its signs tell; None where they do not."""
    usual = unicodedata.normalize("NFKC", text)
    for sign, code in sorted(_SIGNS.items(), key=lambda each: -len(each[0])):
        if sign in text:
            number = re.sub(r"[^0-9.]", "", usual)
            return f"write the currency as its code: {number or 15} {code}"
    if usual != text and re.fullmatch(r"-?[0-9.]+ ?[%A-Za-z]*", usual):
        return f"write it in half-width characters: {usual}"
    if re.match(r"-?[0-9]+,[0-9]", text):
        return "write it without commas, like 1500"
    if re.search(r"[a-z0-9]\s*[*×]\s*[a-z0-9]", text):
        return "write a product as {times: [15, price]}"
    if re.search(r"[a-z0-9]\s+[+-]\s+[a-z0-9]", text):
        return "write a sum as {plus: [price, 5]}, a difference as {minus: [price, 5]}"
    if "/" in text or " per " in text:
        return "for a price per unit write {each: 15 CNY, per: 1 kg, of: weight}"
    return None


def currency_mend(wrong: str) -> str:
    """What to write for a currency that is none."""
    meant = currency_meant(wrong) or _SIGNS.get(wrong)
    return f"write {meant}" if meant else nearest(wrong, DECIMALS) + CODES
