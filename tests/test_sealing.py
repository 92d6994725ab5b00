"""Sealed parts open with their ring, over rotations, and never when changed."""

import base64
import json

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey

from shared.sealing import BadRing, SealBroken, Sealer


def ring(current: str, *kids: str) -> str:
    keys = {kid: base64.urlsafe_b64encode(kid.encode().ljust(32, b"!")).decode().rstrip("=") for kid in kids}
    return json.dumps({"current": current, "keys": keys})


def test_what_was_sealed_opens_again_and_does_not_show():
    sealer = Sealer(ring("a", "a"))
    token = sealer.seal({"text": "学时缩水", "more": ["x"]})
    assert sealer.open(token) == {"text": "学时缩水", "more": ["x"]}
    assert token != sealer.seal({"text": "学时缩水", "more": ["x"]})
    long = "字" * 100_000
    assert sealer.open(sealer.seal(long)) == long


def test_what_is_sealed_is_a_jwe_that_another_program_opens():
    token = Sealer(ring("a", "a")).seal({"text": "x"})
    opened = jwe.decrypt_compact(token, OctKey.import_key(b"a".ljust(32, b"!")), algorithms=["dir", "A256GCM"])
    assert (opened.protected, opened.plaintext) == ({"alg": "dir", "enc": "A256GCM", "kid": "a"}, b'{"text":"x"}')
    assert len({Sealer(ring("a", "a")).seal("x").split(".")[2] for _ in range(50)}) == 50


def test_a_retired_key_opens_what_it_sealed():
    old = Sealer(ring("a", "a")).seal("before")
    rotated = Sealer(ring("b", "a", "b"))
    assert rotated.open(old) == "before"
    assert rotated.open(rotated.seal("after")) == "after"
    with pytest.raises(SealBroken):
        Sealer(ring("a", "a")).open(rotated.seal("after"))


def test_a_changed_token_does_not_open():
    token = Sealer(ring("a", "a")).seal("text")
    head, key, iv, text, tag = token.split(".")
    unsafe = base64.urlsafe_b64encode(b'{"alg":"none","enc":"A256GCM","kid":"a"}').decode().rstrip("=")
    other = Sealer(ring("a", "a").replace("YSEh", "YSEi")).seal("text")
    for broken in (
        other,
        f"{head}.{key}.{iv}.{'A' + text[1:]}x.{tag}",
        f"{unsafe}.{key}.{iv}.{text}.{tag}",
        "",
        "a.b.c",
    ):
        with pytest.raises(SealBroken):
            Sealer(ring("a", "a")).open(broken)


@pytest.mark.parametrize(
    "wrong", ["", "[]", "{}", '{"current":"a","keys":{}}', '{"current":"a","keys":{"a":"c2hvcnQ"}}']
)
def test_a_ring_that_is_none_is_told_without_its_keys(wrong):
    with pytest.raises(BadRing) as told:
        Sealer(wrong)
    assert "c2hvcnQ" not in str(told.value)
