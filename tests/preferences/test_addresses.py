"""Does the short way for plain addresses come to what the long one comes to?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preferences import addresses
from preferences.addresses import BadAddress, normalise_address

_ODD = st.text(alphabet="aZ0._+-@ k\u212aİ\u017fßé\n\x00'", max_size=80)
_LABEL = st.text(alphabet="abZ0-", min_size=1, max_size=65)
_LIKELY = st.builds(
    lambda local, one, two: f"{local}@{one}.{two}", st.text(alphabet="aB.+_-1", max_size=70), _LABEL, _LABEL
)


def _outcome(text: str) -> str | None:
    try:
        return normalise_address(text)
    except BadAddress:
        return None


@given(text=_ODD | _LIKELY)
def test_both_ways_agree(text: str) -> None:
    short, kept = _outcome(text), addresses._PLAIN
    addresses._PLAIN = re.compile(r"(?!)")
    try:
        assert _outcome(text) == short
    finally:
        addresses._PLAIN = kept


@pytest.mark.parametrize("text", ["Ada@Example.com", " ada@example.com ", "ADA@EXAMPLE.COM"])
def test_one_spelling(text: str) -> None:
    assert normalise_address(text) == "ada@example.com"
