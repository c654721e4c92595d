"""The gates for what no policy holds: each way to an attacker is seen, each honest site is left alone."""

from __future__ import annotations

import pytest

from tests.hostile.ways import ASKED, HONEST, HOSTILE
from tests.unit.generation.test_gates import problems


@pytest.mark.parametrize("files", HOSTILE.values(), ids=map(ascii, HOSTILE))
def test_a_way_to_the_attacker_is_seen(files: dict[str, str]) -> None:
    assert problems(files)


@pytest.mark.parametrize("files", HONEST.values(), ids=HONEST)
def test_an_honest_site_is_left_alone(files: dict[str, str]) -> None:
    assert problems(files) == []


@pytest.mark.parametrize(("brief", "files"), ASKED.values(), ids=ASKED)
def test_what_the_brief_asks_for_is_left_alone(brief: str, files: dict[str, str]) -> None:
    assert problems(files, brief) == []


@pytest.mark.parametrize(("_", "files"), ASKED.values(), ids=ASKED)
def test_without_the_brief_it_would_not_be(_: str, files: dict[str, str]) -> None:
    assert problems(files)
