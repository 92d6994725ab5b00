"""YAML read without trust: every value with its line, everything hostile or inexact refused."""

import pytest

from shared.policy.faults import PackFaults
from shared.policy.source import MAX_BYTES, MAX_DEPTH, parse_source, read_source


def faults_of(text: str | bytes) -> list[str]:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(PackFaults) as caught:
        parse_source(raw, "file.yaml")
    return [str(fault) for fault in caught.value.faults]


def test_every_value_keeps_its_line() -> None:
    source = parse_source(b"id: a\nrows:\n  - when: x\n    due: 5\n  - when: y\n", "file.yaml")

    assert source.data == {"id": "a", "rows": [{"when": "x", "due": 5}, {"when": "y"}]}
    assert source.line(("rows", 0, "due")) == 4
    assert source.line(("rows", 1, "when", "not written")) == 5


def test_a_float_is_refused_with_its_line_and_how_to_write_it() -> None:
    assert faults_of("rate: 1\nshare: 0.05\n") == [
        "file.yaml:2: 0.05 without quotes is a binary float, which cannot hold an amount exactly;"
        " write it in quotes: '0.05'"
    ]


@pytest.mark.parametrize("written", ["1e5", ".5", "-2.", ".inf", ".nan", "1.5E-3"])
def test_every_way_of_writing_a_float_is_refused(written: str) -> None:
    assert "binary float" in faults_of(f"a: {written}\n")[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("'0.05'", "0.05"),
        ("007", "007"),
        ("yes", "yes"),
        ("2026-01-01", "2026-01-01"),
        ("12:30", "12:30"),
        ("null", None),
    ],
)
def test_what_other_readers_guess_at_stays_text(written: str, meant: str | None) -> None:
    assert parse_source(f"a: {written}\n".encode(), "f").data == {"a": meant}


def test_a_key_written_twice_is_refused() -> None:
    assert faults_of("a: 1\nb: 2\na: 3\n") == ["file.yaml:3: 'a' stands here twice; keep one of the two"]


@pytest.mark.parametrize("bomb", ["a: &x [1]\nb: *x\n", "a: &a [*a]\n", "<<: &m {x: 1}\n"])
def test_anchors_and_aliases_are_refused(bomb: str) -> None:
    assert "anchors and aliases" in faults_of(bomb)[0]


def test_a_tag_is_refused() -> None:
    assert "tag" in faults_of("a: !!python/object/apply:os.system [ls]\n")[0]


def test_deep_nesting_is_refused_before_it_is_read() -> None:
    assert "deeper than" in faults_of("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))[0]
    assert "deeper than" in faults_of("a: " + "[" * 100_000)[0]


def test_too_many_values_are_refused() -> None:
    assert "more than" in faults_of("a: [" + "1," * 100_001 + "]")[0]


def test_a_second_document_is_refused() -> None:
    assert "second document" in faults_of("a: 1\n---\nb: 2\n")[0]


def test_bytes_that_are_no_text_are_refused_at_their_line() -> None:
    assert faults_of(b"a: 1\nb: \xff\n")[0].startswith("file.yaml:2: not UTF-8")


@pytest.mark.parametrize("broken", ["a: [1, 2", "a: 'x", "a: b: c", "\t- a", "a: 1\n  b: 2", "? [a]\n: 1", "\x01", ""])
def test_what_is_no_yaml_is_refused_with_a_line(broken: str) -> None:
    assert faults_of(broken)[0].startswith("file.yaml:")


def test_a_file_too_large_is_not_read(tmp_path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"a" * (MAX_BYTES + 1))

    with pytest.raises(PackFaults, match="split it into several files"):
        read_source(large)


def test_a_file_that_is_not_there_is_a_fault(tmp_path) -> None:
    with pytest.raises(PackFaults, match="cannot be read"):
        read_source(tmp_path / "none.yaml")
