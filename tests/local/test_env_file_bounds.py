"""`.env`: what the functions or the template would refuse is refused before a deployment."""

from __future__ import annotations

import pytest

from operate import env_file

REFUSED = [
    ("GITHUB_WRITE_LIMITS", "4001/60"),
    ("GITHUB_WRITE_LIMITS", "80/60,5000/3600"),
    ("PAGES_PATIENCE", "3601"),
    ("PAGES_PATIENCE", "9999"),
]
TAKEN = [
    ("GITHUB_WRITE_LIMITS", "80/60,500/3600"),
    ("GITHUB_WRITE_LIMITS", "4000/1"),
    ("PAGES_PATIENCE", "0"),
    ("PAGES_PATIENCE", "3600"),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_number_above_the_bound_is_named_with_the_bound(name: str, value: str) -> None:
    (problem,) = env_file.problems({name: value})
    bound = {"GITHUB_WRITE_LIMITS": "4000", "PAGES_PATIENCE": "3600"}[name]
    assert value in problem.what
    assert bound in problem.cure


@pytest.mark.parametrize(("name", "value"), TAKEN)
def test_a_number_within_the_bound_is_taken(name: str, value: str) -> None:
    assert list(env_file.problems({name: value})) == []
