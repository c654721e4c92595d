from __future__ import annotations

from local.github.server import RunningGitHub
from tests.simulation.fairness import FEW, two_callers


def test_ten_of_one_caller_do_not_wait_for_the_many_of_another(github: RunningGitHub) -> None:
    found = two_callers(github, many=40)
    assert found.few_done_minutes < found.many_done_minutes
    # Those in work when the few came, and turn by turn from then on.
    assert found.many_before_the_last_of_few <= 40 - FEW
    assert found.refused == 0
