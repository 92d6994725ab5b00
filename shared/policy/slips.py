"""What a person most likely did where a file is no YAML, or a key is unknown: told from the line itself."""

import re

_WIDE = str.maketrans("：，；“”‘’（）", ":,;\"\"''()")
_LOOKED_AT, _LONGEST = 3, 2000
_QUOTES = "put quotes around a text that holds {, a comma or ': '"
_SLIPS = (
    (r"\t", "a tab stands here: use spaces"),
    (r"^ *[^\S \r\n]|\u00a0", "a space of another kind stands here: write ordinary spaces"),
    (r"[:,]\s*(>=|<=|>|<)\s*[0-9]", "put quotes around it, or write 'at least 5', 'over 5', 'under 5' or 'at most 5'"),
    (r":\s*[%@`]", "put quotes around a text that begins with a sign"),
    (r"[A-Za-z0-9_}]\s*[：，]|[：，]\s*[A-Za-z0-9_{]", "a full-width sign stands here: write : and , as plain ones"),
    (r"^\s*(- )?[a-z_]+:[^\s:/]", "put a space after the colon"),
    (r":\s*('[^']*|\"[^\"]*)$", "a quote is opened here and not closed"),
    (r":\s+[^\s\"'{\[#,][^\"'{}\[\],]*\{[a-z_]+\}", _QUOTES),
    (r"^\s*(- )?[A-Za-z_-]+: +[^\s\"'{\[#][^\"'{}\[\]]*: ", _QUOTES),
)


def yaml_slip(text: str, line: int, problem: str) -> tuple[int, str]:
    """The line to mend, at or just above this one (from 1), and how."""
    lines = text.split("\n")
    for at in range(line, max(line - _LOOKED_AT, 0), -1):
        here = lines[at - 1][:_LONGEST] if at <= len(lines) else ""
        for sign, mend in _SLIPS:
            if re.search(sign, here):
                return at, mend
    if "',' or '}'" in problem or "',' or ']'" in problem:
        mend = "inside {…} and […] put a comma between the parts, and quotes around a text that holds a comma or {"
        return line, mend
    here, above = (lines[at - 1] if 0 < at <= len(lines) else "" for at in (line, line - 1))
    begins, before = (len(each) - len(each.lstrip(" -")) for each in (here, above))
    if begins != before and here.strip() and above.strip():
        mend = f"its words begin {begins} characters in, those above {before}: what belongs together lines up"
        return line, mend
    return line, "check indentation, dashes, colons and quotes here and on the line above"


def key_mend(key: str) -> str:
    """How to mend an unknown key that cannot have been meant as one; "" when it can."""
    if key.translate(_WIDE) != key:
        return "a full-width sign stands here: write : and , as plain ones"
    if re.match(r"[0-9]{3}(?![0-9])", key):
        return "if it belongs to the number before it, write that without commas, like 1500"
    if " " in key.strip():
        return "if it belongs to the text before it, put quotes around the whole text: a comma ended it"
    return ""
