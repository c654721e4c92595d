import re

import pytest

from deployer.domain.repository import candidate_names, description


def test_the_task_names_the_repository_and_a_stable_suffix_helps_on_a_clash() -> None:
    first, second = candidate_names("a@example.com", "sum-of-sales-a1b2c")
    assert first == "sum-of-sales-a1b2c"
    assert re.fullmatch(r"sum-of-sales-a1b2c-[0-9a-f]{8}", second)
    assert candidate_names("a@example.com", "sum-of-sales-a1b2c") == (first, second)


def test_two_callers_of_one_task_never_share_the_second_name() -> None:
    assert candidate_names("a@example.com", "t")[1] != candidate_names("b@example.com", "t")[1]


@pytest.mark.parametrize("task", ["site.git", "notes.wiki", "octocat.github.io", "x" * 120])
def test_a_name_that_github_reserves_or_refuses_gets_the_suffix_at_once(task: str) -> None:
    (name,) = candidate_names("a@example.com", task)
    assert len(name) <= 100
    assert re.search(r"-[0-9a-f]{8}$", name)


def test_the_description_marks_the_repository_without_naming_the_caller() -> None:
    assert "student" not in description("student@example.com", "t")
    assert description("a@example.com", "t") != description("b@example.com", "t")
