"""The page on packs says what is so: the packs it shows are clean, and every shared name is on it."""

import re
from pathlib import Path

from services.notify.templates import FIELDS
from shared.policy.packs import SHARED_PACK, SHIPPED, load_pack
from shared.policy.plans import plans_in
from shared.policy.profile import SHARED_CATEGORIES
from tests.policy.builders import HEAD

PAGE = (Path(__file__).parents[2] / "docs" / "packs.md").read_text(encoding="utf-8")
LINE = PAGE[PAGE.index("## The line itself") : PAGE.index("## Rules")]
RULES = PAGE[PAGE.index("## Rules") : PAGE.index("## Tables")]


def shown(chapter: str, begins: str) -> str:
    """The example that begins so, with a head where the page leaves it out."""
    [text] = [text for text in re.findall(r"```yaml\n(.*?)```", chapter, re.S) if text.startswith(begins)]
    return text if text.startswith("id:") else f"id: ferry.{begins}\n{HEAD}{text}"


def test_the_pack_of_the_page_is_clean(tmp_path: Path) -> None:
    files = {
        "pack.yaml": shown(LINE, "id"),
        "plans.yaml": shown(LINE, "plans"),
        "clocks.yaml": shown(LINE, "ladder"),
        "steps.yaml": shown(LINE, "steps"),
        "sides.yaml": shown(LINE, "sides"),
        "messages/ferry.yaml": shown(LINE, "messages"),
        "words/ferry.yaml": shown(RULES, "words"),
        "rules/danger.yaml": shown(RULES, "rules"),
        "rules/narrows.yaml": shown(RULES, "narrows"),
    }
    for name, text in files.items():
        path = tmp_path / "ferry" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    assert load_pack(tmp_path / "ferry", shared=load_pack(SHIPPED / SHARED_PACK)).line == "ferry"


def test_every_shared_category_and_plan_and_every_word_of_a_message_is_on_the_page() -> None:
    named = {*SHARED_CATEGORIES, *plans_in(load_pack(SHIPPED / SHARED_PACK)), *FIELDS}
    assert not {name for name in named if f"`{name}`" not in LINE}
