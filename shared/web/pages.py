"""Pages for people: rendered here, no script, nothing loaded from anywhere, under a strict content policy."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

LANGUAGES = {"zh-Hans": "简体中文", "zh-Hant": "繁體中文", "en": "English"}
"""Those of every page for people, each by its own name."""
SHARED = Path(__file__).parent / "templates"


class Pages:
    """Templates of a folder over the frame all share, with one style: the page holds it, the policy its hash."""

    def __init__(self, folder: Path = SHARED, style: str = "people.css") -> None:
        self._environment = Environment(
            loader=FileSystemLoader([folder, SHARED]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._style = (SHARED / style).read_text("utf-8")
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self._headers = {
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        }

    def render(self, template: str, status: int = 200, language: str = "en", **values: Any) -> HTMLResponse:
        """The page; every value is escaped."""
        text = self._environment.get_template(template).render(style=self._style, lang=language, **values)
        return HTMLResponse(text, status, {**self._headers, "Content-Language": language})

    def notice(self, status: int, what: str, language: str, labels: Mapping[str, Mapping[str, str]]) -> HTMLResponse:
        """A page that says one thing: `what` and `what_detail` of the labels in this language."""
        words = labels[language]
        return self.render(
            "notice.html", status, language, words=words, title=words[what], detail=words[f"{what}_detail"],
            languages=LANGUAGES,
        )  # fmt: skip
