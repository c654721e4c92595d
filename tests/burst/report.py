"""The lines that a burst prints at its end."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import TYPE_CHECKING

from tests.burst.load import NO_ANSWER, WARM_UP
from tests.burst.verdict import Outcome, violations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.burst.kills import Kill

SHOWN = 20


def report(outcome: Outcome, kills: Sequence[Kill], seconds: float, log: Path) -> int:
    """Print the figures and every broken promise; the exit code."""
    print()
    for line in _figures(outcome, kills, seconds):
        print(line)
    broken = violations(outcome)
    if not broken:
        print("no violation: each was told once, from one repository with one commit", flush=True)
        return 0
    print(f"{len(broken)} VIOLATIONS; what the functions said is in {log}")
    for one in broken[:SHOWN]:
        print(f"  {one.deployment_id or 'all':34}  {one.what}")
        if one.deployment_id:
            print(f"    grep {one.deployment_id[:10]} {log}")
    if len(broken) > SHOWN:
        print(f"  and {len(broken) - SHOWN} more", flush=True)
    return 1


def _figures(outcome: Outcome, kills: Sequence[Kill], seconds: float) -> Iterator[str]:
    burst = [one for one in outcome.posted if one.email != WARM_UP]
    answers = Counter(one.status for one in burst)
    counted = ", ".join(
        f"{count} {'without an answer' if status == NO_ANSWER else status}"
        for status, count in sorted(answers.items())
    )
    posting = max(one.at + one.seconds for one in burst) - burst[0].at
    slowest_answer = max(one.seconds for one in burst)
    yield (
        f"{len(burst)} POSTs in {posting:.1f} s, "
        f"the slowest answered in {slowest_answer:.1f} s: {counted}"
    )
    functions = Counter(kill.function for kill in kills)
    who = ", ".join(f"{function} {count}" for function, count in sorted(functions.items()))
    yield f"{len(kills)} kills ({who or 'none'}), {outcome.lost_runs} runs of the worker lost"
    yield f"all done after {seconds:.0f} s, {len(outcome.accepted) / seconds:.1f} a second"
    times = outcome.seconds()
    if times:
        slowest, whose = times[0]
        middle = statistics.median(one for one, _ in times)
        yield f"from POST to evaluator: half {middle:.0f} s, the slowest {slowest:.0f} s ({whose})"
    side = outcome.other_side
    commits = sum(len(one.commits) for one in side.repositories)
    yield (
        f"GitHub: {len(side.repositories)} repositories, {commits} commits, "
        f"{side.counted_writes} counted writes"
    )
    yield f"model: {side.model_calls} calls"
    told = sum(len(one) for one in side.told.values())
    yield f"evaluator: told {told} times, {outcome.duplicates} of them again"
    yield f"dead letters: {outcome.dead_letters}"
