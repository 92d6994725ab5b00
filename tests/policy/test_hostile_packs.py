"""The loader under mutated packs: refused with a position, or loaded; never a crash."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.policy import rules, words
from shared.policy.documents import check_document
from shared.policy.faults import PackFaults
from shared.policy.packs import SHIPPED
from shared.policy.plans import Plans
from shared.policy.profile import LineProfile
from shared.policy.source import parse_source

FILES = [
    (SHIPPED / "ride_hailing" / "pack.yaml", LineProfile),
    (SHIPPED / "all_lines" / "plans.yaml", Plans),
    (SHIPPED / "driving_school" / "rules" / "safety.yaml", rules.RuleSet),
    (SHIPPED / "all_lines" / "words" / "nothing.yaml", words.WordLists),
]
PIECES = [
    b"- ",
    b": ",
    b"{",
    b"}",
    b"[",
    b"]",
    b"'",
    b'"',
    b"\n",
    b"  ",
    b"&a",
    b"*a",
    b"!!x",
    b"\xff",
    b"\x00",
    b"0.1",
    b"#",
]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Path, type, bytes]:
    path, model = draw(st.sampled_from(FILES))
    raw = bytearray(path.read_bytes()[: draw(st.integers(50, 4000))])
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(raw)))
        end = min(len(raw), place + draw(st.integers(0, 12)))
        raw[place:end] = draw(st.sampled_from(PIECES)) if draw(st.booleans()) else draw(st.binary(max_size=4))
    return path, model, bytes(raw)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_a_mutated_file_is_refused_with_a_position_or_loaded(case: tuple[Path, type, bytes]) -> None:
    path, model, raw = case
    try:
        check_document("section", model, parse_source(raw, path.name))
    except PackFaults as faults:
        assert faults.faults
        assert all(fault.file == path.name and fault.line >= 1 and fault.what and fault.mend for fault in faults.faults)
        assert all(fault.line <= raw.count(b"\n") + 2 for fault in faults.faults)
