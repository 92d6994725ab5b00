"""Text made comparable once: width, script, case, spacing, fillers and drawn-out letters, with the way back."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

MAX_TEXT = 100_000

_CJK = "\u3400-\u9fff"
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
_MARKS = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "「": '"',
        "」": '"',
        "『": '"',
        "』": '"',
        "《": '"',
        "》": '"',
        "｡": "。",
    }
    | {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | {
        "\u3000": " ",
        "\u00a0": " ",
        "\t": " ",
        "\r": " ",
        "\u2028": "\n",
        "\u2029": "\n",
        "…": "。",
        "⋯": "。",
        "`": "'",
        "´": "'",
    }
)
_UNEVEN = re.compile(
    rf"[{_INVISIBLE}\x00-\x09\x0b-\x1f]+"  # what nobody sees
    rf"|(?<=[{_CJK}])[*_·•~^|\\/#@=+<>]{{1,3}}(?=[{_CJK}])"  # fillers inside words
    rf"|(?<=[{_CJK}]) +(?=[{_CJK}])"  # spaces between Chinese characters
    rf"|(?<=[{_CJK}]) +(?=[\x21-\x7e])|(?<=[\x21-\x7e]) +(?=[{_CJK}])"
    r"| {2,}"
    r"|([a-z])\1{2,}"  # heeelp
    rf"|([{_CJK}])\2{{2,}}"  # 救救救命
)
# Every uneven place holds one of these: most texts hold none, which is soon seen.
_GAP = re.compile(rf"[{_INVISIBLE}\x00-\x09\x0b-\x1f]|[*_·•~^|\\/#@=+<> ][{_CJK}]|[{_CJK}] |  ")
_THRICE = re.compile(r"(.)\1\1")
_SOLID = re.compile(rf"[{_CJK}]+")


class Normal:
    """A text as it is compared. `text` is the comparable form; `span` leads back into the original."""

    __slots__ = ("_back", "original", "text")

    def __init__(self, original: str, text: str, back: list[int] | None) -> None:
        self.original, self.text, self._back = original, text, back

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the comparable form stands in the original."""
        if self._back is None or end <= start:
            return start, end
        return self._back[start], self._back[end - 1] + 1


@cache
def _converter() -> Callable[[str], str]:
    import opencc

    convert: Any = opencc.OpenCC("t2s").convert
    return lambda text: str(convert(text))


def normalise(original: str) -> Normal:
    """The comparable form of a text; linear in its length, which is cut at 100,000 characters."""
    text = original[:MAX_TEXT].translate(_MARKS)
    back: list[int] | None = None
    if not unicodedata.is_normalized("NFKC", text):
        text, back = _each(text, lambda char: unicodedata.normalize("NFKC", char), back)
    if not text.isascii():
        text, back = _whole(text, _simplified, back)
    text, back = _whole(text, str.lower, back)
    return Normal(original, *_even(text, back))


def _simplified(text: str) -> str:
    return _converter()(text.replace("\x00", " "))


def _whole(text: str, change: Callable[[str], str], back: list[int] | None) -> tuple[str, list[int] | None]:
    """A change that nearly always keeps the length: at once when it does, else character by character."""
    changed = change(text)
    return (changed, back) if len(changed) == len(text) else _each(text, change, back)


def _each(text: str, change: Callable[[str], str], back: list[int] | None) -> tuple[str, list[int]]:
    pieces: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        piece = change(char)
        pieces.append(piece)
        places.extend([back[index] if back else index] * len(piece))
    return "".join(pieces), places


def _even(text: str, back: list[int] | None) -> tuple[str, list[int] | None]:
    """Takes out what stands between the letters of words."""
    if not _GAP.search(text) and not _THRICE.search(text):
        return text, back
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for found in _UNEVEN.finditer(text):
        start, end = found.span()
        pieces.append(text[done:start])
        places.extend(range(done, start))
        put = _in_place_of(text, found)
        pieces.append(put)
        places.extend(range(start, start + len(put)))
        done = end
    pieces.append(text[done:])
    places.extend(range(done, len(text)))
    return "".join(pieces), [back[place] for place in places] if back else places


def _in_place_of(text: str, found: re.Match[str]) -> str:
    drawn_out = found.group(1) or found.group(2)
    if drawn_out:
        return drawn_out
    gap = found.group()
    if gap[0] != " ":
        return ""
    start, end = found.span()
    between = _SOLID.match(text[start - 1 : start]) and _SOLID.match(text[end : end + 1])
    if not between:
        return " " if gap != " " and not _touches(text, start, end) else ""
    return "" if _single(text, start, end) else ","


def _touches(text: str, start: int, end: int) -> bool:
    """Whether a Chinese character stands on either side of the gap."""
    return bool(_SOLID.match(text[start - 1 : start]) or _SOLID.match(text[end : end + 1]))


def _single(text: str, start: int, end: int) -> bool:
    """Whether the gap parts single characters (刹 车) rather than phrases."""
    alone_before = start < 2 or not _SOLID.match(text[start - 2])
    alone_after = end + 1 >= len(text) or not _SOLID.match(text[end + 1])
    return alone_before or alone_after
