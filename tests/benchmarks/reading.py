"""How fast complaints are read: `python -m tests.benchmarks.reading`; texts of 100 characters, on one core."""

import time
from collections.abc import Callable

from shared.policy.normal import normalise
from shared.policy.outcome import Reading
from tests.accuracy.measure import Labelled, engine, labelled, policy

LENGTH = 100
ROUNDS = 5


def texts() -> list[Labelled]:
    """Development texts, short ones repeated and long ones cut to the same length."""
    return [text for text in labelled("development")[::4] if len(text.text) >= LENGTH // 2]


def cut(text: Labelled) -> str:
    return (text.text * 3)[:LENGTH]


def per_second(times: int, work: Callable[[], object]) -> int:
    """The best of a few rounds, by CPU time: other people's load does not count, their use of the cache does."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return round(times / best)


def main() -> None:
    begun = time.process_time()
    policy()
    for line in (None, *policy().lines):
        engine(line).read("ready")
    print(f"start-up with all lines and their checks: {time.process_time() - begun:.2f} s CPU")
    chosen = [(engine(text.line), cut(text)) for text in texts()]
    ready: dict[str, Reading] = {text: each.read(text) for each, text in chosen}
    normal = {text: normalise(text).text for text in ready}
    automata = [(each._all.lexicon.automaton, normal[text]) for each, text in chosen]
    whole = per_second(len(chosen), lambda: [each.read(text) for each, text in chosen])
    screen = per_second(len(chosen), lambda: [each.screen(text) for each, text in chosen])
    matching = per_second(len(chosen), lambda: [sum(1 for _ in automaton.iter(text)) for automaton, text in automata])
    print(f"{len(chosen)} texts: whole decision {whole}/s, screen {screen}/s, matching alone {matching}/s")


if __name__ == "__main__":
    main()
