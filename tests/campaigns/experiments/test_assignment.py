"""Is somebody's variant always the same, and are the shares what was asked for?"""

from __future__ import annotations

from collections import Counter

import pytest

from campaigns.experiments.assignment import assign, is_held_out

pytestmark = pytest.mark.req("C3")

PEOPLE = range(20_000)


def test_it_is_the_same_for_ever() -> None:
    """Another answer would show people a second variant."""
    shares = {"a": 50, "b": 50}
    assert "".join(assign("campaign:1", number, shares=shares) for number in range(20)) == "abbbaaabbabaaababbab"


def test_shares_are_kept() -> None:
    shares = {"a": 70, "b": 20, "c": 10}
    counted = Counter(assign("campaign:1", number, shares=shares) for number in PEOPLE)
    for variant, share in shares.items():
        assert abs(counted[variant] / len(PEOPLE) - share / 100) < 0.01


def test_experiments_do_not_follow_each_other() -> None:
    shares = {"a": 1, "b": 1}
    same = sum(assign("x", one, shares=shares) == assign("y", one, shares=shares) for one in PEOPLE)
    assert abs(same / len(PEOPLE) - 0.5) < 0.015


def test_who_is_held_out_does_not_depend_on_the_variant() -> None:
    held = [one for one in PEOPLE if is_held_out("x", one, share=0.1)]
    assert abs(len(held) / len(PEOPLE) - 0.1) < 0.01
    in_a = sum(assign("x", one, shares={"a": 1, "b": 1}) == "a" for one in held)
    assert abs(in_a / len(held) - 0.5) < 0.03


def test_a_variant_without_a_share_gets_nobody() -> None:
    assert {assign("x", one, shares={"a": 0, "b": 1, "c": 0}) for one in range(1000)} == {"b"}


@pytest.mark.parametrize("shares", [{}, {"a": 0}, {"a": 2, "b": -1}])
def test_shares_must_make_sense(shares: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        assign("x", 1, shares=shares)
