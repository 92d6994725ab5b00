"""Makes a telling ready for rules: words found, phrases of several parts put together, figures of speech dropped."""

from shared.policy.chains import all_stand, chains
from shared.policy.lexicon import Lexicon, Span
from shared.policy.normal import Normal
from shared.policy.telling import Telling


def prepare(normal: Normal, lexicon: Lexicon) -> Telling:
    """The telling as the rules of this lexicon see it."""
    telling = Telling(normal, lexicon)
    telling.take_back(lexicon.taken_back)
    together: dict[int, list[Span]] = {}
    for trigger in list(telling.hits):
        for composite in lexicon.composites.get(trigger, ()):
            if not all_stand(telling.hits, composite.parts):
                continue
            for spans in chains(telling, composite.parts, composite.relations):
                whole = min(span[0] for span in spans), max(span[1] for span in spans)
                together.setdefault(composite.number, []).append(whole)
    for number, spans in together.items():
        telling.hits[number] = sorted({*telling.hits.get(number, ()), *spans})
    telling.mask()
    return telling
