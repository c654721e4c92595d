from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.domain.secret import NOBODYS, HashedSecret, is_one_of


@given(st.text(), st.text(), st.text())
def test_a_secret_is_one_of_the_valid_ones_only_if_it_is_equal(a: str, b: str, c: str) -> None:
    assert is_one_of(a, (b, c)) == (a in (b, c))


@given(st.text(), st.text(), st.text())
def test_a_hashed_secret_is_opened_by_itself_alone(secret: str, salt: str, other: str) -> None:
    kept = HashedSecret.of(secret, salt)
    assert kept.opens(secret)
    assert kept.opens(other) == (other == secret)


def test_the_same_secret_is_kept_differently_by_two_callers() -> None:
    assert HashedSecret.of("word", "salt").digest != HashedSecret.of("word", "pepper").digest


@pytest.mark.parametrize("presented", ["", "0" * 64, "guess"])
def test_nobodys_secret_is_opened_by_nothing(presented: str) -> None:
    assert not any(secret.opens(presented) for secret in NOBODYS)
