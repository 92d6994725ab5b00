"""How well the rules read texts they have not seen: `make accuracy` writes docs/triage-accuracy.md."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from shared.policy.outcome import Reading
from tests.accuracy.learn import opinions_held_back
from tests.accuracy.learn_category import categories_held_back
from tests.accuracy.measure import Count, Labelled, count, engine, labelled, rules_alone, wilson

PAGE = Path(__file__).parent.parent.parent / "docs" / "triage-accuracy.md"

INTRODUCTION = """# How well complaints are read

Made by `make accuracy`. The texts in `tests/accuracy/texts` were written by people who had not seen the rules: every
line, neighbouring trades, three scripts, web and phone, plain and adversarial, half of them traps for words. A third,
by the hash of its id, is the **examination**: it was never opened while rules, words and weights were made. The rest is
the **development** half. There the second opinions are ones that have not seen the text they judge (ten folds); on the
examination everything is as shipped. Intervals are Wilson's, 95 %.

The texts in `practice` came later, from other authors, and are only learned from. Each set of them was read once before
that, by what was shipped then: the last table. These authors wrote harder than life: most of their dangers are told
without any usual word, and half of the rest are traps.

Recall: of the dangerous texts, how many came out as suspected or confirmed. Precision: of those that came out so, how
many are dangerous. Category: the category, or one of the accepted alternatives, over all texts.
"""


# What new authors' texts came out as before anything was learned from them: measured once, no command makes it again.
FIRST_SIGHT = """
## New authors, at first sight

| texts | learned from till then | recall | precision | category |
|---|---|---|---|---|
| 493 en, long and in everyday voices | 5,531 | 0.912 | 0.639 | 0.631 |
| 597 en, blunt, by behaviour alone | 5,531 | 0.860 | 0.725 | 0.668 |
| 453 zh-Hans | 5,531 | 0.936 | 0.823 | 0.777 |
| 504 zh-Hant | 5,531 | 0.886 | 0.809 | 0.724 |
| 450 en, pairs that look alike | 7,578 | 0.944 | 0.714 | 0.700 |
| 524 en, in the manner of the shared sample | 7,578 | 0.960 | 0.923 | 0.796 |
| 467 zh-Hans, in the manner of the shared sample | 7,578 | 0.980 | 0.926 | 0.863 |
| 479 zh-Hant, in the manner of the shared sample | 7,578 | 0.961 | 0.890 | 0.804 |
| 699 en, in its manner, many Englishes | 8,581 | 0.934 | 0.830 | 0.793 |
| 713 en, traps for words | 10,649 | 0.904 | 0.827 | 0.712 |
| 686 zh-Hans, traps for words | 10,649 | 0.994 | 0.829 | 0.828 |
| 775 zh-Hant, traps for words | 10,649 | 0.960 | 0.770 | 0.735 |
| 1,165 en, plainly told | 10,649 | 0.909 | 0.857 | 0.696 |
| 1,040 zh-Hans and zh-Hant, plainly told | 10,649 | 0.962 | 0.879 | 0.820 |
"""


def by_shipped(texts: Sequence[Labelled]) -> list[Reading]:
    """Every text read by the rules and weights as shipped."""
    return [engine(text.line).read(text.text) for text in texts]


def by_held_back(texts: Sequence[Labelled]) -> list[Reading]:
    """Every text read with second opinions that have not seen it."""
    opinions = opinions_held_back(texts)
    held_back = zip(texts, opinions, categories_held_back(texts, opinions), strict=True)
    return [rules_alone(t.line).with_opinion(danger, category).read(t.text) for t, danger, category in held_back]


def table(counts: dict[str, Count], head: str) -> list[str]:
    """One row per group."""
    told = [f"| {head} | texts | dangerous | recall | precision | category |", "|---|---|---|---|---|---|"]
    for name, each in counts.items():
        dangers, raised = each.found + each.missed, each.found + each.false
        shares = _share(each.found, dangers), _share(each.found, raised), _share(each.category, each.texts)
        told.append(f"| {name} | {each.texts} | {dangers} | {' | '.join(shares)} |")
    return told


def _share(right: int, of: int) -> str:
    if not of:
        return "–"
    share, low, high = wilson(right, of)
    return f"{share:.3f} ({low:.3f}–{high:.3f})"


def half(name: str, texts: Sequence[Labelled], read: Iterable[Reading]) -> list[str]:
    """Everything about one half: overall, by language, by line."""
    read = list(read)
    groups: tuple[tuple[str, Callable[[Labelled], str]], ...] = (
        ("all", lambda text: name),
        ("language", lambda text: text.language),
        ("line", lambda text: text.line or "other trades"),
    )
    told = ["", f"## {name.capitalize()}"]
    for head, group in groups:
        told += ["", *table(count(texts, read, group), head)]
    return told


def examination() -> list[str]:
    """The part of the page about texts nobody looked at."""
    texts = labelled("examination")
    return half("examination", texts, by_shipped(texts))


def page() -> str:
    """docs/triage-accuracy.md."""
    development = labelled("development")
    told = [*INTRODUCTION.splitlines(), *examination()]
    told += half("development", development, by_held_back(development))
    return "\n".join([*told, *FIRST_SIGHT.splitlines()]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
