"""Letter sequences are found as a plain search would find them, whatever the text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.key_table import KeyTable
from shared.policy.sequences import SequenceIndex

SEQUENCES = ["a", "b", "ab", " a", "abc", "bcabc", "刹车", "刹", "车失灵", "𠮷野", " no brakes ", " brakes ", "'t go"]
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
    known = [one + other for one, other in zip(letters[::2], letters[1::2], strict=True)]
    index = SequenceIndex(known)

    assert [index.found(one).tolist() for one in known] == [[number] for number in range(len(known))]
    assert index.found("".join(reversed(letters))).tolist() == []


@pytest.mark.parametrize("count", [1, 3, 4, 1023, 1024, 65_535])
def test_a_table_at_its_fullest_or_emptiest_has_a_place_for_every_key(count: int) -> None:
    keys = np.random.default_rng(count).permutation(1 << 20)[:count].astype(np.uint64)
    table = KeyTable(keys, np.arange(count))

    assert table.look_up(keys)[0].tolist() == list(range(count))


def test_without_sequences_nothing_is_found() -> None:
    assert SequenceIndex([]).found("brakes").tolist() == []


def test_more_letters_than_a_key_can_tell_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="different letters"):
        SequenceIndex([chr(0x4E00 + number) for number in range(4096)])


def test_the_same_sequence_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        SequenceIndex(["ab", "ab"])
