"""Letter sequences are found as a plain search would find them, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.sequences import SequenceIndex

SEQUENCES = ["a", "b", "ab", " a", "abc", "刹车", "刹", "车失灵", "bcabc", " no brakes ", " brakes ", "'t go", "5", "𠮷野"]
INDEX = SequenceIndex(SEQUENCES)
TEXTS = st.text(st.sampled_from("abc 刹车失灵𠮷野\0\ud800.x'"), max_size=40) | st.sampled_from(
    ["", "there were no brakes at all", "we had no brakes no brakes ", "he wouldn't go"]
)


def plainly(text: str) -> list[int]:
    return [number for number, sequence in enumerate(SEQUENCES) if sequence in text]


@given(TEXTS)
def test_each_sequence_in_a_text_is_found_once(text: str) -> None:
    assert INDEX.found(text).tolist() == plainly(text)


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_texts_looked_through_together_are_each_found_what_is_in_them(texts: list[str]) -> None:
    owners, numbers = INDEX.found_in_each(texts)

    assert [(owner, number) for owner, text in enumerate(texts) for number in plainly(text)] == list(
        zip(owners.tolist(), numbers.tolist(), strict=True)
    )


def test_of_thousands_of_sequences_every_one_is_found_and_no_other() -> None:
    letters = [chr(0x4E00 + number) for number in range(3000)]
    known = [one + other for one, other in zip(letters, letters[1:], strict=False)][::2]
    index = SequenceIndex(known)

    assert [index.found(one).tolist() for one in known] == [[number] for number in range(len(known))]
    assert index.found("".join(reversed(letters))).tolist() == []


def test_without_sequences_nothing_is_found() -> None:
    assert SequenceIndex([]).found("brakes").tolist() == []


def test_more_letters_than_a_key_can_tell_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="different letters"):
        SequenceIndex([chr(0x4E00 + number) for number in range(4096)])


def test_the_same_sequence_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        SequenceIndex(["ab", "ab"])
